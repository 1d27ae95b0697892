"""alarms, Task.alarms and acknowledgeAlarm: what the office reads and sends."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import Any

import pytest

from kurir_api.models import AlarmReason, Member, Role
from tests.api import Api
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    SUBDISTRICT,
    add_membership,
    make_alarm,
    make_case,
    make_member,
    make_patient,
    make_task,
)
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, reaches, refused

FIELDS = "reason raisedAt nextAt timesTold endedAt endedBy { name } task { number }"


async def coordinator(**values: Any) -> Member:
    return await make_member("Kus", Role.COORDINATOR, **values)


async def listed(api: Api, caller: Member, arguments: str = "") -> list[dict[str, Any]]:
    data = await api.data(caller, f"{{ alarms{arguments} {{ edges {{ node {{ {FIELDS} }} }} }} }}")
    return [edge["node"] for edge in data["alarms"]["edges"]]


async def reasons(api: Api, caller: Member, arguments: str = "") -> list[str]:
    return [alarm["reason"] for alarm in await listed(api, caller, arguments)]


async def test_an_alarm_says_why_since_when_and_when_it_is_told_again(api: Api) -> None:
    await make_alarm(await make_task(number=4821), AlarmReason.NOBODY_LEFT, times_told=3)

    assert await listed(api, await coordinator()) == [
        {
            "reason": "NOBODY_LEFT",
            "raisedAt": "2026-11-23T02:00:00+00:00",
            "nextAt": "2026-11-23T02:10:00+00:00",
            "timesTold": 3,
            "endedAt": None,
            "endedBy": None,
            "task": {"number": 4821},
        }
    ]


async def test_the_newest_come_first_and_those_that_are_over_or_not_raised_yet_not_at_all(api: Api) -> None:
    task = await make_task()
    for reason in (AlarmReason.NOT_STARTED, AlarmReason.NOBODY_LEFT):
        await make_alarm(task, reason)
    await make_alarm(task, AlarmReason.WINDOW_PASSED, raised_at=None, times_told=0)
    await make_alarm(task, AlarmReason.UNCLAIMED, due_at=None, ended_at=NOW)

    assert await reasons(api, await coordinator()) == ["NOBODY_LEFT", "NOT_STARTED"]
    assert await reasons(api, await coordinator(), "(ended: true)") == ["UNCLAIMED"]


async def test_what_was_armed_early_and_raised_late_comes_first_page_by_page(api: Api) -> None:
    task, caller = await make_task(), await coordinator()
    for minutes, reason in (
        (30, AlarmReason.WINDOW_PASSED),
        (10, AlarmReason.UNCLAIMED),
        (20, AlarmReason.NOBODY_LEFT),
    ):
        await make_alarm(task, reason, raised_at=NOW + timedelta(minutes=minutes))
    await make_alarm(await make_task(), AlarmReason.NOT_STARTED, raised_at=NOW + timedelta(minutes=20))
    document = """query ($after: String) { alarms(first: 1, after: $after) {
        edges { node { reason } } pageInfo { endCursor hasNextPage } } }"""

    seen, page = [], {"endCursor": None, "hasNextPage": True}
    while page["hasNextPage"]:
        answer = (await api.data(caller, document, after=page["endCursor"]))["alarms"]
        seen += [edge["node"]["reason"] for edge in answer["edges"]]
        page = answer["pageInfo"]

    assert seen == ["WINDOW_PASSED", "NOT_STARTED", "NOBODY_LEFT", "UNCLAIMED"]


@pytest.mark.parametrize(
    "key", ['["x", 1]', "[5, 1]", '["2026-11-23T02:00:00", "01a20edf-8e70-71b1-b190-aef6ef4df9f3"]']
)
async def test_a_cursor_that_is_none_of_ours_is_refused(api: Api, key: str) -> None:
    after = urlsafe_b64encode(key.encode()).decode()

    (error,) = await api.errors(await coordinator(), f'{{ alarms(after: "{after}") {{ edges {{ cursor }} }} }}')

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_each_sees_those_of_the_own_regions(api: Api) -> None:
    here = await make_task()
    there = await make_task(await make_case(await make_patient(region=OTHER_VILLAGE)))
    await make_alarm(here, AlarmReason.UNCLAIMED)
    await make_alarm(there, AlarmReason.NOBODY_LEFT)

    assert await reasons(api, await coordinator(region=SUBDISTRICT)) == ["UNCLAIMED"]
    assert await reasons(api, await coordinator(region=OTHER_REGENCY)) == ["NOBODY_LEFT"]
    assert await reasons(api, await coordinator(), f'(region: "{OTHER_REGENCY}")') == []
    assert await reasons(api, await coordinator(), f'(region: "{SUBDISTRICT}")') == ["UNCLAIMED"]


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER_REVIEWER, Role.PROGRAMME_OFFICER])
async def test_they_are_for_the_office(api: Api, role: Role) -> None:
    (error,) = await api.errors(await make_member(role=role), "{ alarms { edges { node { id } } } }")

    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_a_task_shows_its_open_alarms_to_the_office_only(api: Api) -> None:
    task = await make_task()
    await make_alarm(task, AlarmReason.NOBODY_LEFT, raised_at=NOW)
    await make_alarm(task, AlarmReason.UNCLAIMED, raised_at=NOW - timedelta(minutes=1))
    await make_alarm(task, AlarmReason.NOT_STARTED, due_at=None, ended_at=NOW)
    document = "query ($id: ID!) { task(id: $id) { alarms { reason } } }"

    seen = (await api.data(await coordinator(), document, id=id_of(task)))["task"]["alarms"]
    hidden = (await api.data(await make_member(), document, id=id_of(task)))["task"]["alarms"]

    assert (seen, hidden) == ([{"reason": "UNCLAIMED"}, {"reason": "NOBODY_LEFT"}], [])


async def test_an_alarm_is_found_by_its_id_by_the_office_only(api: Api) -> None:
    alarm = await make_alarm(await make_task())
    document = "query ($id: ID!) { node(id: $id) { ... on Alarm { reason } } }"

    assert (await api.data(await coordinator(), document, id=id_of(alarm)))["node"] == {"reason": "UNCLAIMED"}
    assert (await api.data(await make_member(), document, id=id_of(alarm)))["node"] is None


@reaches("AlarmSuccess", "acknowledgeAlarm")
async def test_taking_one_on_answers_with_the_alarm_as_it_is_now(api: Api) -> None:
    alarm = await make_alarm(await make_task())

    answer = await done(
        api, await coordinator(), "acknowledgeAlarm", "alarm { nextAt endedBy { name } }", alarmId=id_of(alarm)
    )

    await alarm.refresh_from_db()
    assert answer["alarm"] == {"nextAt": None, "endedBy": {"name": "Kus"}}
    assert alarm.ended_at is not None


@reaches("IdempotencyKeyReused", "acknowledgeAlarm")
async def test_another_one_under_the_same_key_is_refused(api: Api) -> None:
    caller, task = await coordinator(), await make_task()
    first, second = await make_alarm(task), await make_alarm(task, AlarmReason.NOBODY_LEFT)
    await api.do(caller, "acknowledgeAlarm", alarmId=id_of(first), idempotencyKey="k")

    assert await refused(api, caller, "acknowledgeAlarm", alarmId=id_of(second), idempotencyKey="k") == KEY_REUSED


@reaches("NotFound", "acknowledgeAlarm")
async def test_one_that_the_caller_may_not_know_of_is_not_found(api: Api) -> None:
    alarm = await make_alarm(await make_task())
    stranger = await coordinator(region=OTHER_REGENCY)

    assert await refused(api, stranger, "acknowledgeAlarm", alarmId=id_of(alarm)) == NOT_FOUND


@reaches("NotAllowed", "acknowledgeAlarm")
async def test_one_outside_the_coordinated_region_is_not_allowed(api: Api) -> None:
    alarm = await make_alarm(await make_task())
    caller = await coordinator(region=OTHER_REGENCY)
    await add_membership(caller, Role.DESK_OFFICER)

    assert await refused(api, caller, "acknowledgeAlarm", alarmId=id_of(alarm)) == NOT_ALLOWED
