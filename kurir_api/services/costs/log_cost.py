"""A member writes down what a task cost."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Problems
from kurir_api.models import Claim, Cost, CostCategory, Task, new_id
from kurir_api.services.consent.erased import refuse_note_of_erased
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.costs.amounts import check_day, check_quantity
from kurir_api.services.costs.flags import flag
from kurir_api.services.costs.locking import lock_doubles
from kurir_api.services.costs.spenders import spending_claims
from kurir_api.services.costs.usual import is_unusual
from kurir_api.services.money.amounts import check_rupiah
from kurir_api.services.receipts.attach import attach_receipts
from kurir_api.services.texts import LONGEST_NOTE, cleaned, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_tasks
from kurir_api.transitions import record


@dataclass(frozen=True, kw_only=True)
class LogCost(Command):
    """`amount` whole rupiah, spent on the task on the day `spent_on` of the regency's calendar. `quantity`: of the
    rate's units, such as days.
    """

    task_id: UUID
    category: CostCategory
    amount: int
    quantity: int | None = None
    in_kind: bool = False
    spent_on: date
    note: str | None = None
    receipt_ids: tuple[UUID, ...] = ()


@use_case
async def log_cost(principal: Principal, command: LogCost) -> UUID:
    """The id of the new cost, which counts for the organisation the caller had last claimed the task for by that day.

    Raises NotFound, NotAllowed (the task is visible but not the caller's), InvalidInput.
    """
    now = datetime.now(UTC)
    task = await visible_tasks(principal).select_related("case").get_or_none(id=command.task_id)
    if task is None:
        raise NotFound
    claims = await spending_claims(task, principal.member_id)
    if not claims:
        raise NotAllowed
    await _check(command, task, claims[0][0], now)
    claim = [claim for taken_on, claim in claims if taken_on <= command.spent_on][-1]
    cost = _cost(command, task, claim, now)
    unusual = await is_unusual(cost)
    doubles = await lock_doubles(cost, command.receipt_ids)
    await refuse_note_of_erased(cost.note, task.case_id)
    await cost.save(force_create=True)
    if command.receipt_ids:
        await attach_receipts(principal.member_id, cost, command.receipt_ids)
    await flag(cost, unusual=unusual, doubles=doubles)
    await record(cost, "submit", principal, at=now)
    return cost.id


def _cost(command: LogCost, task: Task, claim: Claim, now: datetime) -> Cost:
    cost = Cost(
        id=new_id(),
        regency_code=task.regency_code,
        task=task,
        member_id=claim.member_id,
        organization_id=claim.organization_id,
        category=command.category,
        amount=command.amount,
        quantity=command.quantity,
        in_kind=command.in_kind,
        spent_on=command.spent_on,
        created_at=now,
    )
    cost.note = cleaned(command.note)
    return cost


async def _check(command: LogCost, task: Task, taken_on: date, now: datetime) -> None:
    problems = Problems()
    check_rupiah(problems, "amount", command.amount)
    check_quantity(command.quantity, problems)
    fitting(problems, "note", command.note, LONGEST_NOTE)
    check_day(command.spent_on, await local_day(task.regency_code, now), taken_on, problems)
    problems.refuse()
