"""A member writes down what a task cost."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Problems
from kurir_api.models import Claim, ClaimStatus, Cost, CostCategory, Region, Task, new_id
from kurir_api.services.costs.amounts import LONGEST_NOTE, check_amount
from kurir_api.services.texts import cleaned, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_tasks
from kurir_api.transitions import record

SPENDING = (ClaimStatus.HELD, ClaimStatus.IN_PROGRESS, ClaimStatus.COMPLETED, ClaimStatus.VERIFIED)
"""The claims for which money may have been spent."""

OLDEST = timedelta(days=366)


@dataclass(frozen=True, kw_only=True)
class LogCost(Command):
    """`amount` whole rupiah, spent on the task on the day `spent_on` of the regency's calendar."""

    task_id: UUID
    category: CostCategory
    amount: int
    in_kind: bool = False
    spent_on: date
    note: str | None = None


@use_case
async def log_cost(principal: Principal, command: LogCost) -> UUID:
    """The id of the new cost, which counts for the organisation the caller claimed the task for.

    Raises NotFound, NotAllowed (the task is visible but not the caller's), InvalidInput.
    """
    now = datetime.now(UTC)
    task = await visible_tasks(principal).get_or_none(id=command.task_id)
    if task is None:
        raise NotFound
    own = Claim.filter(task_id=task.id, member_id=principal.member_id, status__in=SPENDING)
    claim = await own.order_by("-id").first()
    if claim is None:
        raise NotAllowed
    await _check(command, task, now)
    cost = Cost(
        id=new_id(),
        regency_code=task.regency_code,
        task=task,
        member_id=principal.member_id,
        organization_id=claim.organization_id,
        category=command.category,
        amount=command.amount,
        in_kind=command.in_kind,
        spent_on=command.spent_on,
        created_at=now,
    )
    cost.note = cleaned(command.note)
    await cost.save(force_create=True)
    await record(cost, "submit", principal, at=now)
    return cost.id


async def _check(command: LogCost, task: Task, now: datetime) -> None:
    problems = Problems()
    check_amount(command.amount, problems)
    fitting(problems, "note", command.note, LONGEST_NOTE)
    regency = await Region.get(code=task.regency_code)
    today = now.astimezone(ZoneInfo(regency.time_zone)).date()
    if command.spent_on > today:
        problems.add("spentOn", id="Tanggalnya belum tiba.", en="That day has not come yet.")
    elif command.spent_on < today - OLDEST:
        problems.add(
            "spentOn",
            id="Paling lama 366 hari yang lalu; untuk yang lebih lama hubungi koordinator.",
            en="At most 366 days back; ask a coordinator about older ones.",
        )
    problems.refuse()
