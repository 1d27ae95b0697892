"""A desk that can't help gives a report, case or referral to the desk above."""

from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from uuid import UUID

from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.dispatch.escalations import begin_again
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import InvalidInput, NotAllowed, NotFound, Problems
from kurir_api.models import Case, Referral, Report, regency_of
from kurir_api.services.desks.people import desks_from
from kurir_api.services.desks.rules import Subject, about
from kurir_api.services.reports.waiting import arm_waiting
from kurir_api.services.texts import LONGEST_REASON, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_cases, visible_referrals, visible_reports
from kurir_api.transitions import move

FIELDS = MappingProxyType({Report: "reportId", Case: "caseId", Referral: "referralId"})


@dataclass(frozen=True, kw_only=True)
class HandUp(Command):
    """Exactly one of the three, and why, for the desk above to read."""

    reason: str
    report_id: UUID | None = None
    case_id: UUID | None = None
    referral_id: UUID | None = None


@use_case
async def hand_up(principal: Principal, command: HandUp) -> UUID:
    """The id of what now is with the desk above, or with the next one up where somebody is; who sits there is told.

    Raises InvalidInput (also when it is with the regency already), NotFound, NotAllowed for who doesn't sit at its
    desk, InvalidTransition.
    """
    problems = Problems()
    reason = fitting(problems, "reason", command.reason, LONGEST_REASON, required=True)
    asked = [one for one in (command.report_id, command.case_id, command.referral_id) if one]
    if len(asked) != 1:
        problems.add(
            "reportId",
            id="Isi salah satu: reportId, caseId atau referralId.",
            en="Give one of reportId, caseId and referralId.",
        )
    problems.refuse()
    subject = await _locked(_visible(principal, command))
    if not principal.reaches(subject.desk_id, *DESK):
        raise NotAllowed
    now = datetime.now(UTC)
    await move(subject, "hand_up", principal, reason=reason, at=now, desk_id=_above(subject))
    if isinstance(subject, Report):
        await arm_waiting(subject, now)
    else:
        await begin_again(subject)
    await _tell(principal, subject, now)
    return subject.id


def _visible(principal: Principal, command: HandUp) -> QuerySet[Report] | QuerySet[Case] | QuerySet[Referral]:
    if command.report_id:
        return visible_reports(principal).filter(id=command.report_id)
    if command.case_id:
        return visible_cases(principal).filter(id=command.case_id)
    return visible_referrals(principal).filter(id=command.referral_id)


async def _locked(rows: QuerySet[Report] | QuerySet[Case] | QuerySet[Referral]) -> Subject:
    """The row, as it is when nobody else hands it up at the same time. Raises NotFound."""
    seen = await rows.first()
    if seen is None:
        raise NotFound
    return await type(seen).filter(id=seen.id).select_for_update().get()


def _above(subject: Subject) -> str:
    """The region around its desk's. Raises InvalidInput at the top."""
    desk = subject.desk_id
    if desk == regency_of(desk):
        raise InvalidInput.of(
            FIELDS[type(subject)],
            id="Sudah di meja kabupaten; tidak ada lagi yang di atasnya.",
            en="It is with the regency already; there is no desk above.",
        )
    return desk.rpartition(".")[0]


async def _tell(principal: Principal, subject: Subject, now: datetime) -> None:
    """Tell the new desk, or, where nobody sits there, the next one above, but not who handed it up."""
    desks = await desks_from(subject.desk_id)
    await notify(
        NotificationKind.HANDED_UP,
        [member for member in (desks[0] if desks else ()) if member != principal.member_id],
        None,
        now=now,
        regency_code=subject.regency_code,
        urgent=True,
        **about(subject),
    )
