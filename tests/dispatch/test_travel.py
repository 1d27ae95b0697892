"""Road times from a router, and what counts while it doesn't answer."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import respx
from structlog.testing import capture_logs

from kurir_api.dispatch.geo import Point
from kurir_api.dispatch.travel import MOST_PLACES, PAUSE, TIME_OUT, Roads, by_detour
from tests.dispatch.policies.requests import candidates
from tests.factories import NOW

ROUTER = "http://osrm.example.go.id:5000"
TASK = Point(-7.3825, 109.2215)
HOMES = [Point(-7.4243, 109.2302), Point(-7.43971, 109.26285)]
TABLE = "/table/v1/driving/109.22150,-7.38250;109.23020,-7.42430;109.26285,-7.43971"


@pytest.fixture
def router() -> Iterator[respx.MockRouter]:
    with respx.mock(assert_all_called=False) as router:
        yield router


@pytest.fixture
async def roads() -> AsyncIterator[Roads]:
    roads = Roads(f"{ROUTER}/")
    yield roads
    await roads.close()


def answering(router: respx.MockRouter, durations: Any, status: int = 200) -> respx.Route:
    return router.get(host="osrm.example.go.id").respond(status, json={"code": "Ok", "durations": durations})


async def test_it_asks_the_table_service_for_the_times_of_all_in_one_request(
    roads: Roads, router: respx.MockRouter
) -> None:
    answering(router, [[612.5], [1203]])

    assert await roads.times(HOMES, TASK, NOW) == [timedelta(seconds=612.5), timedelta(seconds=1203)]
    (call,) = router.calls
    assert str(call.request.url.copy_with(query=None)) == f"{ROUTER}{TABLE}"
    assert dict(call.request.url.params) == {"sources": "1;2", "destinations": "0", "annotations": "duration"}


async def test_where_there_is_no_road_there_is_no_time(roads: Roads, router: respx.MockRouter) -> None:
    answering(router, [[None], [1203]])

    assert await roads.times(HOMES, TASK, NOW) == [None, timedelta(seconds=1203)]


async def test_without_anybody_it_asks_nothing(roads: Roads, router: respx.MockRouter) -> None:
    assert await roads.times([], TASK, NOW) == []
    assert len(router.calls) == 0


async def test_beyond_what_one_request_takes_there_is_no_time(roads: Roads, router: respx.MockRouter) -> None:
    answering(router, [[60]] * MOST_PLACES)
    many = [Point(-7.4 - number / 1000, 109.2) for number in range(MOST_PLACES + 2)]

    assert await roads.times(many, TASK, NOW) == [timedelta(minutes=1)] * MOST_PLACES + [None, None]


FAULTS = {
    "a time-out": httpx.ReadTimeout("too slow"),
    "a refused connection": httpx.ConnectError("refused"),
    "an error of the server": httpx.Response(500),
    "a refusal": httpx.Response(400, json={"code": "InvalidQuery"}),
    "no JSON": httpx.Response(200, text="<html>"),
    "another shape": httpx.Response(200, json={"code": "Ok"}),
    "a list": httpx.Response(200, json=[]),
    "too few rows": httpx.Response(200, json={"durations": [[60]]}),
    "empty rows": httpx.Response(200, json={"durations": [[], []]}),
    "no numbers": httpx.Response(200, json={"durations": [["soon"], ["late"]]}),
    "nothing": httpx.Response(200, json={"durations": None}),
    "not a number": httpx.Response(200, text='{"durations": [[NaN], [60]]}'),
    "a time without end": httpx.Response(200, text='{"durations": [[Infinity], [60]]}'),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_router_that_fails_leaves_the_distance_and_is_logged_without_places(
    roads: Roads, router: respx.MockRouter, fault: httpx.Response | Exception
) -> None:
    router.get(host="osrm.example.go.id").mock(side_effect=[fault])

    with capture_logs() as logs:
        assert await roads.times(HOMES, TASK, NOW) == [None, None]

    assert [(entry["event"], entry["log_level"]) for entry in logs] == [("the router doesn't answer", "warning")]
    assert "109.2" not in str(logs)


async def test_a_router_that_failed_is_left_alone_for_a_minute(roads: Roads, router: respx.MockRouter) -> None:
    router.get(host="osrm.example.go.id").mock(
        side_effect=[httpx.Response(503), httpx.Response(200, json={"durations": [[60], [60]]})]
    )
    with capture_logs():
        await roads.times(HOMES, TASK, NOW)

    assert await roads.times(HOMES, TASK, NOW + PAUSE - timedelta.resolution) == [None, None]
    assert len(router.calls) == 1
    assert await roads.times(HOMES, TASK, NOW + PAUSE) == [timedelta(minutes=1)] * 2


@pytest.mark.parametrize("bytes_sent", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"])
async def test_a_real_router_that_never_ends_its_answer_is_given_up(bytes_sent: bytes) -> None:
    async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes_sent)
        await reader.read()  # until the client hangs up
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(stall, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        roads = Roads(f"http://{host}:{port}", time_out=timedelta(milliseconds=100))
        with capture_logs() as logs:
            times = await roads.times(HOMES, TASK, NOW)
        await roads.close()

    assert (times, [entry["event"] for entry in logs]) == ([None, None], ["the router doesn't answer"])


def test_two_seconds_are_all_that_a_wave_waits_for_a_router() -> None:
    assert timedelta(seconds=2) == TIME_OUT


def test_without_a_router_a_kilometre_is_1400_metres_of_road_at_30_km_an_hour() -> None:
    assert by_detour(1000) == timedelta(minutes=2, seconds=48)


def test_a_candidates_travel_time_is_the_roads_or_else_the_distances() -> None:
    (near,) = candidates(1000)

    assert near.travel_time == timedelta(minutes=2, seconds=48)
    assert near.taking(timedelta(minutes=7)).travel_time == timedelta(minutes=7)
    assert near.taking(None).travel_time == near.travel_time


def test_the_time_by_road_is_said_first() -> None:
    (near,) = candidates(2100)

    assert near.taking(timedelta(minutes=6, seconds=40)).explanation == {
        "id": "2,1 km, 7 menit lewat jalan",
        "en": "2.1 km, 7 min by road",
    }
