"""The rules of money and work that the ORM can't say: books that balance, that nobody rewrites and that freeze."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from kurir_api.database.rules import check, index, together

# What was completed before there were books, on the day it was completed; nobody knows how far anybody went.
CAUGHT_UP = """
INSERT INTO work_entry (id, regency_code, claim_id, task_id, patient_id, member_id, organization_id, kind,
                        region_id, tasks, minutes, distance_m, booked_on, recorded_at)
SELECT gen_random_uuid(), c.regency_code, c.id, t.id, f.patient_id, c.member_id, c.organization_id, t.kind,
       t.region_id, 1, greatest(0, extract(epoch FROM c.completed_at - c.started_at)::int / 60), 0,
       (c.completed_at AT TIME ZONE r.time_zone)::date, now()
FROM claim c JOIN task t ON t.id = c.task_id JOIN case_file f ON f.id = t.case_id
JOIN region r ON r.code = c.regency_code
WHERE c.status IN ('COMPLETED', 'VERIFIED') AND c.completed_at IS NOT NULL AND c.started_at IS NOT NULL
"""

# An entry waits while a month of its regency is being closed, and then goes into the first that is open: so what was
# closed stays as it was, whoever writes when.
BOOK_IN_OPEN_MONTH = """
CREATE FUNCTION book_in_open_month() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE first_open date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtext('books'), hashtext(NEW.regency_code));
    SELECT max(month) + interval '1 month' INTO first_open FROM closed_month WHERE regency_code = NEW.regency_code;
    NEW.booked_on := greatest(NEW.booked_on, first_open);
    RETURN NEW;
END $$;
CREATE TRIGGER book_in_open_month BEFORE INSERT ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION book_in_open_month();
CREATE TRIGGER book_in_open_month BEFORE INSERT ON work_entry
    FOR EACH ROW EXECUTE FUNCTION book_in_open_month();
"""

# But what is sealed in them may be sealed anew, under another key.
NEVER_REWRITTEN = """
CREATE FUNCTION never_rewritten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'reason_sealed' = to_jsonb(OLD) - 'reason_sealed' THEN RETURN NEW; END IF;
    RAISE EXCEPTION 'Rows of % are never changed or deleted; write a reversal', TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_never_rewritten';
END $$;
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION never_rewritten();
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON work_entry
    FOR EACH ROW EXECUTE FUNCTION never_rewritten();
CREATE TRIGGER never_rewritten BEFORE UPDATE OR DELETE ON closed_month
    FOR EACH ROW EXECUTE FUNCTION never_rewritten();
"""

SUMS_UP_TO_ZERO = """
CREATE FUNCTION sums_up_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(amount) FROM ledger_entry WHERE transaction_id = NEW.transaction_id) <> 0 THEN
        RAISE EXCEPTION 'Transaction % does not sum up to zero', NEW.transaction_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entry_sums_up_to_zero';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_sums_up_to_zero AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sums_up_to_zero();
"""


# Undone, this would lose every entry; what the tables say otherwise can't bring them back.
BOOKS_STAY = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM ledger_entry) THEN
        RAISE EXCEPTION 'The books hold entries, and an older release has no books: restore a backup instead';
    END IF;
END $$
"""


class Migration(migrations.Migration):
    """Entries in pairs, never rewritten, never in a closed month; pledges never above the need; and indexes."""

    dependencies = [("models", "0007_money")]

    operations = [
        together(
            index("ledger_entry_transaction", "ledger_entry (transaction_id)"),
            index("ledger_entry_cost", "ledger_entry (cost_id)"),
            index("ledger_entry_pledge", "ledger_entry (pledge_id)"),
            index("ledger_entry_organization", "ledger_entry (organization_id, booked_on)"),
            index("ledger_entry_member", "ledger_entry (member_id, booked_on)"),
            index("ledger_entry_regency", "ledger_entry (regency_code, booked_on)"),
            index(
                "ledger_entry_reversed_once", "ledger_entry (reverses_id) WHERE reverses_id IS NOT NULL", unique=True
            ),
            check("ledger_entry", "ledger_entry_not_nothing", "amount <> 0"),
            index("work_entry_organization", "work_entry (organization_id, booked_on)"),
            index("work_entry_member", "work_entry (member_id, booked_on)"),
            index("work_entry_regency", "work_entry (regency_code, booked_on)"),
            index("work_entry_claim", "work_entry (claim_id)"),
            index("work_entry_reversed_once", "work_entry (reverses_id) WHERE reverses_id IS NOT NULL", unique=True),
            check(
                "work_entry",
                "work_entry_one_way",
                "tasks IN (1, -1) AND minutes * tasks >= 0 AND distance_m * tasks >= 0"
                " AND (tasks = -1) = (reverses_id IS NOT NULL)",
            ),
            index("closed_month_once", "closed_month (regency_code, month)", unique=True),
            check("closed_month", "closed_month_first_day", "extract(day FROM month) = 1"),
            ops.RunSQL(
                BOOK_IN_OPEN_MONTH,
                reverse_sql="DROP TRIGGER book_in_open_month ON work_entry;"
                " DROP TRIGGER book_in_open_month ON ledger_entry; DROP FUNCTION book_in_open_month",
            ),
            ops.RunSQL(
                NEVER_REWRITTEN,
                reverse_sql="DROP TRIGGER never_rewritten ON closed_month;"
                " DROP TRIGGER never_rewritten ON work_entry; DROP TRIGGER never_rewritten ON ledger_entry;"
                " DROP FUNCTION never_rewritten",
            ),
            ops.RunSQL(
                SUMS_UP_TO_ZERO,
                reverse_sql="DROP TRIGGER ledger_entry_sums_up_to_zero ON ledger_entry;"
                " DROP FUNCTION sums_up_to_zero",
            ),
            ops.RunSQL(CAUGHT_UP, reverse_sql="SELECT 1"),
            index("need_one_each", "need (case_id, (coalesce(task_id, case_id)))", unique=True),
            check("need", "need_never_exceeded", "amount > 0 AND pledged BETWEEN 0 AND amount"),
            check("need", "need_closed_when_covered", "(closed_at IS NOT NULL) = (pledged = amount)"),
            index("pledge_need", "pledge (need_id, id)"),
            index("pledge_organization", "pledge (organization_id, id)"),
            check("pledge", "pledge_never_exceeded", "settled BETWEEN 0 AND amount"),
            check("pledge", "pledge_of_something", "amount > 0 OR withdrawn_at IS NOT NULL"),
            check("cost", "cost_quantity_positive", "quantity BETWEEN 1 AND 10000"),
            check("cost", "cost_gift_recorded", "status NOT IN ('APPROVED','PAID') OR NOT in_kind"),
            check("cost", "cost_money_approved", "status <> 'RECORDED' OR in_kind"),
            check(
                "cost",
                "cost_dated",
                "(status NOT IN ('APPROVED','PAID','RECORDED') OR approved_at IS NOT NULL)"
                " AND (status <> 'PAID' OR paid_at IS NOT NULL)",
            ),
            index("cost_organization", "cost (organization_id, id)"),
            index("cost_usual", "cost (regency_code, category, spent_on)"),
            index("receipt_cost", "receipt (cost_id)"),
            index("receipt_same", "receipt (sha256)"),
            index("receipt_unused", "receipt (created_at) WHERE cost_id IS NULL"),
            index("receipt_sent_once", "receipt (member_id, sha256) WHERE cost_id IS NULL", unique=True),
            check("receipt", "receipt_not_empty", "size > 0"),
            index(
                "rate_one_beginning",
                "rate (regency_code, category, (coalesce(care_class, 0)), valid_from)",
                unique=True,
            ),
            check(
                "rate",
                "rate_sensible",
                "amount > 0 AND (max_units IS NULL OR max_units > 0) AND (yearly_cap IS NULL OR yearly_cap > 0)"
                " AND (valid_until IS NULL OR valid_until >= valid_from)",
            ),
            check("rate", "rate_care_class_known", "care_class BETWEEN 1 AND 3"),
            check("case_file", "case_file_care_class_known", "care_class BETWEEN 1 AND 3"),
            check("claim", "claim_approach_not_negative", "approach_m >= 0"),
            index(
                "line_review_ledger_entry",
                "line_review (ledger_entry_id) WHERE ledger_entry_id IS NOT NULL",
                unique=True,
            ),
            index(
                "line_review_work_entry", "line_review (work_entry_id) WHERE work_entry_id IS NOT NULL", unique=True
            ),
            index("line_review_organization", "line_review (organization_id)"),
            check("line_review", "line_review_of_one_line", "(ledger_entry_id IS NULL) <> (work_entry_id IS NULL)"),
            check(
                "line_review", "line_review_dispute_explained", "decision <> 'DISPUTED' OR note_sealed IS NOT NULL"
            ),
            check("statement", "statement_days_forward", "first_day <= last_day"),
            # The last to be made is the first to be undone.
            ops.RunSQL("SELECT 1", reverse_sql=BOOKS_STAY),
        )
    ]
