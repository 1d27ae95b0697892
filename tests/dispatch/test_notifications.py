"""Notifications as rows: what is written of whom, in one statement, and which coordinators are told."""

from datetime import timedelta

import pytest
from tortoise.transactions import in_transaction

from kurir_api.dispatch.notifications import coordinators_of, notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Notification, Region, Role, Task, region_and_above
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    add_membership,
    make_alert,
    make_case,
    make_member,
    make_patient,
    make_regions,
    make_task,
    make_wave,
)

pytestmark = pytest.mark.usefixtures("db")

COLUMNS = (
    "regency_code",
    "member_id",
    "kind",
    "task_id",
    "alert_id",
    "silent",
    "urgent",
    "expires_at",
    "created_at",
    "read_at",
    "due_at",
    "leased_until",
    "attempts",
    "sent_at",
    "failure",
)
"""All but the id and the data."""


async def told(*members, task: Task | None = None, kind=NotificationKind.TASK_ALERT, **values) -> None:
    regency = task.regency_code if task else REGENCY
    await notify(kind, [member.id for member in members], task, regency_code=regency, now=NOW, **values)


async def data_of(task: Task | None, **values) -> dict:
    """The data of what a member is told."""
    await told(await make_member(), task=task, **values)
    return (await Notification.get()).data


class TestTheRow:
    async def test_holds_everything_the_worker_and_the_inbox_need(self) -> None:
        task, member = await make_task(number=4821), await make_member()
        alert = await make_alert(await make_wave(task), member)

        await told(member, task=task, alert_ids={member.id: alert.id}, distances_m={member.id: 2149.625}, urgent=True)

        (row,) = await Notification.all().values(*COLUMNS)
        assert row == {
            "regency_code": "33.02",
            "member_id": member.id,
            "kind": "TASK_ALERT",
            "task_id": task.id,
            "alert_id": alert.id,
            "silent": False,
            "urgent": True,
            "expires_at": task.ends_at,
            "created_at": NOW,
            "read_at": None,
            "due_at": NOW,
            "leased_until": None,
            "attempts": 0,
            "sent_at": None,
            "failure": None,
        }
        assert (await Notification.get()).data == {
            "kind_name": {"id": "Antar jemput ambulans", "en": "Ambulance run"},
            "number": 4821,
            "urgency": "URGENT",
            "starts_at": "2026-11-24T00:00:00+00:00",
            "village": "Karangnangka",
            "subdistrict": "Kedungbanteng",
            "time_zone": "Asia/Jakarta",
            "distance_m": 2149.625,
        }

    async def test_without_a_task_holds_what_is_given_and_the_regencys_time_zone(self) -> None:
        await make_regions()

        assert await data_of(None, number=7, note="hello") == {
            "number": 7,
            "note": "hello",
            "time_zone": "Asia/Jakarta",
        }
        row = await Notification.get()
        assert (row.task_id, row.alert_id, row.expires_at) == (None, None, NOW + timedelta(days=1))

    async def test_of_a_sub_districts_task_names_no_village(self) -> None:
        task = await make_task(await make_case(await make_patient(region=SUBDISTRICT)))

        data = await data_of(task)

        assert "village" not in data
        assert data["subdistrict"] == "Kedungbanteng"

    async def test_tells_times_in_the_regencys_zone(self) -> None:
        task = await make_task()
        await Region.filter(code=REGENCY).update(time_zone="Asia/Makassar")

        assert (await data_of(task))["time_zone"] == "Asia/Makassar"

    async def test_takes_further_fields(self) -> None:
        assert (await data_of(await make_task(), kind=NotificationKind.NOBODY_LEFT, alerted=0))["alerted"] == 0

    @pytest.mark.parametrize(
        ("ends_in", "worth"),
        [
            (timedelta(hours=2), timedelta(hours=2)),
            (timedelta(days=3), timedelta(days=3)),
            (timedelta(0), timedelta(days=1)),
            (timedelta(hours=-5), timedelta(days=1)),
        ],
    )
    async def test_is_worth_sending_until_the_window_ends_and_afterwards_for_a_day(
        self, ends_in: timedelta, worth: timedelta
    ) -> None:
        await told(
            await make_member(),
            task=await make_task(starts_at=NOW - timedelta(days=1), ends_at=NOW + ends_in),
        )

        assert (await Notification.get()).expires_at == NOW + worth

    async def test_may_be_silent_and_due_later(self) -> None:
        await told(await make_member(), task=await make_task(), silent=True, due_at=NOW + timedelta(seconds=60))

        row = await Notification.get()
        assert (row.silent, row.urgent, row.due_at) == (True, False, NOW + timedelta(seconds=60))
        assert (row.created_at, row.attempts) == (NOW, 0)

    async def test_is_written_in_the_callers_transaction(self) -> None:
        member = await make_member()

        async def undone() -> None:
            async with in_transaction():
                await told(member)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await undone()
        assert await Notification.all().count() == 0


class TestMembers:
    async def test_each_is_told_once_in_order_however_often_named_in_one_statement(self) -> None:
        task = await make_task()
        members = [await make_member() for _ in range(12)]

        with Statements() as statements:
            await told(*members[::-1], *members, task=task)

        assert len(statements) == 1
        rows = await Notification.all().order_by("id")
        assert [row.member_id for row in rows] == [member.id for member in members[::-1]]

    async def test_each_gets_their_own_drill(self) -> None:
        members = [await make_member() for _ in range(3)]
        drills = {member.id: member.id for member in members[:2]}

        await told(*members, kind=NotificationKind.DRILL, drill_ids=drills)

        rows = {row.member_id: row.data.get("drill_id") for row in await Notification.all()}
        assert rows == {members[0].id: str(members[0].id), members[1].id: str(members[1].id), members[2].id: None}

    async def test_each_gets_their_own_alert_and_distance(self) -> None:
        task = await make_task()
        wave, near, far, unlocated = await make_wave(task), *[await make_member() for _ in range(3)]
        alerts = {member.id: (await make_alert(wave, member)).id for member in (near, far)}

        await told(near, far, unlocated, task=task, alert_ids=alerts, distances_m={near.id: 0.0, far.id: 59_999.5})

        rows = {row.member_id: (row.alert_id, row.data.get("distance_m")) for row in await Notification.all()}
        assert rows == {
            near.id: (alerts[near.id], 0.0),
            far.id: (alerts[far.id], 59_999.5),
            unlocated.id: (None, None),
        }

    async def test_nobody_costs_nothing(self) -> None:
        task = await make_task()

        with Statements() as statements:
            await told(task=task)

        assert len(statements) == 0


class TestCoordinators:
    async def test_are_those_of_the_region_and_above(self) -> None:
        province = await make_member(role=Role.COORDINATOR, region="33")
        regency = await make_member(role=Role.COORDINATOR, region=REGENCY)
        subdistrict = await make_member(role=Role.COORDINATOR, region=SUBDISTRICT)
        village = await make_member(role=Role.COORDINATOR, region=VILLAGE)
        for elsewhere in ("33.02.24", "33.02.24.1003", OTHER_REGENCY, OTHER_VILLAGE):
            await make_member(role=Role.COORDINATOR, region=elsewhere)

        assert await coordinators_of(VILLAGE) == [province.id, regency.id, subdistrict.id, village.id]
        assert await coordinators_of(SUBDISTRICT) == [province.id, regency.id, subdistrict.id]
        assert await coordinators_of(REGENCY) == [province.id, regency.id]
        assert await coordinators_of("33") == [province.id]

    @pytest.mark.parametrize("role", [role for role in Role if role is not Role.COORDINATOR])
    async def test_are_nobody_else(self, role: Role) -> None:
        await make_member(role=role)

        assert await coordinators_of(VILLAGE) == []

    async def test_who_left_is_not_told(self) -> None:
        await make_member(role=Role.COORDINATOR, active=False)

        assert await coordinators_of(VILLAGE) == []

    async def test_who_coordinates_twice_is_told_once(self) -> None:
        member = await make_member(role=Role.COORDINATOR)
        await add_membership(member, Role.COORDINATOR, SUBDISTRICT)

        assert await coordinators_of(VILLAGE) == [member.id]


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        ("33", ["33"]),
        ("33.02", ["33", "33.02"]),
        ("33.02.23.2004", ["33", "33.02", "33.02.23", "33.02.23.2004"]),
    ],
)
def test_a_region_lies_in_those_whose_code_begins_its_own(code: str, codes: list[str]) -> None:
    assert region_and_above(code) == codes
