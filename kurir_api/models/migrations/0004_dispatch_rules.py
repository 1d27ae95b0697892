"""The rules and indexes of dispatch that the ORM can't say."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from kurir_api.database.rules import check, index, together


def _catch_up(statement: str) -> ops.RunSQL:
    return ops.RunSQL(statement, reverse_sql="SELECT 1")


# What was begun by an older release gets the deadlines that it would have had from the beginning.
CAUGHT_UP = [
    _catch_up("""
        UPDATE task SET published_at = (SELECT min(w.created_at) FROM wave w WHERE w.task_id = task.id)
    """),
    _catch_up("""
        UPDATE claim SET expires_at = greatest(starts_at, now()) + interval '30 minutes'
        WHERE status IN ('OFFERED', 'HELD') AND expires_at IS NULL
    """),
    _catch_up("""
        INSERT INTO alarm (id, regency_code, task_id, reason, due_at, times_told)
        SELECT gen_random_uuid(), regency_code, id, 'WINDOW_PASSED',
            greatest(ends_at + interval '30 minutes', now()), 0
        FROM task WHERE status IN ('DRAFT', 'OPEN', 'FILLED', 'IN_PROGRESS')
        UNION ALL
        SELECT gen_random_uuid(), regency_code, id, 'NOT_VERIFIED', now() + interval '24 hours', 0
        FROM task WHERE status = 'DONE'
        UNION ALL
        SELECT gen_random_uuid(), regency_code, id, 'UNCLAIMED', now() + after, 0 FROM task
        JOIN (VALUES ('EMERGENCY', interval '5 minutes'), ('URGENT', interval '15 minutes')) AS usual (urgency, after)
          USING (urgency)
        WHERE status = 'OPEN' AND ends_at > now()
    """),
    # A wave that is going on alarms by itself when nobody is left; where none is, people are looked for at once.
    _catch_up("""
        INSERT INTO wave (id, regency_code, task_id, number, run, status, due_at, created_at)
        SELECT gen_random_uuid(), regency_code, id, coalesce(w.number, 0) + 1, 1, 'PLANNED', now(), now()
        FROM task CROSS JOIN LATERAL (
            SELECT max(number) AS number, bool_or(status IN ('PLANNED', 'SENDING', 'WAITING')) AS asking
            FROM wave WHERE wave.task_id = task.id) w
        WHERE status = 'OPEN' AND ends_at > now() AND w.asking IS NOT TRUE
    """),
]


class Migration(migrations.Migration):
    """One open alarm per task and reason, sensible shifts and budgets, and what is due next found by index."""

    dependencies = [("models", "0003_dispatch")]

    operations = [
        together(
            *CAUGHT_UP,
            index("alarm_one_open", "alarm (task_id, reason) WHERE ended_at IS NULL", unique=True),
            check("alarm", "alarm_due_or_ended", "(due_at IS NULL) = (ended_at IS NOT NULL)"),
            index("alarm_due", "alarm (due_at) WHERE due_at IS NOT NULL"),
            check("duty_shift", "duty_shift_weekday_known", "weekday BETWEEN 0 AND 6"),
            index("duty_shift_member", "duty_shift (member_id)"),
            index("dispatch_setting_one", "dispatch_setting (regency_code, (coalesce(kind, '')))", unique=True),
            check("dispatch_setting", "dispatch_setting_budget_sensible", "weekly_alerts BETWEEN 1 AND 1000"),
            index("drill_member", "drill (member_id, sent_at)"),
            index("alert_fallback_due", "alert (fallback_due_at) WHERE fallback_due_at IS NOT NULL"),
            index("alert_member_time", "alert (member_id, created_at)"),
            index("claim_expiring", "claim (expires_at) WHERE status IN ('OFFERED','HELD')"),
            index("claim_reminding", "claim (expires_at) WHERE status = 'HELD' AND reminded_at IS NULL"),
            index("task_window_closing", "task (ends_at) WHERE status IN ('DRAFT','OPEN')"),
            index("member_turned_up", "member (regency_code, turned_up_at) WHERE turned_up_at IS NOT NULL"),
            check("notification", "notification_channel_known", "channel IN ('push','fallback')"),
            # For each row: a worker that looks for alarms and finds none must not wake itself.
            ops.RunSQL(
                "CREATE TRIGGER wake_worker AFTER INSERT OR UPDATE OF due_at ON alarm"
                " FOR EACH ROW EXECUTE FUNCTION wake_worker()",
                reverse_sql="DROP TRIGGER wake_worker ON alarm",
            ),
            # Each may make a wave due before its time.
            ops.RunSQL(
                "CREATE TRIGGER wake_worker AFTER UPDATE OF status ON alert"
                " FOR EACH ROW WHEN (NEW.status IN ('DECLINED','FAILED')) EXECUTE FUNCTION wake_worker()",
                reverse_sql="DROP TRIGGER wake_worker ON alert",
            ),
            ops.RunSQL(
                "CREATE TRIGGER wake_worker AFTER UPDATE OF turned_up_at ON member"
                " FOR EACH ROW EXECUTE FUNCTION wake_worker()",
                reverse_sql="DROP TRIGGER wake_worker ON member",
            ),
        )
    ]
