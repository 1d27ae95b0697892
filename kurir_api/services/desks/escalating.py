"""Telling desks of what waits too long: the one that answers for it first, then those above, until somebody acts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.escalations import end_escalation
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Case, Escalation, EscalationKind, Referral, Report
from kurir_api.services.desks.people import desks_from
from kurir_api.services.desks.rules import RULES, Subject, about
from kurir_api.telemetry.steps import count_fault

LEASE = timedelta(seconds=60)
"""How long a worker has an escalation to itself; when it dies meanwhile, another takes over after that."""

# While it is being told, its due time is the end of the lease.
TAKE = """
WITH due AS (
    SELECT id, due_at FROM escalation WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED
)
UPDATE escalation SET due_at = $2 FROM due WHERE escalation.id = due.id
RETURNING escalation.id, due.due_at AS since, report_id, case_id, referral_id
"""


async def tell_due_escalations(now: datetime, *, batch: int = 50) -> int:
    """Tell people of up to `batch` escalations that are due, each in a transaction of its own; how many it took on.

    One that fails is logged and comes up again when its lease ends; the others go on.
    """
    lease = now + LEASE
    taken = await get_connection("default").execute_query_dict(TAKE, [now, lease, batch])
    for row in sorted(taken, key=lambda row: (row["since"], row["id"])):
        try:
            await _tell(row, lease, now)
        except Exception:  # noqa: BLE001 - one escalation's fault must not hold up the others
            count_fault(tell_due_escalations)
            structlog.get_logger("kurir.escalations").exception("escalation failed", escalation_id=str(row["id"]))
    return len(taken)


async def _tell(row: Mapping[str, Any], lease: datetime, now: datetime) -> None:
    """Tell of it, unless the reason is gone or somebody else did meanwhile."""
    async with in_transaction():
        subject = await _locked_subject(row)
        escalation = await Escalation.filter(id=row["id"]).select_for_update().get_or_none()
        if escalation is None or escalation.due_at != lease:
            return
        if not RULES[escalation.kind].stands(subject):
            await end_escalation(escalation.kind, subject, now)
            return
        await _tell_next_desk(escalation, subject, now)


async def _tell_next_desk(escalation: Escalation, subject: Subject, now: datetime) -> None:
    """The first time the smallest desk that has people, then the one above, and the largest again and again. With
    nobody anywhere the count stays: the doctor says so, and who comes first will hear of it first.
    """
    kind, told = EscalationKind(escalation.kind), escalation.times_told
    rule, desks = RULES[kind], await desks_from(subject.desk_id)
    await Escalation.filter(id=escalation.id).update(
        times_told=told + bool(desks), due_at=await rule.next_telling(subject, told, now)
    )
    if desks:
        await notify(
            rule.kind(subject) if rule.kind else NotificationKind(kind),
            desks[min(told, len(desks) - 1)],
            None,
            now=now,
            regency_code=subject.regency_code,
            urgent=rule.urgent,
            **about(subject),
            **rule.moment(subject),
        )
    if rule.also:
        await rule.also(subject, now)


async def _locked_subject(row: Mapping[str, Any]) -> Subject:
    """Locked before the escalation, in the order of whoever ends it."""
    if row["report_id"]:
        return await Report.filter(id=row["report_id"]).select_for_update(no_key=True).get()
    if row["case_id"]:
        return await Case.filter(id=row["case_id"]).select_for_update(no_key=True).get()
    return await Referral.filter(id=row["referral_id"]).select_for_update(no_key=True).get()
