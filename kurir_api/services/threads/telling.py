"""A desk that has taken a report up hears when its reporter writes again."""

from datetime import datetime, timedelta
from uuid import UUID

from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Case, Membership, Notification, Report, Role, region_and_above
from kurir_api.services.desks.people import desks_from
from kurir_api.services.desks.rules import about

AGAIN_AFTER = timedelta(minutes=10)
"""Whoever writes in many short messages is one thing to look at."""


async def tell_of_message(report: Report, now: datetime) -> None:
    """Tell the case's coordinator, else the desk, that there is a new message, unless they just heard so. In the
    caller's transaction; nothing of what it says.
    """
    subject = report
    if report.duplicate_of_id is not None:
        subject = await Report.get(id=report.duplicate_of_id)
    people = await _answering(subject)
    facts = about(report)
    lately = Notification.filter(
        member_id__in=people, silent=False, kind=NotificationKind.MESSAGE_CAME, created_at__gt=now - AGAIN_AFTER
    )
    heard = {row.member_id for row in await lately if facts.items() <= row.data.items()}
    await notify(
        NotificationKind.MESSAGE_CAME,
        [person for person in people if person not in heard],
        None,
        now=now,
        regency_code=report.regency_code,
        **facts,
    )


async def _answering(report: Report) -> list[UUID]:
    case = await Case.get(id=report.case_id) if report.case_id else None
    if case is not None and case.coordinator_id is not None and await _coordinates(case.coordinator_id, case):
        return [case.coordinator_id]
    desks = await desks_from(case.desk_id if case else report.desk_id)
    return desks[0] if desks else []


async def _coordinates(member_id: UUID, case: Case) -> bool:
    """Whether the member still is a coordinator where the case lies, and active."""
    around = Membership.filter(role=Role.COORDINATOR, region_id__in=region_and_above(case.region_id))
    return await around.filter(member_id=member_id, member__active=True).exists()
