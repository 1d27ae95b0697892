"""What each phone was sent, and claims handed over."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne, check, index, together
from kurir_api.models.base import new_id

TAKING = "'OFFERED','HELD','IN_PROGRESS','COMPLETED','VERIFIED'"

TAKES_SLOT = """
CREATE OR REPLACE FUNCTION claim_takes_slot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE taken integer := ({new})::integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN taken := taken - ({old})::integer; END IF;
    IF taken <> 0 OR NEW.status = 'HELD' THEN
        UPDATE task SET slots_taken = slots_taken + taken, alerts_stale = true WHERE id = NEW.task_id;
    END IF;
    RETURN NULL;
END $$
"""


def _takes_slot(condition: str) -> str:
    return TAKES_SLOT.format(new=condition.format(row="NEW"), old=condition.format(row="OLD"))


# The slot of an offer to take over is the other claim's until it is accepted.
UNLESS_TAKING_OVER = (
    f"{{row}}.status IN ({TAKING}) AND NOT ({{row}}.status = 'OFFERED' AND {{row}}.takes_over_id IS NOT NULL)"
)

# An older release would count these offers.
NO_OFFERS_TO_TAKE_OVER = (
    "UPDATE claim SET status = 'REVOKED' WHERE status = 'OFFERED' AND takes_over_id IS NOT NULL; "
)


class Migration(migrations.Migration):
    """One offer at a time to take over a claim, which takes no slot."""

    dependencies = [("models", "0014_surface")]

    initial = False

    operations = [
        AsOne(
            ops.CreateModel(
                name="Sync",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    (
                        "member",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="member_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="syncs",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("used_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("last_seq", fields.BigIntField(default=0)),
                    ("forgotten_seq", fields.BigIntField(default=0)),
                ],
                options={
                    "table": "sync",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "What it was sent is in `Synced`, numbered from 1 to `last_seq`."
                    " `forgotten_seq`: the last number of a deletion",
                },
                bases=["Table"],
            ),
            ops.CreateModel(
                name="Synced",
                fields=[
                    ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                    (
                        "sync",
                        fields.ForeignKeyField(
                            "models.Sync",
                            source_field="sync_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="sent",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("kind", fields.CharField(max_length=20)),
                    ("node_id", fields.UUIDField()),
                    ("version", fields.TextField(unique=False)),
                    ("seq", fields.BigIntField()),
                    ("gone", fields.BooleanField(default=False)),
                ],
                options={
                    "table": "synced",
                    "app": "models",
                    "unique_together": (("sync", "kind", "node_id"),),
                    "pk_attr": "id",
                    "table_description": "`kind`: the name of the node's type. `version`: of the row and of what else"
                    " decided how it looked. `seq`: the",
                },
                bases=["Model"],
            ),
            ops.AddField(
                model_name="Claim",
                name="takes_over",
                field=fields.ForeignKeyField(
                    "models.Claim",
                    source_field="takes_over_id",
                    null=True,
                    db_constraint=True,
                    to_field="id",
                    related_name="handed_to",
                    on_delete=OnDelete.RESTRICT,
                ),
            ),
        ),
        together(
            ops.RunSQL(
                _takes_slot(UNLESS_TAKING_OVER),
                reverse_sql=NO_OFFERS_TO_TAKE_OVER + _takes_slot(f"{{row}}.status IN ({TAKING})"),
            ),
            index(
                "claim_taken_over_once",
                f"claim (takes_over_id) WHERE takes_over_id IS NOT NULL AND status IN ({TAKING})",
                unique=True,
            ),
            check("sync", "sync_forgets_what_was_sent", "forgotten_seq BETWEEN 0 AND last_seq"),
            index("sync_member", "sync (member_id, used_at)"),
            index("sync_used", "sync (used_at)"),
        ),
    ]
