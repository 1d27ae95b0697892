"""What a claim counts from its start to its completion."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.dispatch.geo import Point, distance_m
from kurir_api.models import Claim, ClaimStatus, Region, Task, TaskStatus, WorkEntry
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.start_claim import start_claim
from tests.factories import REGENCY, make_claim, make_closed_month, make_facility, make_member, make_task

pytestmark = pytest.mark.usefixtures("db")

HOME, HERE = Point(-7.4243, 109.2302), Point(-7.39, 109.24)
PATIENT, HOSPITAL = Point(-7.3825, 109.2215), Point(-7.43603, 109.26741)


async def held(**member: object) -> tuple[Principal, Claim]:
    """A driver who holds a run to the hospital."""
    driver = await make_member(capabilities=("AMBULANCE_LICENCE",), **member)
    task = await make_task(status=TaskStatus.FILLED, destination=await make_facility())
    return await principal_of_member(driver.id), await make_claim(task, driver)


async def under_way(started_at: datetime, approach_m: int | None = None) -> tuple[Principal, Claim]:
    """A driver on the way to the hospital since then."""
    driver, claim = await held()
    await Claim.filter(id=claim.id).update(
        status=ClaimStatus.IN_PROGRESS, started_at=started_at, approach_m=approach_m, expires_at=None
    )
    await Task.filter(id=claim.task_id).update(status=TaskStatus.IN_PROGRESS)
    return driver, claim


async def booked() -> tuple[int, int, int, date]:
    """Tasks, minutes, metres and day of the one entry."""
    entry = await WorkEntry.get()
    return entry.tasks, entry.minutes, entry.distance_m, entry.booked_on


class TestSettingOff:
    async def approach(self, driver: Principal, claim: Claim, place: Point | None = None) -> int | None:
        await start_claim(driver, ClaimAction(claim_id=claim.id, location=place))
        await claim.refresh_from_db()
        return claim.approach_m

    async def test_the_way_begins_where_the_phone_says_it_is(self) -> None:
        assert await self.approach(*await held(), HERE) == round(distance_m(HERE, PATIENT))

    async def test_else_at_the_last_fix_if_it_is_fresh(self) -> None:
        fix = {"last_latitude": -7.39, "last_longitude": 109.24}
        fresh = datetime.now(UTC) - timedelta(minutes=29)

        assert await self.approach(*await held(**fix, last_fix_at=fresh)) == round(distance_m(HERE, PATIENT))

    async def test_else_at_home(self) -> None:
        fix = {"last_latitude": -7.39, "last_longitude": 109.24}
        stale = datetime.now(UTC) - timedelta(minutes=31)

        assert await self.approach(*await held(**fix, last_fix_at=stale)) == round(distance_m(HOME, PATIENT))

    async def test_and_is_not_known_without_any_of_them(self) -> None:
        assert await self.approach(*await held(home=None)) is None


class TestCompleting:
    async def test_whole_minutes_and_the_metres_there_and_on_to_the_destination_are_booked(self) -> None:
        at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        driver, claim = await under_way(at - timedelta(minutes=95, seconds=59), approach_m=4_700)

        await complete_claim(driver, ClaimAction(claim_id=claim.id, at=at))

        ride = round(distance_m(PATIENT, HOSPITAL))
        day = (at + timedelta(hours=7)).date()
        assert await booked() == (1, 95, 4_700 + ride, day)
        entry, task = await WorkEntry.get(), await Task.get(id=claim.task_id).select_related("case")
        assert (entry.claim_id, entry.task_id, entry.patient_id) == (claim.id, task.id, task.case.patient_id)
        assert (entry.member_id, entry.organization_id) == (claim.member_id, claim.organization_id)
        assert (entry.kind, entry.region_id, entry.reverses_id) == ("AMBULANCE_RUN", task.region_id, None)

    async def test_the_day_is_the_regencys(self) -> None:
        at = (datetime.now(UTC) - timedelta(days=2)).replace(hour=17, minute=30, second=0, microsecond=0)
        driver, claim = await under_way(at - timedelta(minutes=5))
        await complete_claim(driver, ClaimAction(claim_id=claim.id, at=at))

        assert (await WorkEntry.get()).booked_on == at.date() + timedelta(days=1)

    async def test_further_east_the_day_is_theirs(self) -> None:
        at = (datetime.now(UTC) - timedelta(days=2)).replace(hour=15, minute=30, second=0, microsecond=0)
        driver, claim = await under_way(at - timedelta(minutes=5))
        await Region.filter(code=REGENCY).update(time_zone="Asia/Jayapura")

        await complete_claim(driver, ClaimAction(claim_id=claim.id, at=at))

        assert (await WorkEntry.get()).booked_on == at.date() + timedelta(days=1)
        await Region.filter(code=REGENCY).update(time_zone="Asia/Jakarta")

    async def test_a_phone_whose_clock_goes_back_did_it_in_no_time(self) -> None:
        at = datetime.now(UTC).replace(microsecond=0)
        driver, claim = await under_way(at)

        await complete_claim(driver, ClaimAction(claim_id=claim.id, at=at - timedelta(minutes=4)))

        assert (await WorkEntry.get()).minutes == 0

    async def test_a_retry_books_nothing_more(self) -> None:
        driver, claim = await under_way(datetime.now(UTC) - timedelta(hours=1))
        command = ClaimAction(claim_id=claim.id, idempotency_key="k1")

        await complete_claim(driver, command)
        await complete_claim(driver, command)

        assert await WorkEntry.all().count() == 1

    async def test_what_comes_after_its_month_was_closed_counts_in_the_first_open_one(self) -> None:
        at = datetime.now(UTC) - timedelta(minutes=1)
        driver, claim = await under_way(at - timedelta(hours=1))
        month = (at + timedelta(hours=7)).date().replace(day=1)
        await make_closed_month(month)

        await complete_claim(driver, ClaimAction(claim_id=claim.id, at=at))

        assert (await WorkEntry.get()).booked_on == (month + timedelta(days=31)).replace(day=1)
