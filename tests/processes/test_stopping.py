"""Told to stop, a program begins nothing new, finishes what is under way, and ends well."""

import asyncio
import signal
from datetime import UTC, datetime, timedelta

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from kurir_api.models import Alert, Claim, ClaimStatus, WaveStatus
from kurir_api.settings import Settings
from tests.factories import make_member, make_task, make_wave
from tests.ids import id_of
from tests.processes.locks import held, somebody_waits
from tests.processes.office import serving, working

pytestmark = pytest.mark.usefixtures("db")
LICENCE = ("AMBULANCE_LICENCE",)


async def test_an_api_answers_what_it_was_asked_before_and_nothing_after(settings: Settings) -> None:
    driver, task = await make_member(capabilities=LICENCE), await make_task()
    async with serving(settings) as process:
        async with held(task, settings):
            asked = asyncio.create_task(process.api.do(driver, "claimTask", "claim { status }", taskId=id_of(task)))
            await somebody_waits()
            process.program.send(signal.SIGTERM)
            await process.program.says("Shutting down")
            with pytest.raises(httpx.TransportError):
                await process.api.post(driver, "{ me { name } }")
        answer = await asked
        code = await process.program.end()

    assert answer == {"__typename": "ClaimTaskSuccess", "claim": {"status": "HELD"}}
    assert code == 0
    assert await Claim.filter(status=ClaimStatus.HELD).count() == 1


async def test_subscribers_are_sent_to_another_process_and_hold_nothing_up(settings: Settings) -> None:
    volunteer = await make_member()
    async with serving(settings) as process:
        async with process.api.subscribed(volunteer, "subscription { myNotifications { kind } }") as stream:
            process.program.send(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                await stream.hear()
        code = await process.program.end()

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1012  # "service restart": come again
    assert code == 0


async def test_an_api_of_several_processes_replaces_one_that_died_and_stops_them_all(settings: Settings) -> None:
    driver, task = await make_member(capabilities=LICENCE), await make_task()
    async with serving(settings, "--workers", "2") as process:
        parent = psutil.Process(process.program.pid)
        await process.program.says("Application startup complete", times=2)
        victim = next(child for child in parent.children() if "spawn_main" in " ".join(child.cmdline()))
        victim.kill()
        await process.program.says("Application startup complete", times=3)
        async with held(task, settings):
            asked = asyncio.create_task(process.api.do(driver, "claimTask", taskId=id_of(task)))
            await somebody_waits()
            children = parent.children(recursive=True)
            process.program.send(signal.SIGTERM)
            await process.program.says("Shutting down")
        answer = await asked
        code = await process.program.end()

    assert answer["__typename"] == "ClaimTaskSuccess"
    assert code == 0
    _, left = await asyncio.to_thread(psutil.wait_procs, children, 10)
    assert left == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_worker_finishes_the_wave_it_has_begun(settings: Settings, number: signal.Signals) -> None:
    now = datetime.now(UTC)
    driver = await make_member(capabilities=LICENCE)
    task = await make_task(starts_at=now + timedelta(hours=22))
    async with working(settings) as program:
        async with held(task, settings):
            wave = await make_wave(task, status=WaveStatus.PLANNED, due_at=now)
            await somebody_waits()
            program.send(number)
        code = await program.end()

    assert code == 0
    assert await Alert.all().values_list("member_id", flat=True) == [driver.id]
    await wave.refresh_from_db()
    assert (wave.status, wave.leased_until) == (WaveStatus.WAITING, None)
