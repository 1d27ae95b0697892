"""Signing in while the member is being taken out."""

import asyncio

import pytest
from tortoise.transactions import in_transaction

from kurir_api.errors import UnknownMember
from kurir_api.models import Member, Session
from kurir_api.services.members.deactivate_member import deactivate_phone
from kurir_api.services.sessions.granting import sign_in_by_operator
from tests.factories import NOW, make_member
from tests.processes.locks import somebody_waits

PHONE = "+6281327000777"


@pytest.mark.usefixtures("db")
async def test_a_session_that_begins_during_a_deactivation_is_none() -> None:
    member = await make_member(phone=PHONE)
    locked = asyncio.Event()

    async def signs_in() -> None:
        await locked.wait()
        await sign_in_by_operator(PHONE, NOW)

    signing_in = asyncio.create_task(signs_in())
    async with in_transaction():
        await Member.filter(id=member.id).select_for_update()
        locked.set()
        await somebody_waits()
        await deactivate_phone(PHONE, NOW)

    with pytest.raises(UnknownMember):
        await signing_in
    assert await Session.all().count() == 0
