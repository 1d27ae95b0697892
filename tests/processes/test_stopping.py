"""Told to stop, a program begins nothing new, finishes what is under way, and ends well."""

import asyncio
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from time import monotonic

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.exceptions import ConnectionClosed

from kurir_api.models import Alert, Claim, ClaimStatus, WaveStatus
from kurir_api.settings import Settings
from tests.conftest import Figures
from tests.factories import make_member, make_task, make_wave
from tests.ids import id_of
from tests.processes.locks import held, somebody_waits
from tests.processes.office import Serving, serving, working

pytestmark = pytest.mark.usefixtures("db")
LICENCE = ("AMBULANCE_LICENCE",)
TOKEN = "a-token-that-only-prometheus-and-the-tests-know"


async def answered_before(process: Serving) -> float:
    """How often /metrics was answered before, by whichever of the processes, as one of them tells."""
    async with httpx.AsyncClient(base_url=process.api.url) as http:
        text = (await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).text
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    asked = {"path": "/metrics", "status": "200"}
    return sum(one.value for one in samples if one.name == "kurir_http_responses_total" and one.labels == asked)


async def test_an_api_answers_what_it_was_asked_before_and_nothing_after(settings: Settings, figure: Figures) -> None:
    driver, task = await make_member(capabilities=LICENCE), await make_task()
    async with serving(settings) as process:
        async with held(task, settings):
            asked = asyncio.create_task(process.api.do(driver, "claimTask", "claim { status }", taskId=id_of(task)))
            await somebody_waits()
            process.program.send(signal.SIGTERM)
            began = monotonic()
            await process.program.says("Shutting down")
            with pytest.raises(httpx.TransportError):
                await process.api.post(driver, "{ me { name } }")
        answer = await asked
        code = await process.program.end()

    assert answer == {"__typename": "ClaimTaskSuccess", "claim": {"status": "HELD"}}
    assert code == 0
    assert await Claim.filter(status=ClaimStatus.HELD).count() == 1
    figure(
        "SIGTERM drains: what was asked is answered, exit <= 30 s",
        f"answered, exit after {monotonic() - began:.1f} s",
    )


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
    async with serving(settings, "--workers", "2", metrics_token=TOKEN) as process:
        parent = psutil.Process(process.program.pid)
        await process.program.says("Application startup complete", times=2)
        victim = next(child for child in parent.children() if "spawn_main" in " ".join(child.cmdline()))
        victim.kill()
        await process.program.says("Application startup complete", times=3)
        assert [await answered_before(process) for _ in range(5)] == [0, 1, 2, 3, 4]
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


async def test_two_processes_drain_under_load(settings: Settings, figure: Figures, full: bool) -> None:
    volunteer = await make_member()
    answers: Counter[int] = Counter()
    cut: list[Exception] = []
    started = monotonic()
    async with serving(settings, "--workers", "2") as process:
        start_seconds = monotonic() - started
        stopping = asyncio.Event()

        async def ask_on() -> None:
            # A connection for each request: one that was kept open may be closed while the next is on its way.
            async with httpx.AsyncClient(headers={"Connection": "close"}, timeout=30) as http:
                headers = {"Authorization": f"Bearer {process.api.token(volunteer)}"}
                while True:
                    try:
                        answer = await http.post(
                            f"{process.api.url}/graphql", json={"query": "{ me { name } }"}, headers=headers
                        )
                    except (httpx.ConnectError, httpx.ReadError):  # nobody took it
                        if stopping.is_set():
                            return
                        raise
                    except httpx.TransportError as error:
                        cut.append(error)
                        return
                    answers[answer.status_code] += 1

        async with process.api.subscribed(volunteer, "subscription { myNotifications { kind } }") as stream:
            asking = [asyncio.create_task(ask_on()) for _ in range(20 if full else 8)]
            async with asyncio.timeout(60):
                while answers[200] < (2_000 if full else 50):  # noqa: ASYNC110 - until it is busy
                    await asyncio.sleep(0.01)
            stopping.set()
            stopped = monotonic()
            process.program.send(signal.SIGTERM)
            with pytest.raises(ConnectionClosed) as closed:
                await stream.hear()
            code = await process.program.end()
            exit_seconds = monotonic() - stopped
            await asyncio.gather(*asking)

    assert (set(answers), cut, code) == ({200}, [], 0)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code in (1001, 1012)
    assert exit_seconds <= 30
    assert start_seconds <= 10 or not full
    figure(
        "SIGTERM drains under load: 0 5xx, exit within 30 s",
        f"{answers.total():,} answered, 0 5xx, 0 cut off, exit after {exit_seconds:.1f} s, sockets closed with 1012",
    )
    figure("start is unattended: first answer within 10 s", f"{start_seconds:.1f} s with two processes")


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
