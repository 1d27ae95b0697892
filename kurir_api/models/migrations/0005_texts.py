"""Text messages: also to numbers of no member, and what failed for good is found. The outbox gets an order."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne, together


def _index(name: str, on: str) -> ops.RunSQL:
    return ops.RunSQL(f"CREATE INDEX {name} ON {on}", reverse_sql=f"DROP INDEX {name}")


class Migration(migrations.Migration):
    """A notification is addressed to a member or, by text, to a number; failures have a time;
    emergencies go first; a regency knows its last drill.
    """

    dependencies = [("models", "0004_dispatch_rules")]

    operations = [
        AsOne(
            ops.AlterField(
                model_name="Notification",
                name="member",
                field=fields.ForeignKeyField(
                    "models.Member",
                    source_field="member_id",
                    null=True,
                    db_constraint=True,
                    to_field="id",
                    related_name="notifications",
                    on_delete=OnDelete.CASCADE,
                ),
            ),
            ops.AddField(model_name="Notification", name="phone_sealed", field=fields.BinaryField(null=True)),
            ops.AddField(
                model_name="Notification", name="phone_index", field=fields.CharField(null=True, max_length=64)
            ),
            ops.AddField(
                model_name="Notification",
                name="failed_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Notification", name="priority", field=fields.SmallIntField(default=2, db_default=2)
            ),
            ops.AddField(
                model_name="Region",
                name="drilled_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
        ),
        together(
            ops.RunSQL(
                "ALTER TABLE notification ADD CONSTRAINT notification_addressed"
                " CHECK ((member_id IS NULL) = (phone_index IS NOT NULL))",
                reverse_sql="ALTER TABLE notification DROP CONSTRAINT notification_addressed",
            ),
            _index("notification_phone", "notification (phone_index, created_at) WHERE phone_index IS NOT NULL"),
            _index("notification_dead", "notification (id) WHERE failed_at IS NOT NULL"),
            _index("notification_strangers", "notification (created_at) WHERE member_id IS NULL"),
            _index("notification_outbox", "notification (channel, priority, due_at, id) WHERE due_at IS NOT NULL"),
            ops.RunSQL(
                # Rows for nobody have to go before the column can be NOT NULL again.
                "SELECT 1",
                reverse_sql="DELETE FROM notification WHERE member_id IS NULL",
            ),
        ),
    ]
