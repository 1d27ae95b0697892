"""Who is deactivated while they are given something to do has nothing to do afterwards."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from tortoise.transactions import in_transaction

from kurir_api.auth import principal_of_member
from kurir_api.errors import NotFound
from kurir_api.models import Claim, ClaimStatus, Member, Organization, Role, Task
from kurir_api.services.claims.hand_over_claim import HandOver, hand_over_claim
from kurir_api.services.members.deactivate_member import deactivate_phone
from kurir_api.services.tasks.assign_task import AssignTask, assign_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from tests.factories import NOW, make_claim, make_member, make_organization, make_task, principal_for
from tests.processes.locks import somebody_waits

pytestmark = pytest.mark.usefixtures("db")
PHONE = "+6281327000999"
LICENCE = ("AMBULANCE_LICENCE",)


class Scene:
    """Sri, who is being deactivated, and a task that somebody else of the partner may hold already."""

    def __init__(self, partner: Organization, sri: Member, task: Task) -> None:
        self.partner, self.sri, self.task = partner, sri, task

    @classmethod
    async def made(cls, status: str = "OPEN") -> "Scene":
        partner = await make_organization()
        sri = await make_member(phone=PHONE, organization=partner, capabilities=LICENCE)
        return cls(partner, sri, await make_task(status=status, starts_at=datetime.now(UTC) + timedelta(hours=22)))

    async def meanwhile(self, act: Callable[[], Awaitable[UUID]]) -> list[ClaimStatus]:
        """What became of Sri's claims when `act` waits for the deactivation; it is refused."""
        begun = asyncio.Event()

        async def acting() -> UUID:
            await begun.wait()
            return await act()

        act_later = asyncio.create_task(acting())
        async with in_transaction():
            await Member.filter(id=self.sri.id).select_for_update()
            begun.set()
            await somebody_waits()
            await deactivate_phone(PHONE, NOW)
        with pytest.raises(NotFound):
            await act_later
        return [claim.status for claim in await Claim.filter(member_id=self.sri.id)]


async def test_claiming() -> None:
    scene = await Scene.made()
    sri = await principal_of_member(scene.sri.id)

    assert await scene.meanwhile(lambda: claim_task(sri, ClaimTask(task_id=scene.task.id))) == []
    await scene.task.refresh_from_db()
    assert (scene.task.status, scene.task.slots_taken) == ("OPEN", 0)


async def test_being_assigned() -> None:
    scene, kus = await Scene.made(), await principal_for(Role.COORDINATOR)
    order = AssignTask(task_id=scene.task.id, member_id=scene.sri.id)

    assert await scene.meanwhile(lambda: assign_task(kus, order)) == []


async def test_being_offered_somebody_elses_task() -> None:
    scene = await Scene.made("FILLED")
    budi = await make_member(organization=scene.partner, capabilities=LICENCE)
    claim = await make_claim(scene.task, budi, ClaimStatus.HELD, scene.partner)
    holder = await principal_of_member(budi.id)
    order = HandOver(claim_id=claim.id, to_member_id=scene.sri.id)

    assert await scene.meanwhile(lambda: hand_over_claim(holder, order)) == []
    assert (await Claim.get()).status == "HELD"
