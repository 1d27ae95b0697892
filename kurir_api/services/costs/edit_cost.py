"""A member corrects a cost; whoever endorsed it must look again, unless only the note is another."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Problems
from kurir_api.models import Cost, CostCategory, CostStatus
from kurir_api.services.consent.erased import refuse_note_of_erased
from kurir_api.services.contributions.calendar import local_day
from kurir_api.services.costs.amounts import check_day, check_quantity
from kurir_api.services.costs.flags import flag
from kurir_api.services.costs.locking import lock_costs, lock_doubles
from kurir_api.services.costs.spenders import spending_claims
from kurir_api.services.costs.usual import is_unusual
from kurir_api.services.money.amounts import check_rupiah
from kurir_api.services.receipts.attach import attach_receipts
from kurir_api.services.texts import LONGEST_NOTE, cleaned, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_costs
from kurir_api.transitions import move

FACTS = ("category", "amount", "quantity", "spent_on")


@dataclass(frozen=True, kw_only=True)
class EditCost(Command):
    """What is None stays as it is; a blank note takes the note away, no receipts all of them."""

    cost_id: UUID
    category: CostCategory | None = None
    amount: int | None = None
    quantity: int | None = None
    spent_on: date | None = None
    note: str | None = None
    receipt_ids: tuple[UUID, ...] | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """The columns that whoever endorses the cost vouches for."""
        return {name: value for name in FACTS if (value := getattr(self, name)) is not None}


@use_case
async def edit_cost(principal: Principal, command: EditCost) -> UUID:
    """The id of the cost, SUBMITTED again; if only the note of an ENDORSED one is another, ENDORSED still.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    seen = await visible_costs(principal).select_related("task").get_or_none(id=command.cost_id)
    if seen is None:
        raise NotFound
    if seen.member_id != principal.member_id:
        raise NotAllowed
    await _check(command, seen)
    unusual = await is_unusual(seen.update_from_dict(command.facts))
    doubles = await lock_doubles(seen, command.receipt_ids)
    [cost] = await lock_costs(principal, [seen.id])
    noted: dict[str, Any] = {}
    if command.note is not None:
        cost.note = cleaned(command.note)
        await refuse_note_of_erased(cost.note, cost.task.case_id)
        noted["note_sealed"] = cost.note_sealed
    if not command.facts and command.receipt_ids is None and cost.status == CostStatus.ENDORSED:
        await move(cost, "annotate", principal, **noted)
    else:
        await move(cost, "edit", principal, **noted, **command.facts)
        if command.receipt_ids is not None:
            await attach_receipts(principal.member_id, cost, command.receipt_ids)
        # Another edit may have come in between.
        if any(getattr(cost, name) != getattr(seen, name) for name in FACTS):
            unusual = await is_unusual(cost)
        await flag(cost, unusual=unusual, doubles=doubles)
    return cost.id


async def _check(command: EditCost, cost: Cost) -> None:
    problems = Problems()
    if not command.facts and command.note is None and command.receipt_ids is None:
        problems.add("amount", id="Isi jumlah atau catatan yang baru.", en="Give a new amount or a new note.")
    if command.amount is not None:
        check_rupiah(problems, "amount", command.amount)
    check_quantity(command.quantity, problems)
    fitting(problems, "note", command.note, LONGEST_NOTE)
    if command.spent_on is not None:
        today = await local_day(cost.regency_code, datetime.now(UTC))
        check_day(command.spent_on, today, await _taken_on(cost), problems)
    problems.refuse()


async def _taken_on(cost: Cost) -> date:
    """When the member took the task for the cost's organisation; if it fell away unstarted, the day so far."""
    claims = await spending_claims(cost.task, cost.member_id)
    taken = [day for day, claim in claims if claim.organization_id == cost.organization_id]
    return min(taken, default=cost.spent_on)
