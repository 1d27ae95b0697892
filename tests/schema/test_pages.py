"""Every list that is paged: its order, its pages while rows are added, its empty page, and what it refuses."""

from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import Member, Organization, Role, TransitionLog
from kurir_api.schema.ids import global_id
from kurir_api.transitions import record
from tests.api import Answer, Api
from tests.factories import (
    NOW,
    make_case,
    make_claim,
    make_cost,
    make_member,
    make_notification,
    make_organization,
    make_report,
    make_task,
)
from tests.ids import id_of


@dataclass(frozen=True)
class Scene:
    """Who pages through a list, and how a row is made that comes before all others; it gives the row's id.

    `parent` is the id of what the list hangs on, if on anything.
    """

    caller: Member
    add: Callable[[], Awaitable[str]]
    parent: str | None = None


async def tasks() -> Scene:
    async def add() -> str:
        return id_of(await make_task())

    return Scene(await make_member(role=Role.COORDINATOR), add)


async def nearby_tasks() -> Scene:
    steps = count()

    async def nearer() -> str:
        return id_of(await make_task(latitude=-7.4 + next(steps) / 1_000, longitude=109.2302))

    return Scene(await make_member(home=(-7.3, 109.2302)), nearer)


async def cases() -> Scene:
    async def add() -> str:
        return id_of(await make_case())

    return Scene(await make_member(role=Role.DESK_OFFICER), add)


async def reports() -> Scene:
    async def add() -> str:
        return id_of(await make_report())

    return Scene(await make_member(role=Role.DESK_OFFICER), add)


async def my_claims() -> Scene:
    driver, days = await make_member(), count()

    async def add() -> str:
        return id_of(await make_claim(await make_task(starts_at=NOW + timedelta(days=next(days))), driver))

    return Scene(driver, add)


async def my_notifications() -> Scene:
    member = await make_member()

    async def add() -> str:
        return id_of(await make_notification(member))

    return Scene(member, add)


async def organizations() -> Scene:
    """Those of the other regency, where nobody makes any by the way."""
    member, numbers = await make_member(region="33.05"), count(999, -1)
    await Organization.filter(regency_code="33.05").update(regency_code="33.02")

    async def add() -> str:
        return id_of(await make_organization(f"Lazis {next(numbers)}", regency_code="33.05"))

    return Scene(member, add)


async def tasks_of_a_case() -> Scene:
    case = await make_case()

    async def add() -> str:
        return id_of(await make_task(case))

    return Scene(await make_member(role=Role.DESK_OFFICER), add, id_of(case))


async def timeline_of_a_case() -> Scene:
    officer, case = await make_member(role=Role.DESK_OFFICER), await make_case()

    async def add() -> str:
        await record(case, "open", await principal_of_member(officer.id))
        newest = await TransitionLog.all().order_by("-id").first()
        assert newest is not None
        return str(global_id("TimelineEvent", newest.id))

    return Scene(officer, add, id_of(case))


async def costs_of_a_task() -> Scene:
    driver = await make_member()
    claim = await make_claim(await make_task(), driver)

    async def add() -> str:
        return id_of(await make_cost(claim))

    return Scene(driver, add, id_of(claim.task))


LISTS = {
    "tasks": tasks,
    "nearbyTasks": nearby_tasks,
    "cases": cases,
    "reports": reports,
    "myClaims": my_claims,
    "myNotifications": my_notifications,
    "organizations": organizations,
    "Case.tasks": tasks_of_a_case,
    "Case.timeline": timeline_of_a_case,
    "Task.costs": costs_of_a_task,
}
every_list = pytest.mark.parametrize(("path", "set_up"), LISTS.items(), ids=LISTS.keys())
PAGE = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


def document(path: str) -> str:
    """The query of a page of the list at the path: a root field, or a field of a type."""
    *of, field = path.split(".")
    page = f"page: {field}(first: $first, after: $after) {{ {PAGE} }}"
    if not of:
        return f"query ($first: Int, $after: String) {{ {page} }}"
    return f"query ($first: Int, $after: String, $of: ID!) {{ node(id: $of) {{ ... on {of[0]} {{ {page} }} }} }}"


def variables(scene: Scene, **values: Any) -> Answer:
    return values if scene.parent is None else values | {"of": scene.parent}


async def page(api: Api, path: str, scene: Scene, **values: Any) -> Answer:
    data = await api.data(scene.caller, document(path), **variables(scene, **values))
    found: Answer = data["node"]["page"] if scene.parent else data["page"]
    return found


def ids(page: Answer) -> list[str]:
    return [edge["node"]["id"] for edge in page["edges"]]


@every_list
async def test_no_row_comes_twice_and_none_is_missed_while_rows_are_added(
    api: Api, path: str, set_up: Callable[[], Awaitable[Scene]]
) -> None:
    scene = await set_up()
    there_at_first = [await scene.add() for _ in range(5)]

    seen, after = [], None
    for expected in (2, 2, 1):
        found = await page(api, path, scene, first=2, after=after)
        assert len(found["edges"]) == expected
        assert found["pageInfo"] == {
            "hasNextPage": expected == 2,
            "hasPreviousPage": after is not None,
            "startCursor": found["edges"][0]["cursor"],
            "endCursor": found["edges"][-1]["cursor"],
        }
        seen += ids(found)
        after = found["pageInfo"]["endCursor"]
        await scene.add()

    assert seen == there_at_first[::-1]


@every_list
async def test_an_empty_list_is_an_empty_page(api: Api, path: str, set_up: Callable[[], Awaitable[Scene]]) -> None:
    assert await page(api, path, await set_up()) == {
        "edges": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


@every_list
async def test_a_page_of_none_says_that_the_list_goes_on(
    api: Api, path: str, set_up: Callable[[], Awaitable[Scene]]
) -> None:
    scene = await set_up()
    await scene.add()

    found = await page(api, path, scene, first=0)

    assert (found["edges"], found["pageInfo"]["hasNextPage"]) == ([], True)


def cursor(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


ID = "0193d7a0-0000-7000-8000-000000000000"
UNFIT: dict[str, Answer] = {
    "fewer than none": {"first": -1},
    "more than 100": {"first": 101},
    "a cursor that is empty": {"after": ""},
    "a cursor of other characters": {"after": "%é"},
    "a cursor that is no JSON": {"after": cursor("x")},
    "a cursor that is a number": {"after": cursor("5")},
    "a cursor that is an object": {"after": cursor("{}")},
    "a cursor without a key": {"after": cursor("[]")},
    "a cursor with a number for an id": {"after": cursor("[5]")},
    "a cursor with two numbers": {"after": cursor("[5,5]")},
    "a cursor with NUL": {"after": cursor(f'["\\u0000","{ID}"]')},
    "a cursor with too long a key": {"after": cursor(f'[1.5,"{ID}","{ID}"]')},
}


@every_list
async def test_what_can_be_no_page_is_bad_user_input(
    api: Api, path: str, set_up: Callable[[], Awaitable[Scene]]
) -> None:
    scene = await set_up()
    await scene.add()

    said = {}
    for name, unfit in UNFIT.items():
        (error,) = await api.errors(scene.caller, document(path), **variables(scene, **unfit))
        said[name] = (error["extensions"], error["message"])

    hint = "`first` antara 0 dan 100, dan `after` adalah `endCursor` dari halaman sebelumnya."
    assert said == dict.fromkeys(UNFIT, ({"code": "BAD_USER_INPUT"}, hint))
