"""A member corrects a cost; whoever endorsed it must look again."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Problems
from kurir_api.models import Cost
from kurir_api.services.costs.amounts import LONGEST_NOTE, check_amount
from kurir_api.services.texts import cleaned, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_costs
from kurir_api.transitions import move


@dataclass(frozen=True, kw_only=True)
class EditCost(Command):
    """What is None stays as it is; a blank note takes the note away."""

    cost_id: UUID
    amount: int | None = None
    note: str | None = None


@use_case
async def edit_cost(principal: Principal, command: EditCost) -> UUID:
    """The id of the cost, SUBMITTED again. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition."""
    cost = await visible_costs(principal).select_related("task").get_or_none(id=command.cost_id)
    if cost is None:
        raise NotFound
    if cost.member_id != principal.member_id:
        raise NotAllowed
    _check(command)
    await move(cost, "edit", principal, **_changes(cost, command))
    return cost.id


def _check(command: EditCost) -> None:
    problems = Problems()
    if command.amount is None and command.note is None:
        problems.add("amount", id="Isi jumlah atau catatan yang baru.", en="Give a new amount or a new note.")
    if command.amount is not None:
        check_amount(command.amount, problems)
    fitting(problems, "note", command.note, LONGEST_NOTE)
    problems.refuse()


def _changes(cost: Cost, command: EditCost) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    if command.amount is not None:
        changes["amount"] = command.amount
    if command.note is not None:
        cost.note = cleaned(command.note)
        changes["note_sealed"] = cost.note_sealed
    return changes
