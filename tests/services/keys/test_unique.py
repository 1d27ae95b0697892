"""While keys change, a number stays one member's, though the database's unique index sees only one key's."""

import asyncio

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.models import Member, Role, new_id
from kurir_api.services.members.invite_member import InviteMember, invite_member, member_with
from kurir_api.settings import Settings
from kurir_api.vault import open_vault
from tests.factories import REGENCY, VILLAGE, make_organization, principal_for
from tests.services.keys.rings import with_keys

PHONE = "+6281327000888"
WAITING = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def test_two_processes_with_other_first_keys_invite_one_member(db: None, settings: Settings) -> None:
    coordinator = await principal_for(Role.COORDINATOR)
    partner = await make_organization("Lazis Serayu")
    command = InviteMember(name="Budi", phone=PHONE, organization_id=partner.id, role=Role.VOLUNTEER, region=VILLAGE)
    begin = asyncio.Event()

    async def other_process() -> object:
        await begin.wait()
        open_vault(with_keys(settings, 2, 1))
        return await invite_member(coordinator, command)

    other = asyncio.create_task(other_process())
    open_vault(with_keys(settings, 1, 2))
    async with in_transaction():
        assert await member_with(PHONE) is None
        member = Member(id=new_id(), regency_code=REGENCY, name="Budi")
        member.phone = PHONE
        await member.save(force_create=True)
        begin.set()
        while not (await get_connection("default").execute_query_dict(WAITING))[0]["n"]:  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(0)

    assert await other == member.id
    open_vault(settings)
