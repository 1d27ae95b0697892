"""The desk estimates what a case, or one of its tasks, will cost."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, Problems
from kurir_api.figures import rupiah
from kurir_api.models import Case, Need, Task, new_id
from kurir_api.services.cases.of_the_desk import case_of_the_desk
from kurir_api.services.money.amounts import check_rupiah
from kurir_api.services.needs.over import check_not_over
from kurir_api.services.use_case import Command, use_case

ESTIMATE = """
INSERT INTO need (id, regency_code, case_id, task_id, amount, pledged, estimated_by_id, created_at)
VALUES ($1, $2, $3, $4, $5, 0, $6, $7)
ON CONFLICT (case_id, (coalesce(task_id, case_id))) DO UPDATE
SET amount = excluded.amount, estimated_by_id = excluded.estimated_by_id,
    closed_at = CASE WHEN need.pledged = excluded.amount THEN coalesce(need.closed_at, excluded.created_at) END
WHERE need.pledged <= excluded.amount
RETURNING id
"""


@dataclass(frozen=True, kw_only=True)
class EstimateNeed(Command):
    """`amount` rupiah for the case as a whole, or for one of its tasks; instead of what was estimated before."""

    case_id: UUID
    task_id: UUID | None = None
    amount: int


@use_case
async def estimate_need(principal: Principal, command: EstimateNeed) -> UUID:
    """The need's id. Lowered to what is pledged it is closed, raised it is open again.

    Raises NotFound, NotAllowed, InvalidInput (below what is pledged, or what it is for is over, too).
    """
    case = await case_of_the_desk(principal, command.case_id)
    await _check(command, case)
    rows = await get_connection("default").execute_query_dict(ESTIMATE, _values(case, principal, command))
    if not rows:
        raise await _below_pledged(command)
    return UUID(str(rows[0]["id"]))


async def _check(command: EstimateNeed, case: Case) -> None:
    problems = Problems()
    check_rupiah(problems, "amount", command.amount)
    task = command.task_id and await Task.get_or_none(id=command.task_id, case_id=case.id)
    check_not_over(problems, case, task or None)
    if command.task_id and not task:
        problems.add(
            "taskId", id="Bukan tugas kasus ini; pilih dari daftar.", en="No task of this case; choose from the list."
        )
    problems.refuse()


def _values(case: Case, principal: Principal, command: EstimateNeed) -> list[object]:
    return [
        new_id(),
        case.regency_code,
        case.id,
        command.task_id,
        command.amount,
        principal.member_id,
        datetime.now(UTC),
    ]


async def _below_pledged(command: EstimateNeed) -> InvalidInput:
    need = await Need.get(case_id=command.case_id, task_id=command.task_id)
    return InvalidInput.of(
        "amount",
        id=f"Sudah dijanjikan {rupiah(need.pledged)}; isi paling sedikit sebanyak itu.",
        en=f"{rupiah(need.pledged, 'en')} is pledged already; give at least as much.",
    )
