"""Who read and wrote what of a patient; consent that was withdrawn."""

from tortoise import fields, migrations
from tortoise.contrib.postgres.fields import ArrayField
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne, check, index, together
from kurir_api.models.access_log import AccessAction, AccessBy
from kurir_api.models.base import new_id

NEVER_REWRITTEN = """
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION never_rewritten();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON access_log
    FOR EACH STATEMENT EXECUTE FUNCTION never_rewritten();
"""


class Migration(migrations.Migration):
    """An append-only log of accesses, and where its chains stand; when consent ended, and a patient was erased."""

    dependencies = [("models", "0011_registry")]

    initial = False

    operations = [
        AsOne(
            ops.CreateModel(
                name="AccessEntry",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, default=new_id, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("number", fields.BigIntField()),
                    ("patient_id", fields.UUIDField()),
                    ("member_id", fields.UUIDField(null=True)),
                    (
                        "by",
                        fields.CharEnumField(
                            description="MEMBER: MEMBER\nFAMILY_LINK: FAMILY_LINK\nCOMMAND: COMMAND\nKURIR: KURIR",
                            enum_type=AccessBy,
                            max_length=11,
                        ),
                    ),
                    (
                        "action",
                        fields.CharEnumField(
                            description="READ: READ\nWRITTEN: WRITTEN\nUSED: USED\nEXPORTED: EXPORTED\n"
                            "ERASED: ERASED",
                            enum_type=AccessAction,
                            max_length=8,
                        ),
                    ),
                    ("field_names", ArrayField(element_type="text")),
                    ("reason", fields.CharField(max_length=200)),
                    ("ground", fields.CharField(null=True, max_length=50)),
                    ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                    ("digest", fields.CharField(max_length=80)),
                ],
                options={
                    "table": "access_log",
                    "app": "models",
                    "unique_together": (("regency_code", "number"),),
                    "pk_attr": "id",
                    "table_description": "Append-only. `number` counts from 1 in the regency, without gaps. `digest`:"
                    " a keyed digest of the row and",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="AccessHead",
                fields=[
                    ("regency_code", fields.CharField(primary_key=True, unique=True, db_index=True, max_length=5)),
                    ("number", fields.BigIntField()),
                    ("digest", fields.CharField(max_length=80)),
                ],
                options={
                    "table": "access_head",
                    "app": "models",
                    "pk_attr": "regency_code",
                    "table_description": "Where a regency's chain stands: the last row's `number` and `digest`."
                    " Whoever appends locks it.",
                },
                bases=["Model"],
            ),
            ops.AddField(
                model_name="Patient",
                name="consent_withdrawn_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
            ops.AddField(
                model_name="Patient",
                name="erased_at",
                field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
            ),
        ),
        together(
            ops.RunSQL(
                NEVER_REWRITTEN,
                reverse_sql="DROP TRIGGER never_emptied ON access_log; DROP TRIGGER never_rewritten ON access_log",
            ),
            index("access_log_patient", "access_log (patient_id, id)"),
            index("access_log_member", "access_log (member_id, at)"),
            check("access_log", "access_log_counts", "number > 0"),
            check("access_log", "access_log_member_known", "(by = 'MEMBER') = (member_id IS NOT NULL)"),
            check("patient", "patient_withdrew", "consent_withdrawn_at IS NULL OR NOT consent"),
        ),
    ]
