"""Cases on their way, and what their history says."""

from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.models import CarePhase, Case, CaseStatus, TransitionLog
from kurir_api.services.cases.move_case import MoveCase, move_case
from tests.factories import NOW, make_case

BEFORE, IN, AFTER = CarePhase
OPEN, ON_HOLD, CLOSED = CaseStatus


async def closed_case(**values) -> Case:
    """A case whose patient has recovered."""
    return await make_case(**{"status": CLOSED, "outcome": "RECOVERED", "closed_at": NOW} | values)


async def move(principal: Principal, case: Case, **values) -> UUID:
    """Move it so; its id."""
    return await move_case(principal, MoveCase(case_id=case.id, **values))


async def history(case: Case) -> list[tuple[str, str, str | None]]:
    """The case's own entries: action, state afterwards, reason."""
    entries = await TransitionLog.filter(subject_id=case.id).order_by("id")
    return [(entry.action, entry.target, entry.reason) for entry in entries]
