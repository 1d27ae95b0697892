"""The rules of the desk's tables that the ORM can't say."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from kurir_api.database.rules import check, index, together

REFERRAL_STATES = (
    "'SENT','INFO_REQUESTED','ACCEPTED','IN_PROCESS','DECLINED','GRANTED','PARTLY_GRANTED','REFUSED','CONFIRMED',"
    "'REVOKED'"
)
DECIDED = "'DECLINED','GRANTED','PARTLY_GRANTED','REFUSED','CONFIRMED'"

SEQUENCES = """
CREATE SEQUENCE report_number START 1;
SELECT setval('report_number', max(number)) FROM report HAVING count(*) > 0;
CREATE SEQUENCE referral_number START 1;
SELECT setval('referral_number', max(substring(number FROM '[0-9]+$')::bigint)) FROM referral HAVING count(*) > 0;
CREATE SEQUENCE letter_number START 1;
SELECT setval('letter_number', count(*)) FROM letter HAVING count(*) > 0;
"""

WAKES = """
CREATE TRIGGER wake_worker AFTER INSERT ON inbound_message FOR EACH STATEMENT EXECUTE FUNCTION wake_worker();
CREATE TRIGGER wake_worker AFTER INSERT ON escalation FOR EACH STATEMENT EXECUTE FUNCTION wake_worker();
CREATE TRIGGER wake_worker AFTER INSERT ON recurrence FOR EACH STATEMENT EXECUTE FUNCTION wake_worker();
"""

# What an older release left unanswered is looked at now.
WAITING = """
INSERT INTO escalation (id, regency_code, kind, report_id, due_at, times_told)
SELECT gen_random_uuid(), regency_code, 'REPORT_WAITING', id, now(), 0 FROM report WHERE status = 'RECEIVED'
"""

TAKES_SLOT = """
CREATE OR REPLACE FUNCTION claim_takes_slot() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE taken integer := (NEW.status IN ({taking}))::integer;
BEGIN
    IF TG_OP = 'UPDATE' THEN taken := taken - (OLD.status IN ({taking}))::integer; END IF;
    IF taken <> 0 OR NEW.status = 'HELD' THEN
        UPDATE task SET slots_taken = slots_taken + taken, alerts_stale = true WHERE id = NEW.task_id;
    END IF;
    RETURN NULL;
END $$
"""
TAKING = "'OFFERED','HELD','IN_PROGRESS','COMPLETED','VERIFIED'"

KEPT = "due_at IS NULL OR content_sealed IS NOT NULL"
SENSIBLE = "minutes BETWEEN 1 AND 44640 AND slots BETWEEN 1 AND 50"
AROUND = "region_id = desk_id OR starts_with(region_id, desk_id || '.')"
ADDRESSED = "((member_id IS NOT NULL)::int + (phone_index IS NOT NULL)::int + (message_id IS NOT NULL)::int) = 1"


class Migration(migrations.Migration):
    """One open referral per patient and programme; one task per occurrence; threads found by their sender."""

    dependencies = [("models", "0009_desk")]

    operations = [
        together(
            ops.RunSQL(
                SEQUENCES,
                reverse_sql="DROP SEQUENCE report_number; DROP SEQUENCE referral_number; DROP SEQUENCE letter_number",
            ),
            ops.RunSQL(WAITING, reverse_sql="SELECT 1"),
            ops.RunSQL(
                WAKES,
                reverse_sql="DROP TRIGGER wake_worker ON inbound_message; DROP TRIGGER wake_worker ON escalation;"
                " DROP TRIGGER wake_worker ON recurrence",
            ),
            ops.RunSQL(
                "ALTER TABLE notification DROP CONSTRAINT notification_addressed;"
                f" ALTER TABLE notification ADD CONSTRAINT notification_addressed CHECK ({ADDRESSED})",
                reverse_sql="DELETE FROM notification WHERE message_id IS NOT NULL;"
                " ALTER TABLE notification DROP CONSTRAINT notification_addressed;"
                " ALTER TABLE notification ADD CONSTRAINT notification_addressed"
                " CHECK ((member_id IS NULL) = (phone_index IS NOT NULL))",
            ),
            # Where the family says that nobody came, somebody else has to.
            ops.RunSQL(
                TAKES_SLOT.format(taking=TAKING), reverse_sql=TAKES_SLOT.format(taking=f"{TAKING},'DISPUTED'")
            ),
            check("referral", "referral_status_known", f"status IN ({REFERRAL_STATES})"),
            check("referral", "referral_consented", "consent OR consent_note_sealed IS NOT NULL"),
            check("referral", "referral_decided_dated", f"status NOT IN ({DECIDED}) OR decided_at IS NOT NULL"),
            check("referral", "referral_asked_dated", "(status = 'INFO_REQUESTED') = (asked_at IS NOT NULL)"),
            check("referral", "referral_follows_another", "(previous_id IS NULL) = (follows IS NULL)"),
            check(
                "referral", "referral_desk_around", "region_id = desk_id OR starts_with(region_id, desk_id || '.')"
            ),
            index(
                "referral_one_live",
                "referral (patient_id, programme_id)"
                " WHERE status IN ('SENT','INFO_REQUESTED','ACCEPTED','IN_PROCESS')",
                unique=True,
            ),
            index("referral_followed_once", "referral (previous_id) WHERE previous_id IS NOT NULL", unique=True),
            index("referral_programme", "referral (programme_id, id)"),
            index("referral_region", "referral (region_id, id)"),
            index("referral_case", "referral (case_id, id)"),
            index("referral_patient", "referral (patient_id)"),
            index("referral_report", "referral (report_id, id) WHERE report_id IS NOT NULL"),
            index("referral_due", "referral (due_at) WHERE status IN ('SENT','ACCEPTED','IN_PROCESS')"),
            index("letter_referral", "letter (referral_id)"),
            check("programme", "programme_response_days_sensible", "response_days BETWEEN 1 AND 200"),
            check("report", "report_desk_around", AROUND),
            check("report", "report_thread_whole", "(via IS NULL) = (sender_index IS NULL)"),
            index("report_sender", "report (sender_index, via) WHERE sender_index IS NOT NULL"),
            index("report_phone", "report (reporter_phone_index) WHERE reporter_phone_index IS NOT NULL"),
            index("report_lately", "report (regency_code, received_at)"),
            check(
                "case_file", "case_file_desk_around", "region_id = desk_id OR starts_with(region_id, desk_id || '.')"
            ),
            check("case_file", "case_file_insurance_after_admission", "insurance_due_at > admitted_at"),
            check("case_file", "case_file_discharged_after_admission", "discharged_at >= admitted_at"),
            index("message_thread", "message (report_id, sent_at, id)"),
            index("notification_message", "notification (message_id) WHERE message_id IS NOT NULL"),
            index("inbound_message_due", "inbound_message (due_at) WHERE due_at IS NOT NULL"),
            index("inbound_message_failed", "inbound_message (id) WHERE failed_at IS NOT NULL"),
            check("inbound_message", "inbound_message_kept_until_done", KEPT),
            index("escalation_due", "escalation (due_at) WHERE due_at IS NOT NULL"),
            index(
                "escalation_one_open",
                "escalation (kind, (coalesce(report_id, case_id, referral_id))) WHERE ended_at IS NULL",
                unique=True,
            ),
            check("escalation", "escalation_of_one", "num_nonnulls(report_id, case_id, referral_id) = 1"),
            check("escalation", "escalation_ends_once", "(ended_at IS NULL) = (due_at IS NOT NULL)"),
            index("recurrence_due", "recurrence (due_at) WHERE due_at IS NOT NULL"),
            index("recurrence_case", "recurrence (case_id)"),
            check("recurrence", "recurrence_minutes_sensible", SENSIBLE),
            check("recurrence", "recurrence_ends_once", "(ended_at IS NULL) = (due_at IS NOT NULL)"),
            index(
                "task_one_occurrence", "task (recurrence_id, starts_at) WHERE recurrence_id IS NOT NULL", unique=True
            ),
            index("patient_name_tokens", "patient USING gin (name_tokens)"),
            index("patient_family_card", "patient (family_card_index) WHERE family_card_index IS NOT NULL"),
            index("family_link_case", "family_link (case_id)"),
            index("assessment_region", "assessment (region_id, id)"),
        )
    ]
