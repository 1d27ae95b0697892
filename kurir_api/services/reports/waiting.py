"""A report that waits for a desk: somebody is told of it until it is taken up."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from kurir_api.dispatch.escalations import arm_escalation, end_escalation
from kurir_api.models import Case, CaseStatus, EscalationKind, Referral, ReferralStatus, Report, ReportStatus

TOLD_AFTER = timedelta(minutes=30)
"""How long the desk has to take up a report before it is told to. Ours to choose, as what follows: nobody has
measured yet how long desks need.
"""

TOLD_AGAIN: Sequence[timedelta] = (timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2), timedelta(hours=4))
"""After the first telling, the second and so on; the last goes on for ever."""


async def arm_waiting(report: Report, since: datetime | None = None) -> None:
    """Have its desk told if it is still RECEIVED some time after `since`, by default when it came in. In the caller's
    transaction, where a report is made, taken up again or given to another desk; it begins anew each time.
    """
    since = since or report.received_at
    await arm_escalation(EscalationKind.REPORT_WAITING, report, since + TOLD_AFTER)


async def end_waiting(report: Report, now: datetime) -> None:
    """It left RECEIVED: nobody need be told any more. In the caller's transaction."""
    await end_escalation(EscalationKind.REPORT_WAITING, report, now)


def next_telling(told: int, now: datetime) -> datetime:
    """When a report that was told of `told` times before `now` is told of again, if it still waits."""
    return now + TOLD_AGAIN[min(told, len(TOLD_AGAIN) - 1)]


SETTLED = (ReferralStatus.DECLINED, ReferralStatus.CONFIRMED, ReferralStatus.REVOKED)
"""Referrals for which nobody waits any more."""


def waiting_reports() -> QuerySet[Report]:
    """Those for which somebody still waits: they are to be taken up, or what they led to isn't over."""
    unsettled = Referral.exclude(status__in=SETTLED).filter(report_id__not_isnull=True).values("report_id")
    return Report.filter(
        Q(status=ReportStatus.RECEIVED)
        | Q(case_id__in=Subquery(Case.exclude(status=CaseStatus.CLOSED).values("id")))
        | Q(status=ReportStatus.REFERRED, id__in=Subquery(unsettled))
    )
