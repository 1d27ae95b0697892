"""The programme's officers decide on a referral, and the desk answers, confirms or takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.escalations import arm_escalation, end_escalation
from kurir_api.errors import NotFound, Problems
from kurir_api.models import LIVE_REFERRAL, AccessAction, EscalationKind, Referral, ReferralStatus
from kurir_api.services import accesses
from kurir_api.services.referrals.lateness import next_telling
from kurir_api.services.referrals.resident import tell_resident
from kurir_api.services.referrals.telling import tell_of_referral
from kurir_api.services.texts import LONGEST_NOTE, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_referrals
from kurir_api.services.working_days.reckoning import working_days
from kurir_api.transitions import MACHINES, Who, move

S = ReferralStatus

ACTIONS: Mapping[ReferralStatus, str] = {
    S.SENT: "send_again",
    S.INFO_REQUESTED: "request_info",
    S.ACCEPTED: "accept",
    S.IN_PROCESS: "process",
    S.DECLINED: "decline",
    S.GRANTED: "grant",
    S.PARTLY_GRANTED: "grant_partly",
    S.REFUSED: "refuse",
    S.CONFIRMED: "confirm",
    S.REVOKED: "revoke",
}
"""The move that leads to each state."""

DECISIONS = (S.DECLINED, S.GRANTED, S.PARTLY_GRANTED, S.REFUSED)


@dataclass(frozen=True, kw_only=True)
class MoveReferral(Command):
    """`to`: the state the referral should have. `note`: the officer's, or the desk's."""

    referral_id: UUID
    to: ReferralStatus
    note: str | None = None


@use_case
async def move_referral(principal: Principal, command: MoveReferral) -> UUID:
    """The referral's id. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition."""
    now = datetime.now(UTC)
    if not await visible_referrals(principal).filter(id=command.referral_id).exists():
        raise NotFound
    action = ACTIONS[command.to]
    problems = Problems()
    needed = MACHINES[Referral][action].reason
    note = fitting(problems, "note", command.note, LONGEST_NOTE, required=needed)
    problems.refuse()
    referral = await Referral.select_for_update().get(id=command.referral_id)
    await referral.fetch_related("programme", "patient")
    if note is not None:
        names = ["decisionNote" if _decides(action) else "referralNote"]
        accesses.note(referral.patient, AccessAction.WRITTEN, names, who=principal, ground=f"referral:{referral.id}")
    await move(referral, action, principal, reason=note, at=now, **await _changes(referral, command.to, note, now))
    await _rearm(referral, now)
    await tell_of_referral(referral, referral.programme, now)
    await tell_resident(referral, now)
    return referral.id


async def _changes(referral: Referral, to: ReferralStatus, note: str | None, now: datetime) -> dict[str, Any]:
    """The columns that change with the state.

    While the programme waits for an answer its time stands still: it gets back the working days that were left when
    it asked, at least one.
    """
    changes: dict[str, Any] = {"asked_at": now if to is S.INFO_REQUESTED else None}
    if to in DECISIONS:
        changes["decided_at"] = now
    if to is S.SENT and referral.asked_at:
        days = await working_days(referral.regency_code)
        changes["due_at"] = days.due(now, max(1, days.between(referral.asked_at, referral.due_at)))
    if note is not None:
        column = "decision_note" if _decides(ACTIONS[to]) else "note"
        setattr(referral, column, note)
        changes[f"{column}_sealed"] = getattr(referral, f"{column}_sealed")
    return changes


def _decides(action: str) -> bool:
    """Whether the programme's officer says it, not the desk."""
    return Who.OFFICER in MACHINES[Referral][action].who


async def _rearm(referral: Referral, now: datetime) -> None:
    """People are told of its lateness anew when the clock was stopped or goes on, and no more when it is decided."""
    if referral.status not in LIVE_REFERRAL:
        await end_escalation(EscalationKind.REFERRAL_LATE, referral, now)
    elif referral.status in {S.SENT, S.INFO_REQUESTED}:
        await arm_escalation(EscalationKind.REFERRAL_LATE, referral, await next_telling(referral, now))
