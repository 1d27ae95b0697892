"""A reviewer or coordinator decides alike on many costs at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotFound, Refusal
from kurir_api.models import Cost, CostStatus, Need, Patient
from kurir_api.services.costs.amounts import refuse_another
from kurir_api.services.costs.deciding import checked_note, decide
from kurir_api.services.costs.locking import lock_costs
from kurir_api.services.costs.telling import tell_of_costs
from kurir_api.services.use_case import Command, use_case

MOST = 100


@dataclass(frozen=True, kw_only=True)
class ReviewCosts(Command):
    """As ReviewCost, for up to 100 of them; `total`: rupiah of all, as whoever decides saw it."""

    cost_ids: tuple[UUID, ...]
    decision: CostStatus
    note: str | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class RefusedCost:
    """A cost that stays as it was; `refusal` names the class of its refusal, as `refusal_from` wants it."""

    cost_id: UUID
    refusal: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What became of each, in the order asked for."""

    done: list[UUID]
    refused: list[RefusedCost]


@use_case
async def review_costs(principal: Principal, command: ReviewCosts) -> Reviewed:
    """Each cost by itself: some may be refused while others are done. Members hear once of all of theirs.

    Raises InvalidInput where no cost can be decided on so, or they aren't those that were seen.
    """
    now = datetime.now(UTC)
    asked = list(dict.fromkeys(command.cost_ids))
    if not 1 <= len(asked) <= MOST:
        raise InvalidInput.of("costIds", id=f"Pilih 1 sampai {MOST} biaya.", en=f"Choose 1 to {MOST} costs.")
    note = checked_note(command.decision, command.note)
    costs = {cost.id: cost for cost in await lock_costs(principal, asked)}
    refuse_another("total", command.total, sum(cost.amount for cost in costs.values()))
    if command.decision in {CostStatus.APPROVED, CostStatus.VOID}:
        await _lock_what_they_share(list(costs.values()))
    refusals: dict[UUID, Refusal] = {cost_id: NotFound() for cost_id in asked if cost_id not in costs}
    for cost in costs.values():
        try:
            async with in_transaction():
                await decide(cost, command.decision, note, principal, now)
        except Refusal as refusal:
            refusals[cost.id] = refusal
    done = [costs[cost_id] for cost_id in asked if cost_id not in refusals]
    await _tell(done, principal, now)
    return Reviewed(
        [cost.id for cost in done],
        [RefusedCost(one, type(refusals[one]).__name__, refusals[one].payload()) for one in asked if one in refusals],
    )


async def _lock_what_they_share(costs: Sequence[Cost]) -> None:
    """The patients and the needs, before any cost wants one: in an order that nobody else's batch turns around."""
    patients = {cost.task.case.patient_id for cost in costs}
    await Patient.filter(id__in=patients).order_by("id").select_for_update(no_key=True).only("id")
    tasks, cases = {cost.task_id for cost in costs}, {cost.task.case_id for cost in costs}
    needs = Need.filter(Q(task_id__in=tasks) | Q(case_id__in=cases, task_id__isnull=True))
    await needs.order_by("id").select_for_update(no_key=True).only("id")


async def _tell(costs: Sequence[Cost], principal: Principal, now: datetime) -> None:
    told = [cost for cost in costs if cost.member_id != principal.member_id]
    for status in {CostStatus(cost.status): None for cost in told}:
        await tell_of_costs([cost for cost in told if cost.status == status], status, now)
