"""Escalations as rows: armed and ended in the transaction of what causes them, told later by a worker
(services.desks.escalating).
"""

from datetime import datetime

from tortoise.connection import get_connection

from kurir_api.models import Case, EscalationKind, Referral, Report, new_id

ARM = """
INSERT INTO escalation (id, regency_code, kind, report_id, case_id, referral_id, due_at, times_told)
VALUES ($1, $2, $3, $4, $5, $6, $7, 0)
ON CONFLICT (kind, (coalesce(report_id, case_id, referral_id))) WHERE ended_at IS NULL
DO UPDATE SET due_at = excluded.due_at, times_told = 0
"""

END = """
UPDATE escalation SET ended_at = $3, due_at = NULL
WHERE kind = $1 AND coalesce(report_id, case_id, referral_id) = $2 AND ended_at IS NULL
"""

BEGIN_AGAIN = """
UPDATE escalation SET times_told = 0 WHERE coalesce(report_id, case_id, referral_id) = $1 AND ended_at IS NULL
"""


async def arm_escalation(kind: EscalationKind, subject: Report | Case | Referral, due_at: datetime) -> None:
    """Have people told of the subject at `due_at`, from its own desk up, unless it is over by then. Again, it begins
    anew.
    """
    ids = [subject.id if isinstance(subject, table) else None for table in (Report, Case, Referral)]
    await get_connection("default").execute_query(ARM, [new_id(), subject.regency_code, kind, *ids, due_at])


async def end_escalation(kind: EscalationKind, subject: Report | Case | Referral, now: datetime) -> None:
    """It is over: nobody is told any more."""
    await get_connection("default").execute_query(END, [kind, subject.id, now])


async def begin_again(subject: Report | Case | Referral) -> None:
    """Another desk answers for the subject now: whatever is told of it next, that desk hears first."""
    await get_connection("default").execute_query(BEGIN_AGAIN, [subject.id])
