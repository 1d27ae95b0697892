"""What each kind of escalation is about, while it stands, and when people are told again."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    LIVE_REFERRAL,
    Case,
    EscalationKind,
    Referral,
    ReferralStatus,
    Report,
    ReportStatus,
)
from kurir_api.services.cases.insurance import TOLD_EVERY, lies_uninsured
from kurir_api.services.cases.insurance import next_telling as next_telling_of_insurance
from kurir_api.services.referrals.lateness import next_telling as next_telling_of_referral
from kurir_api.services.referrals.telling import tell_officers_late
from kurir_api.services.reports.waiting import next_telling as next_telling_of_report

Subject = Report | Case | Referral
S = TypeVar("S", Report, Case, Referral)


@dataclass(frozen=True)
class Rule(Generic[S]):
    """`stands`: whether there is a reason to tell. `next_telling(subject, told, now)`: when people are told after
    `now`, `told` times before it. `moment`: what a notification says besides the number, a field of `texts.render`.
    `also(subject, now)`: who else hears of it. `kind`: as what they are told of it; None: as its own.
    """

    stands: Callable[[S], bool]
    next_telling: Callable[[S, int, datetime], Awaitable[datetime]]
    moment: Callable[[S], Mapping[str, Any]]
    urgent: bool = False
    kind: Callable[[S], NotificationKind] | None = None
    also: Callable[[S, datetime], Awaitable[None]] | None = None


async def _of_report(_: Report, told: int, now: datetime) -> datetime:
    return next_telling_of_report(told, now)


async def _of_referral(referral: Referral, _: int, now: datetime) -> datetime:
    return await next_telling_of_referral(referral, now)


def _waits_for(referral: Referral) -> NotificationKind:
    asked = referral.status == ReferralStatus.INFO_REQUESTED
    return NotificationKind.REFERRAL_UNANSWERED if asked else NotificationKind.REFERRAL_LATE


async def _of_insurance(case: Case, _: int, now: datetime) -> datetime:
    return next_telling_of_insurance(case, now) or now + TOLD_EVERY


RULES: Mapping[EscalationKind, Rule[Any]] = {
    EscalationKind.REPORT_WAITING: Rule[Report](
        stands=lambda report: report.status == ReportStatus.RECEIVED,
        next_telling=_of_report,
        moment=lambda report: {"starts_at": report.waiting_since.isoformat()},
        urgent=True,
    ),
    EscalationKind.REFERRAL_LATE: Rule[Referral](
        stands=lambda referral: referral.status in LIVE_REFERRAL,
        next_telling=_of_referral,
        moment=lambda referral: {"deadline": referral.due_at.isoformat()},
        kind=_waits_for,
        also=tell_officers_late,
    ),
    EscalationKind.INSURANCE_DUE: Rule[Case](
        stands=lies_uninsured,
        next_telling=_of_insurance,
        moment=lambda case: {"deadline": case.insurance_due_at.isoformat()} if case.insurance_due_at else {},
        urgent=True,
    ),
}


def about(subject: Subject) -> dict[str, Any]:
    """In a notification's data: which report, case or referral; nothing personal."""
    return {"number": subject.number, f"{type(subject).__name__.lower()}_id": str(subject.id)}
