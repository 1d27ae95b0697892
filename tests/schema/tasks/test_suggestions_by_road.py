"""suggestedAssignments of an office with a router."""

from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kurir_api.models import Role
from kurir_api.settings import Settings
from tests.api import Api
from tests.conftest import empty
from tests.factories import make_member, make_task
from tests.servers import served

ASK = """{ suggestedAssignments(region: "33.02") {
    suggestions { member { name } travelSeconds explanation } totals { travelSeconds }
} }"""
SECONDS = {"109.22150,-7.39250": 2400.0, "109.22150,-7.43250": 600.0}


async def table(request: Request) -> Response:
    """A stand-in for OSRM's table service: the nearer of two places lies across a river."""
    _, *origins = request.path_params["places"].split(";")
    return JSONResponse({"code": "Ok", "durations": [[SECONDS[origin]] for origin in origins]})


async def test_the_router_of_the_settings_tells_how_long_members_need(settings: Settings) -> None:
    router = Starlette(routes=[Route("/table/v1/driving/{places}", table)])
    async with (
        served(router) as url,
        Api.opened(settings.model_copy(update={"router_url": url})) as api,
    ):
        caller = await make_member(role=Role.COORDINATOR)
        await make_task(starts_at=datetime.now(UTC) + timedelta(days=1))
        for name, latitude in (("across", -7.3925), ("along", -7.4325)):
            await make_member(name, home=(latitude, 109.2215), capabilities=("AMBULANCE_LICENCE",))

        answer = await api.data(caller, ASK)
        await empty()

    assert answer["suggestedAssignments"] == {
        "suggestions": [
            {
                "member": {"name": "along"},
                "travelSeconds": 600,
                "explanation": "5,5 km, 10 menit lewat jalan, keahlian berlaku",
            }
        ],
        "totals": {"travelSeconds": 600},
    }
