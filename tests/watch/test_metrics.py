"""/metrics: right whichever process answers, for whoever knows the token, and about nobody."""

import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kurir_api.models import AlertStatus, Role
from kurir_api.services.backup.back_up import DONE
from kurir_api.services.operations.office_figures import office_figures
from kurir_api.settings import Settings
from kurir_api.telemetry.metrics import FOLDER_VARIABLE
from kurir_api.watch import metrics_routes
from tests.api import Api
from tests.counting import Statements
from tests.factories import (
    make_alarm,
    make_alert,
    make_claim,
    make_member,
    make_notification,
    make_task,
    make_wave,
)
from tests.processes import run

TOKEN = "a-token-that-only-prometheus-and-the-tests-know"
ROOT = Path(__file__).parents[2]
ME = "query { me { name } }"
Figures = dict[tuple[str, ...], float]


def figures(text: str) -> Figures:
    """The values by the name and the labels' values."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def scraped(url: str) -> Figures:
    """What Prometheus reads there."""
    async with httpx.AsyncClient(base_url=url) as http:
        answer = await http.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return figures(answer.text)


@pytest.fixture
async def watched_api(settings: Settings) -> AsyncIterator[Api]:
    """The application with a token for /metrics."""
    async with Api.opened(Settings(**settings.model_dump() | {"metrics_token": TOKEN})) as api:
        yield api


async def test_the_way_from_a_call_for_help_to_somebody_who_comes(db: None, settings: Settings) -> None:
    now = datetime.now(UTC)
    task = await make_task(published_at=now - timedelta(minutes=30), waiting_since=now - timedelta(hours=2))
    driver = await make_member()
    wave = await make_wave(task, due_at=now - timedelta(minutes=3))
    for status, reached in (
        (AlertStatus.QUEUED, {}),
        (AlertStatus.SUPPRESSED, {}),
        (AlertStatus.FAILED, {}),
        (AlertStatus.ACCEPTED, {"sent_at": now, "received_at": now, "opened_at": now}),
    ):
        await make_alert(wave, await make_member(), status=status, **reached)
    await make_claim(task, driver, claimed_at=now - timedelta(minutes=18))
    await make_alarm(task, due_at=now + timedelta(hours=1))
    await make_notification(driver, task, due_at=now - timedelta(seconds=90))
    for failed_at, silent in ((now, False), (now, True), (now - timedelta(hours=25), False)):
        await make_notification(driver, task, failed_at=failed_at, failure="no device", silent=silent)
    (settings.data_dir / DONE).touch()
    with Statements() as statements:
        found = figures((await office_figures(now, settings)).decode())

    assert len(statements) == 6
    assert {key[1]: value for key, value in found.items() if key[0] == "kurir_day_alerts"} == {
        "queued": 3,
        "suppressed": 1,
        "failed": 1,
        "accepted": 1,
        "sent": 1,
        "received": 1,
        "opened": 1,
    }
    assert found["kurir_day_minutes_to_claim", "0.5"] == pytest.approx(12)
    assert found["kurir_queue_oldest_seconds", "pushes"] == pytest.approx(90)
    assert found["kurir_queue_oldest_seconds", "waves"] == pytest.approx(180)
    assert (found["kurir_queue_due", "alarms"], found["kurir_queue_due", "texts"]) == (0, 0)
    assert found["kurir_waiting_oldest_seconds", "33.02"] == pytest.approx(7200)
    assert found["kurir_day_dead_letters", "notifications"] == 1
    assert found["kurir_dead_letters", "messages"] == 0
    assert 0 <= found["kurir_backup_age_seconds",] < 60
    assert found["kurir_database_connections",] <= found["kurir_database_connections_most",]


async def test_operations_are_counted_by_root_field_and_outcome_and_labels_hold_names_of_the_code(
    watched_api: Api,
) -> None:
    before = await scraped(watched_api.url)
    member = await make_member(role=Role.COORDINATOR)
    await watched_api.data(member, ME)
    await watched_api.errors(None, ME)
    await watched_api.errors(member, "{ Kasminten }")
    await watched_api.do(member, "claimTask", taskId="VGFzazox")
    async with httpx.AsyncClient(base_url=watched_api.url) as http:
        await http.get("/Kasminten")
    after = await scraped(watched_api.url)

    def grown(*key: str) -> float:
        return after[key] - before.get(key, 0)

    assert grown("kurir_operations_total", "me", "ok") == 1
    assert grown("kurir_operations_total", "me", "refused") == 1
    assert grown("kurir_operations_total", "invalid", "refused") == 1
    assert grown("kurir_operation_seconds_count", "me") == 2
    assert grown("kurir_refusals_total", "NOT_ALLOWED") == 1
    assert grown("kurir_http_responses_total", "other", "404") == 1
    assert after["kurir_database_up",] == 1
    assert 1 <= after["kurir_pool_connections", "open"] <= 20
    assert "Kasminten" not in str(after)


async def test_whoever_does_not_know_the_token_learns_nothing_and_without_one_there_is_no_such_page(
    watched_api: Api, settings: Settings
) -> None:
    async with httpx.AsyncClient() as http:
        for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": f"Bearer {TOKEN}x"}):
            refused = await http.get(f"{watched_api.url}/metrics", headers=headers)
            assert (refused.status_code, "kurir_" in refused.text) == (401, False)
    assert metrics_routes(settings) == []


async def test_figures_of_processes_that_serve_side_by_side_add_up_and_the_dead_have_no_sockets(
    tmp_path: Path,
) -> None:
    count = "from kurir_api.telemetry.metrics import *; OPERATIONS.labels('me', 'ok').inc(); SOCKETS.inc();"
    tell = f"{count} import sys; sys.stdout.buffer.write(exposition())"
    env = {FOLDER_VARIABLE: str(tmp_path)}
    for _ in range(2):
        assert (await run(sys.executable, "-c", count, env=env, cwd=ROOT)).code == 0
    told = await run(sys.executable, "-c", tell, env=env, cwd=ROOT)

    found = figures(told.out)
    assert found["kurir_operations_total", "me", "ok"] == 3
    assert found["kurir_sockets_open",] == 1
    assert not [key for key in found if "pid" in key]
