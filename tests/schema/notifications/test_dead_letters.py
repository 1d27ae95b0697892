"""deadLetters: what reached nobody, for those whose regions it was about."""

from datetime import timedelta

import pytest

from kurir_api.models import Member, Notification, Role, global_id
from tests.api import Api
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    SUBDISTRICT,
    make_member,
    make_notification,
    make_task,
)

QUERY = """
query ($first: Int, $after: String) {
  deadLetters(first: $first, after: $after) {
    edges { node { id kind channel reason attempts createdAt failedAt member { name } task { number } } }
    pageInfo { hasNextPage endCursor }
  }
}
"""


async def dead(member: Member | None = None, **values) -> Notification:
    """A notification that failed for good."""
    member = member or await make_member()
    ended = {"failed_at": NOW + timedelta(minutes=4), "failure": "no device", "attempts": 1}
    return await make_notification(member, **ended | values)


async def seen_by(api: Api, role: Role, **values) -> list[dict]:
    data = await api.data(await make_member(role=role, **values), QUERY)
    return [edge["node"] for edge in data["deadLetters"]["edges"]]


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
async def test_it_says_what_failed_for_whom_why_and_when(api: Api, role: Role) -> None:
    task = await make_task(number=4821)
    letter = await dead(await make_member("Sri"), task=task, kind="TASK_ALERT", channel="fallback")

    assert await seen_by(api, role) == [
        {
            "id": _id(letter),
            "kind": "TASK_ALERT",
            "channel": "fallback",
            "reason": "no device",
            "attempts": 1,
            "createdAt": "2026-11-23T02:00:00+00:00",
            "failedAt": "2026-11-23T02:04:00+00:00",
            "member": {"name": "Sri"},
            "task": {"number": 4821},
        }
    ]


async def test_of_what_expired_the_last_trouble_is_told(api: Api) -> None:
    await dead(failure="expired", data={"trouble": "UNAVAILABLE: The server is overloaded."})

    (letter,) = await seen_by(api, Role.ADMIN)

    assert letter["reason"] == "expired; UNAVAILABLE: The server is overloaded."


async def test_what_was_sent_withdrawn_or_silent_is_no_dead_letter(api: Api) -> None:
    member = await make_member()
    await make_notification(member, sent_at=NOW)
    await make_notification(member, failure="withdrawn before it was sent")
    await dead(member, silent=True)

    assert await seen_by(api, Role.COORDINATOR) == []


async def test_each_sees_what_is_about_the_own_regions(api: Api) -> None:
    task = await make_task(number=4821)
    await dead(task=task)
    await dead(kind="DRILL", data={})

    assert {one["kind"] for one in await seen_by(api, Role.COORDINATOR)} == {"TASK_VERIFIED", "DRILL"}
    assert [one["kind"] for one in await seen_by(api, Role.COORDINATOR, region=SUBDISTRICT)] == ["TASK_VERIFIED"]
    assert await seen_by(api, Role.COORDINATOR, region=OTHER_REGENCY) == []


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.DESK_OFFICER, Role.PARTNER_REVIEWER, Role.PROGRAMME_OFFICER])
async def test_others_may_not_ask(api: Api, role: Role) -> None:
    (error,) = await api.errors(await make_member(role=role), QUERY)

    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_the_newest_come_first_page_by_page(api: Api) -> None:
    letters = [await dead() for _ in range(3)]
    admin = await make_member(role=Role.ADMIN)

    first = (await api.data(admin, QUERY, first=2))["deadLetters"]
    rest = (await api.data(admin, QUERY, first=2, after=first["pageInfo"]["endCursor"]))["deadLetters"]

    assert [edge["node"]["id"] for edge in first["edges"]] == [_id(letters[2]), _id(letters[1])]
    assert [edge["node"]["id"] for edge in rest["edges"]] == [_id(letters[0])]
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)


async def test_a_dead_letter_is_found_again_by_its_id_by_the_same_people(api: Api) -> None:
    letter = await dead()
    query = "query ($id: ID!) { node(id: $id) { __typename ... on DeadLetter { reason } } }"

    found = await api.data(await make_member(role=Role.ADMIN), query, id=_id(letter))
    hidden = await api.data(await make_member(role=Role.DESK_OFFICER), query, id=_id(letter))

    assert found["node"] == {"__typename": "DeadLetter", "reason": "no device"}
    assert hidden["node"] is None


def _id(letter: Notification) -> str:
    return global_id("DeadLetter", letter.id)
