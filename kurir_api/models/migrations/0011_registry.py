"""The social registry without names, and who looked whom up."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from kurir_api.database.rules import AsOne, check, index, together
from kurir_api.models.aid_lookup import LookupKey, LookupOutcome
from kurir_api.models.base import new_id

# But what is sealed in them may be sealed anew, under another key.
NEVER_REWRITTEN = """
CREATE FUNCTION look_up_never_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'purpose_sealed' = to_jsonb(OLD) - 'purpose_sealed' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_never_rewritten';
END $$;
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON aid_lookup
    FOR EACH ROW EXECUTE FUNCTION look_up_never_rewritten();
"""


class Migration(migrations.Migration):
    """Persons found by two keyed indexes; look-ups that are counted and never rewritten."""

    dependencies = [("models", "0010_desk_rules")]

    initial = False

    operations = [
        AsOne(
            ops.CreateModel(
                name="AidLookup",
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
                            related_name="aid_lookups",
                            on_delete=OnDelete.RESTRICT,
                        ),
                    ),
                    (
                        "by",
                        fields.CharEnumField(
                            description="NATIONAL_ID: NATIONAL_ID\nNAME: NAME", enum_type=LookupKey, max_length=11
                        ),
                    ),
                    ("subject_index", fields.CharField(max_length=64)),
                    ("region_id", fields.CharField(null=True, max_length=13)),
                    ("purpose_sealed", fields.BinaryField()),
                    (
                        "outcome",
                        fields.CharEnumField(
                            description="FOUND: FOUND\nNOT_FOUND: NOT_FOUND\nSEVERAL: SEVERAL\nLIMITED: LIMITED",
                            enum_type=LookupOutcome,
                            max_length=9,
                        ),
                    ),
                    ("at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "aid_lookup",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "Append-only. `subject_index`: the keyed index of what was asked, by which"
                    " look-ups of one person are found by",
                },
                bases=["TenantTable"],
            ),
            ops.CreateModel(
                name="RegistryPerson",
                fields=[
                    ("id", fields.UUIDField(primary_key=True, unique=True, db_index=True)),
                    ("regency_code", fields.CharField(max_length=5)),
                    ("region_id", fields.CharField(max_length=13)),
                    ("name_key", fields.BigIntField()),
                    ("masked_name", fields.CharField(max_length=120)),
                    ("decile", fields.SmallIntField(null=True)),
                    ("aid", fields.TextField(unique=False)),
                    ("line", fields.IntField()),
                    ("updated_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ],
                options={
                    "table": "registry_person",
                    "app": "models",
                    "pk_attr": "id",
                    "table_description": "Imported, never edited. `id` is the keyed index of regency and national id;"
                    " `name_key` that of village and the",
                },
                bases=["Model"],
            ),
        ),
        together(
            ops.RunSQL(
                NEVER_REWRITTEN,
                reverse_sql="DROP TRIGGER never_rewritten ON aid_lookup; DROP FUNCTION look_up_never_rewritten",
            ),
            index("aid_lookup_counted", "aid_lookup (member_id, at) WHERE outcome <> 'LIMITED'"),
            index("aid_lookup_regency", "aid_lookup (regency_code, id)"),
            check("aid_lookup", "aid_lookup_name_in_region", "(by = 'NAME') = (region_id IS NOT NULL)"),
            index("registry_person_name", "registry_person (name_key)"),
            check("registry_person", "registry_person_decile_known", "decile BETWEEN 1 AND 10"),
        ),
    ]
