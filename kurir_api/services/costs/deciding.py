"""What a reviewer decides on a cost, and what follows from it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, Problems
from kurir_api.models import Cost, CostStatus, Role
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.costs.booking import book_payment, book_spending, book_void
from kurir_api.services.rates.limits import refuse_over_limit
from kurir_api.services.texts import LONGEST_NOTE, fitting
from kurir_api.transitions import move

ACTIONS: Mapping[CostStatus, str] = {
    CostStatus.ENDORSED: "endorse",
    CostStatus.APPROVED: "approve",
    CostStatus.RETURNED: "return",
    CostStatus.REJECTED: "reject",
    CostStatus.PAID: "pay",
    CostStatus.VOID: "void",
}
"""The decisions there are, and the moves they make of a cost of money that is somebody else's."""

EXPLAINED = frozenset({"return", "reject", "void"})


def checked_note(decision: CostStatus, note: str | None) -> str | None:
    """The note, cleaned. Raises InvalidInput unless it fits, and the decision is one."""
    problems = Problems()
    if decision not in ACTIONS:
        problems.add(
            "decision",
            id=f"Pilih salah satu: {', '.join(ACTIONS)}.",
            en=f"Choose one of {', '.join(ACTIONS)}.",
        )
    found = fitting(problems, "note", note, LONGEST_NOTE)
    problems.refuse()
    return found


async def decide(cost: Cost, decision: CostStatus, note: str | None, principal: Principal, now: datetime) -> None:
    """Move the locked cost, whose task and case are loaded, and book what that means.

    Raises NotAllowed, InvalidInput (a note is missing, a limit would be passed) and InvalidTransition.
    """
    action = _action(cost, decision, principal)
    if action == "withdraw":
        await move(cost, action, principal, reason=note, at=now)
        return
    if note is None and (action in EXPLAINED or _on_behalf(cost, action, principal)):
        raise InvalidInput.of("note", id="Tulis alasannya.", en="Say why.")
    await move(cost, action, principal, reason=note, at=now, **_changes(cost, action, note, principal, now))
    match action:
        case "approve":
            await refuse_over_limit(cost)
            await book_spending(cost, now)
        case "record":
            await book_spending(cost, now)
        case "pay":
            await book_payment(cost, await local_day(cost.regency_code, now), now)
        case "void":
            await book_void(cost, now)


def _action(cost: Cost, decision: CostStatus, principal: Principal) -> str:
    """A member takes back what they logged themselves; a gift isn't approved for payment but recorded."""
    if decision is CostStatus.VOID and cost.member_id == principal.member_id:
        return "withdraw"
    if decision is CostStatus.APPROVED and cost.in_kind:
        return "record"
    return ACTIONS[decision]


def _on_behalf(cost: Cost, action: str, principal: Principal) -> bool:
    """Whether a coordinator endorses what the partner's own reviewer should."""
    if action != "endorse" or cost.organization_id in principal.organizations(Role.PARTNER_REVIEWER):
        return False
    return principal.reaches(cost.task.region_id, Role.COORDINATOR)


def _changes(cost: Cost, action: str, note: str | None, principal: Principal, now: datetime) -> dict[str, Any]:
    cost.review_note = note
    changes: dict[str, Any] = {"review_note_sealed": cost.review_note_sealed, "reviewed_by_id": principal.member_id}
    if action in {"approve", "record"}:
        changes["approved_at"] = now
    elif action == "pay":
        changes["paid_at"] = now
    return changes
