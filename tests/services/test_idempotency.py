"""A key's first answer is the answer for seven days, whatever became possible or impossible since."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.errors import IdempotencyKeyReused, InvalidInput
from kurir_api.models import IdempotencyKey, Need, Pledge, Role
from kurir_api.services.needs.pledge import MakePledge, pledge
from kurir_api.settings import Settings
from kurir_api.worker import Worker
from tests.factories import make_need, make_organization, make_pledge, principal_for

pytestmark = pytest.mark.usefixtures("db")


async def promise() -> tuple[Need, MakePledge]:
    """A need of 100,000 rupiah, and a promise of all of it."""
    need, partner = await make_need(amount=100_000), await make_organization()
    return need, MakePledge(case_id=need.case_id, organization_id=partner.id, amount=100_000, idempotency_key="k")


async def test_it_is_answered_for_seven_days_and_then_forgotten(settings: Settings, figure) -> None:
    kus = await principal_for(Role.COORDINATOR)
    _, command = await promise()
    began = datetime.now(UTC)
    first = await pledge(kus, command)

    with time_machine.travel(began + timedelta(days=6, hours=23)):
        await Worker(settings, MemorySender(), MemoryTextSender()).run_until_idle()
        assert await pledge(kus, command) == first
    with time_machine.travel(began + timedelta(days=7, minutes=1)):
        await Worker(settings, MemorySender(), MemoryTextSender()).run_until_idle()
        assert await IdempotencyKey.all().count() == 0
        with pytest.raises(InvalidInput):
            await pledge(kus, command)

    assert await Pledge.all().count() == 1
    figure("a key is kept 7 days", "the first answer after 6 d 23 h, forgotten after 7 d 1 min")


async def test_what_did_not_fit_is_refused_again_though_it_would_fit_now() -> None:
    kus = await principal_for(Role.COORDINATOR)
    need, command = await promise()
    other = await make_pledge(need, amount=60_000)
    with pytest.raises(InvalidInput) as first:
        await pledge(kus, command)
    await other.delete()

    with pytest.raises(InvalidInput) as again:
        await pledge(kus, command)

    assert again.value.message("en") == first.value.message("en")
    assert await Pledge.all().count() == 0


async def test_mended_it_takes_the_key_over_once(figure) -> None:
    kus = await principal_for(Role.COORDINATOR)
    need, command = await promise()
    await make_pledge(need, amount=60_000)
    with pytest.raises(InvalidInput):
        await pledge(kus, command)
    mended = replace(command, amount=40_000)

    answers = await asyncio.gather(*(pledge(kus, mended) for _ in range(8)))

    assert len(set(map(repr, answers))) == 1
    assert sorted(row.amount for row in await Pledge.all()) == [40_000, 60_000]
    with pytest.raises(IdempotencyKeyReused):
        await pledge(kus, command)
    figure("a mended input takes its key over", "1 effect of 8 calls at once")
