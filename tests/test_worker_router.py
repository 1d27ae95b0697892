"""The worker asks the office's router for road times, if the settings name one; without it alerts go out the same."""

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.waves import plan_wave
from kurir_api.models import Alert
from kurir_api.settings import Settings
from kurir_api.worker import equipped
from tests.factories import NOW, make_member, make_task
from tests.servers import served

pytestmark = pytest.mark.usefixtures("db")


class Osrm:
    """A stand-in for OSRM's table service: everybody needs 9 minutes, or it answers with `status`."""

    def __init__(self) -> None:
        self.status = 200
        self.asked: list[str] = []

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/table/v1/driving/{places}", self._table)])

    async def _table(self, request: Request) -> Response:
        self.asked.append(request.path_params["places"])
        sources = request.query_params["sources"].split(";")
        return JSONResponse({"code": "Ok", "durations": [[540.0] for _ in sources]}, status_code=self.status)


@pytest.fixture
def osrm() -> Osrm:
    return Osrm()


@pytest.fixture
async def router(osrm: Osrm) -> AsyncIterator[str]:
    """Its URL."""
    async with served(osrm.app()) as url:
        yield url


async def explained(settings: Settings, router_url: str | None) -> str:
    """What the alert says in which a wave of the settings' worker asks the only driver."""
    await make_member(capabilities=("AMBULANCE_LICENCE",), home=(-7.3725, 109.2215))
    await plan_wave(await make_task(), NOW)
    sender = MemorySender()
    async with equipped(
        settings.model_copy(update={"router_url": router_url, "drill_weekday": None}), sender
    ) as worker:
        await worker.run_until_idle(NOW)
    return str((await Alert.get()).explanation["en"])


async def test_the_router_of_the_settings_is_asked_for_places_only(
    settings: Settings, osrm: Osrm, router: str
) -> None:
    assert await explained(settings, router) == "1.1 km, capability valid"
    assert osrm.asked == ["109.22150,-7.38250;109.22150,-7.37250"]


async def test_a_router_that_fails_holds_up_no_alert(settings: Settings, osrm: Osrm, router: str) -> None:
    osrm.status = 503

    assert await explained(settings, router) == "1.1 km, capability valid"
    assert len(osrm.asked) == 1


async def test_without_a_router_nobody_is_asked(settings: Settings) -> None:
    assert await explained(settings, None) == "1.1 km, capability valid"
