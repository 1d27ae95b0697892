"""Sign-ins with Kurir's own tokens, and the keys of registers."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne, check, index, together
from kurir_api.models.base import new_id
from kurir_api.models.session import SessionEnd

# What is sealed in them may be sealed anew, under another key.
ONLY_SEALED_ANEW = """
CREATE FUNCTION work_never_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'reason_sealed' = to_jsonb(OLD) - 'reason_sealed'
        AND get_byte(NEW.reason_sealed, 0) <> get_byte(OLD.reason_sealed, 0) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_never_rewritten';
END $$;
DROP TRIGGER never_rewritten ON work_entry;
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON work_entry
    FOR EACH ROW EXECUTE FUNCTION work_never_rewritten();
"""
NEVER_REWRITTEN = """
DROP TRIGGER never_rewritten ON work_entry;
DROP FUNCTION work_never_rewritten;
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON work_entry
    FOR EACH ROW EXECUTE FUNCTION never_rewritten();
"""


class Migration(migrations.Migration):
    """Sessions that end whole; codes that are looked into by a worker."""

    dependencies = [("models", "0012_audit")]

    initial = False

    operations = [
        AsOne(
            ops.CreateModel(
                name="RegistryKey",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(unique=True, max_length=5)),
                    ("secret_sealed", fields.BinaryField()),
                ],
                options={
                    "table": "registry_key",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "One per regency. `secret`: 64 bytes as hex, the key of"
                    " persons and that of names: of neither the texts are",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="Session",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    (
                        "member",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="member_id",
                            db_constraint=True,
                            to_field="id",
                            related_name="sessions",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("family_index", fields.CharField(max_length=64)),
                    ("generation", fields.IntField(default=0)),
                    ("device", fields.CharField(null=True, max_length=80)),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("last_used_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("ended_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    (
                        "end_reason",
                        fields.CharEnumField(
                            null=True,
                            description="SIGNED_OUT: SIGNED_OUT\nBY_OFFICE: BY_OFFICE\nREUSED: REUSED",
                            enum_type=SessionEnd,
                            max_length=10,
                        ),
                    ),
                    (
                        "ended_by",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="ended_by_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="sessions_ended",
                            on_delete=OnDelete.SET_NULL,
                        ),
                    ),
                    ("end_note_sealed", fields.BinaryField(null=True)),
                ],
                options={
                    "table": "session",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "Good until `ended_at`, or until it wasn't used for 90 days."
                    " `family_index`: a keyed digest of what all its",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="SignInCode",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("phone_sealed", fields.BinaryField(null=True)),
                    ("phone_index", fields.CharField(max_length=64)),
                    (
                        "member",
                        fields.ForeignKeyField(
                            "models.Member",
                            source_field="member_id",
                            null=True,
                            db_constraint=True,
                            to_field="id",
                            related_name="sign_in_codes",
                            on_delete=OnDelete.CASCADE,
                        ),
                    ),
                    ("code_index", fields.CharField(null=True, max_length=64)),
                    ("tries", fields.SmallIntField(default=0)),
                    ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("due_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                    ("used_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "sign_in_code",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "Somebody asked for a code; whether the number is a member's"
                    " is looked into by a worker, from `due_at` on.",
                },
                bases=["Table"],
            ),
        ),
        together(
            ops.RunSQL(ONLY_SEALED_ANEW, reverse_sql=NEVER_REWRITTEN),
            check("session", "session_ends_for_a_reason", "(ended_at IS NULL) = (end_reason IS NULL)"),
            index("session_live", "session (member_id, id) WHERE ended_at IS NULL"),
            check("sign_in_code", "sign_in_code_tries_counted", "tries BETWEEN 0 AND 50"),
            check("sign_in_code", "sign_in_code_kept_until_sent", "due_at IS NULL OR phone_sealed IS NOT NULL"),
            index("sign_in_code_phone", "sign_in_code (phone_index, created_at)"),
            index("sign_in_code_due", "sign_in_code (due_at) WHERE due_at IS NOT NULL"),
            ops.RunSQL(
                "CREATE TRIGGER wake_worker AFTER INSERT ON sign_in_code FOR EACH STATEMENT"
                " EXECUTE FUNCTION wake_worker()",
                reverse_sql="DROP TRIGGER wake_worker ON sign_in_code",
            ),
        ),
    ]
