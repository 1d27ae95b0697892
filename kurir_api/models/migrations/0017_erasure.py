"""Why work was corrected is forgotten with the patient."""

from tortoise import migrations
from tortoise.migrations import operations as ops

SEALED_ANEW = "get_byte(NEW.reason_sealed, 0) <> get_byte(OLD.reason_sealed, 0)"
OR_FORGOTTEN = f"(NEW.reason_sealed IS NULL OR {SEALED_ANEW})"
WORK_NEVER_REWRITTEN = """
CREATE OR REPLACE FUNCTION work_never_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'reason_sealed' = to_jsonb(OLD) - 'reason_sealed'
        AND {allowed} THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_never_rewritten';
END $$
"""


class Migration(migrations.Migration):
    """A line of work stays as it was booked, but its reason may be emptied; no digest of the books holds that."""

    dependencies = [("models", "0016_places")]

    initial = False

    operations = [
        ops.RunSQL(
            WORK_NEVER_REWRITTEN.format(allowed=OR_FORGOTTEN),
            reverse_sql=WORK_NEVER_REWRITTEN.format(allowed=SEALED_ANEW),
        ),
    ]
