"""Whether a worker works, as compose asks it."""

import socket
from datetime import timedelta

import httpx

from kurir_api.settings import Settings
from kurir_api.telemetry.steps import PULSE, SILENT_SECONDS, watched
from kurir_api.watch.metrics import worker_served
from kurir_api.worker import Every
from tests.factories import NOW
from tests.watch.test_metrics import TOKEN, figures


async def test_a_worker_is_well_while_a_step_ends_well_each_minute(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    office = Settings(**settings.model_dump() | {"worker_port": port, "metrics_token": TOKEN})

    async def two_of_something(_: object) -> int:
        return 2

    async with worker_served(office), httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        PULSE.at -= SILENT_SECONDS + 1
        stuck = await http.get("/health/live")
        await watched(two_of_something)(NOW)
        well = await http.get("/health/live")
        told = await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert (stuck.status_code, stuck.json()["status"]) == (503, "stuck")
    assert (well.status_code, well.json()) == (200, {"status": "working"})
    assert figures(told.text)["kurir_steps_done_total", "two_of_something"] == 2


async def test_a_step_that_only_waits_until_its_pause_is_over_is_no_sign_of_life() -> None:
    async def nothing(_: object) -> int:
        return 0

    daily = Every(timedelta(days=1), nothing)
    await daily(NOW)
    PULSE.at -= SILENT_SECONDS + 1

    await daily(NOW + timedelta(hours=23))
    assert PULSE.seconds > SILENT_SECONDS
    await daily(NOW + timedelta(days=1))
    assert PULSE.seconds < SILENT_SECONDS
