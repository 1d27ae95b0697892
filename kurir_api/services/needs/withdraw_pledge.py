"""A partner takes a promise back, as far as no cost was settled with it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, NotFound
from kurir_api.models import Need, Pledge
from kurir_api.services.needs.pledge import may_promise
from kurir_api.services.needs.taking_back import take_back
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_pledges


@dataclass(frozen=True, kw_only=True)
class WithdrawPledge(Command):
    """The pledge to take back."""

    pledge_id: UUID


@use_case
async def withdraw_pledge(principal: Principal, command: WithdrawPledge) -> UUID:
    """The pledge's id: its amount is now what was settled, and the need is open again by the rest.

    By whom it could be made. Raises NotFound, NotAllowed, InvalidInput (nothing is left to take back).
    """
    found = await visible_pledges(principal).select_related("need__case").get_or_none(id=command.pledge_id)
    if found is None:
        raise NotFound
    if not may_promise(principal, found.need, found.organization_id):
        raise NotAllowed
    need = await Need.select_for_update(no_key=True).get(id=found.need_id)
    pledge = await Pledge.get(id=found.id)
    if pledge.settled == pledge.amount:
        raise InvalidInput.of(
            "pledgeId",
            id="Tidak ada yang bisa ditarik: seluruhnya sudah dipakai atau sudah ditarik.",
            en="Nothing is left to withdraw: all of it is settled, or was withdrawn before.",
        )
    await take_back(pledge, need, datetime.now(UTC))
    return pledge.id
