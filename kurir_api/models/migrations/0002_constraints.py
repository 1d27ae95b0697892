"""What the ORM can't say: the rules that the database itself keeps, and the indexes behind hot reads."""

from typing import NamedTuple

from tortoise import migrations
from tortoise.migrations import operations as ops

STATES = {
    "case_file": "'OPEN','ON_HOLD','CLOSED'",
    "report": "'RECEIVED','CASE_OPENED','LINKED','REFERRED','DUPLICATE','REJECTED','UNREACHABLE'",
    "task": "'DRAFT','OPEN','FILLED','IN_PROGRESS','DONE','VERIFIED','CANCELLED','FAILED','EXPIRED'",
    "claim": (
        "'OFFERED','HELD','IN_PROGRESS','COMPLETED','VERIFIED','DISPUTED',"
        "'DECLINED','RELEASED','EXPIRED','REVOKED','NO_SHOW','HANDED_OVER'"
    ),
    "cost": "'SUBMITTED','RETURNED','ENDORSED','APPROVED','RECORDED','PAID','REJECTED','VOID'",
    "wave": "'PLANNED','SENDING','WAITING','FILLED','EXHAUSTED','CANCELLED'",
    "alert": "'SUPPRESSED','QUEUED','SENT','RECEIVED','OPENED','ACCEPTED','DECLINED','FAILED'",
}
LIVE = "'OFFERED','HELD','IN_PROGRESS'"
TAKING = "'OFFERED','HELD','IN_PROGRESS','COMPLETED','VERIFIED','DISPUTED'"


class Rule(NamedTuple):
    """The statements that make a rule, and those that undo it."""

    make: str
    undo: str


def _check(table: str, name: str, condition: str) -> Rule:
    return Rule(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition})",
        undo=f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )


def _index(name: str, on: str, *, unique: bool = False) -> Rule:
    return Rule(f"CREATE {'UNIQUE ' * unique}INDEX {name} ON {on}", undo=f"DROP INDEX {name}")


RULES = [
    # Numbers go on after those that rows have already, when this step was undone and is done again.
    Rule(
        """
        CREATE SEQUENCE task_number START 1001;
        SELECT setval('task_number', max(number)) FROM task HAVING max(number) > 1000;
        CREATE SEQUENCE case_number START 1;
        SELECT setval('case_number', max(substring(number FROM '[0-9]+$')::bigint))
            FROM case_file HAVING count(*) > 0;
        """,
        undo="DROP SEQUENCE task_number; DROP SEQUENCE case_number",
    ),
    *(_check(table, f"{table}_status_known", f"status IN ({states})") for table, states in STATES.items()),
    _check("task", "task_slots_never_exceeded", "slots_taken BETWEEN 0 AND slots"),
    _check("task", "task_slots_sensible", "slots BETWEEN 1 AND 50"),
    _check("task", "task_window_forward", "starts_at < ends_at"),
    _check("claim", "claim_window_forward", "starts_at < ends_at"),
    _check(
        "case_file",
        "case_closed_with_outcome",
        "(status = 'CLOSED') = (closed_at IS NOT NULL) AND (status = 'CLOSED') = (outcome IS NOT NULL)",
    ),
    _check("cost", "cost_amount_positive", "amount BETWEEN 1 AND 9007199254740991"),
    _check("member", "member_quiet_hours_whole", "(quiet_from IS NULL) = (quiet_to IS NULL)"),
    _check(
        "member",
        "member_points_whole",
        "(home_latitude IS NULL) = (home_longitude IS NULL)"
        " AND (last_latitude IS NULL) = (last_longitude IS NULL)"
        " AND (last_latitude IS NULL) = (last_fix_at IS NULL)",
    ),
    _check("patient", "patient_point_whole", "(latitude IS NULL) = (longitude IS NULL)"),
    _index("case_one_open_per_patient", "case_file (patient_id) WHERE status <> 'CLOSED'", unique=True),
    _index(
        "patient_one_per_national_id",
        "patient (regency_code, national_id_index) WHERE national_id_index IS NOT NULL",
        unique=True,
    ),
    # A unique index is a B-tree, which refuses texts of more than 2,704 bytes; a hash takes tokens of any length.
    Rule(
        "ALTER TABLE device ADD CONSTRAINT device_token_unique EXCLUDE USING hash (token WITH =)",
        undo="ALTER TABLE device DROP CONSTRAINT device_token_unique",
    ),
    _index("organization_name_unique", "organization (regency_code, lower(name))", unique=True),
    _index("claim_one_live_per_member_and_task", f"claim (task_id, member_id) WHERE status IN ({LIVE})", unique=True),
    # A range over the member's id lets the exclusion compare ids for equality without btree_gist.
    Rule(
        f"""
        CREATE TYPE uuidrange AS RANGE (subtype = uuid);
        ALTER TABLE claim ADD CONSTRAINT claim_no_overlap EXCLUDE USING gist (
            uuidrange(member_id, member_id, '[]') WITH =, tstzrange(starts_at, ends_at) WITH &&
        ) WHERE (status IN ({LIVE}));
        """,
        undo="ALTER TABLE claim DROP CONSTRAINT claim_no_overlap; DROP TYPE uuidrange",
    ),
    Rule(
        f"""
        CREATE FUNCTION claim_takes_slot() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE taken integer := (NEW.status IN ({TAKING}))::integer;
        BEGIN
            IF TG_OP = 'UPDATE' THEN taken := taken - (OLD.status IN ({TAKING}))::integer; END IF;
            IF taken <> 0 OR NEW.status = 'HELD' THEN
                UPDATE task SET slots_taken = slots_taken + taken, alerts_stale = true WHERE id = NEW.task_id;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER claim_takes_slot AFTER INSERT OR UPDATE OF status ON claim
            FOR EACH ROW EXECUTE FUNCTION claim_takes_slot();
        """,
        undo="DROP TRIGGER claim_takes_slot ON claim; DROP FUNCTION claim_takes_slot",
    ),
    # Listeners hear of a change exactly when it commits; nobody can forget to tell them.
    Rule(
        """
        CREATE FUNCTION tell_of_transition() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('kurir', json_build_object(
                'machine', NEW.machine, 'action', NEW.action, 'subject', NEW.subject_id,
                'task', NEW.task_id, 'case', NEW.case_id, 'regency', NEW.regency_code)::text);
            RETURN NULL;
        END $$;
        CREATE TRIGGER tell_of_transition AFTER INSERT ON transition_log
            FOR EACH ROW EXECUTE FUNCTION tell_of_transition();
        CREATE FUNCTION tell_of_notification() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('kurir', json_build_object(
                'machine', 'notification', 'subject', NEW.id, 'member', NEW.member_id)::text);
            RETURN NULL;
        END $$;
        CREATE TRIGGER tell_of_notification AFTER INSERT ON notification
            FOR EACH ROW WHEN (NOT NEW.silent) EXECUTE FUNCTION tell_of_notification();
        CREATE FUNCTION wake_worker() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NOTIFY kurir_work;
            RETURN NULL;
        END $$;
        CREATE TRIGGER wake_worker AFTER INSERT ON wave FOR EACH STATEMENT EXECUTE FUNCTION wake_worker();
        CREATE TRIGGER wake_worker AFTER INSERT ON notification FOR EACH STATEMENT EXECUTE FUNCTION wake_worker();
        CREATE TRIGGER wake_worker AFTER UPDATE OF alerts_stale ON task
            FOR EACH ROW WHEN (NEW.alerts_stale AND NOT OLD.alerts_stale) EXECUTE FUNCTION wake_worker();
        """,
        undo="""
        DROP TRIGGER wake_worker ON task; DROP TRIGGER wake_worker ON notification;
        DROP TRIGGER wake_worker ON wave; DROP FUNCTION wake_worker;
        DROP TRIGGER tell_of_notification ON notification; DROP FUNCTION tell_of_notification;
        DROP TRIGGER tell_of_transition ON transition_log; DROP FUNCTION tell_of_transition;
        """,
    ),
    _index("member_home", "member USING gist (point(home_longitude, home_latitude))"),
    _index("member_last", "member USING gist (point(last_longitude, last_latitude))"),
    _index("member_last_fix", "member (last_fix_at)"),
    _index("task_open_place", "task USING gist (point(longitude, latitude)) WHERE status = 'OPEN'"),
    _index("task_alerts_stale", "task (id) WHERE alerts_stale"),
    _index("task_region", "task (region_id text_pattern_ops, id)"),
    _index("task_case", "task (case_id)"),
    _index("case_region", "case_file (region_id text_pattern_ops, id)"),
    _index("report_region", "report (region_id text_pattern_ops, id)"),
    _index("report_case", "report (case_id)"),
    _index("report_reporter_phone", "report (reporter_phone_index)"),
    _index("patient_phone", "patient (phone_index)"),
    _index("claim_task", "claim (task_id)"),
    _index("claim_member", "claim (member_id, id)"),
    _index("claim_organization", "claim (organization_id)"),
    _index("cost_task", "cost (task_id, id)"),
    _index("cost_member", "cost (member_id)"),
    _index("alert_task", "alert (task_id)"),
    _index("alert_member", "alert (member_id)"),
    _index("device_member", "device (member_id)"),
    _index("membership_organization", "membership (organization_id)"),
    _index("wave_due", "wave (due_at) WHERE status IN ('PLANNED','SENDING','WAITING')"),
    _index("notification_due", "notification (due_at) WHERE due_at IS NOT NULL"),
    _index("notification_member", "notification (member_id, id) WHERE NOT silent"),
    _index("notification_alert", "notification (alert_id)"),
    _index("transition_log_case", "transition_log (case_id, id)"),
    _index("transition_log_subject", "transition_log (subject_id, id)"),
    _index("idempotency_key_age", "idempotency_key (created_at)"),
    _index("region_parent", "region (parent_id)"),
]


class Migration(migrations.Migration):
    """Numbers, checks, uniqueness, the claim rules, and triggers that tell listeners."""

    dependencies = [("models", "0001_initial")]

    # All in one operation: Tortoise makes every model anew for each, which takes longer than the statements.
    operations = [
        ops.RunSQL([rule.make for rule in RULES], reverse_sql=[rule.undo for rule in reversed(RULES)]),
    ]
