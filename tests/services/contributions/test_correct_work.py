"""A coordinator puts work right."""

import asyncio
from datetime import date

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.errors import InvalidInput, NotAllowed, NotFound
from kurir_api.models import LineDecision, Notification, Role, WorkEntry
from kurir_api.services.contributions.correct_work import CorrectWork, correct_work
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    add_membership,
    make_closed_month,
    make_line_review,
    make_member,
    make_organization,
    principal_for,
)
from tests.services.contributions.scene import spent, worked
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


async def line(**values: int) -> WorkEntry:
    """A task of 90 minutes and 12 km, on the books."""
    return await worked(await make_organization(), await make_member(), **values)


def to(entry: WorkEntry, minutes: int | None = 60, distance_m: int | None = None) -> CorrectWork:
    """It took an hour."""
    return CorrectWork(work_entry_id=entry.id, minutes=minutes, distance_m=distance_m, reason="Salah jam")


async def booked() -> list[tuple[int, int, int, date]]:
    """Tasks, minutes, metres and day of every entry."""
    return [(e.tasks, e.minutes, e.distance_m, e.booked_on) for e in await WorkEntry.all().order_by("id")]


async def test_the_old_line_is_taken_back_and_the_new_one_booked_on_the_same_day() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)

    corrected = await WorkEntry.get(id=await correct_work(kus, to(old, 60, 8_000)))

    today = NOW.date()
    assert await booked() == [(1, 90, 12_000, today), (-1, -90, -12_000, today), (1, 60, 8_000, today)]
    assert (await WorkEntry.get(reverses_id=old.id)).reason == corrected.reason == "Salah jam"
    kept = ("claim_id", "task_id", "patient_id", "member_id", "organization_id", "kind", "region_id", "regency_code")
    assert [getattr(corrected, name) for name in kept] == [getattr(old, name) for name in kept]


async def test_what_is_left_out_stays() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)

    await correct_work(kus, to(old, None, 8_000))

    assert (await booked())[-1][1:3] == (90, 8_000)


async def test_work_that_was_never_done_is_taken_back_and_not_replaced() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)
    never = CorrectWork(work_entry_id=old.id, never_done=True, reason="Tidak jadi berangkat")

    reversal = await WorkEntry.get(id=await correct_work(kus, never))

    assert reversal.reverses_id == old.id
    assert [entry[:3] for entry in await booked()] == [(1, 90, 12_000), (-1, -90, -12_000)]


async def test_work_that_was_never_done_took_no_time() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)
    never = CorrectWork(work_entry_id=old.id, never_done=True, minutes=5, reason="Tidak jadi berangkat")

    assert await problems(correct_work(kus, never)) == {
        "neverDone": "Leave out minutes and distance: there was no such work."
    }
    assert len(await booked()) == 1


async def test_of_a_closed_month_it_counts_in_the_first_open_one() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)
    await make_closed_month(date(2026, 11, 1))

    await correct_work(kus, to(old))

    assert [day for *_, day in await booked()] == [NOW.date(), date(2026, 12, 1), date(2026, 12, 1)]


async def test_what_replaced_a_line_can_be_corrected_again() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)
    corrected = await WorkEntry.get(id=await correct_work(kus, to(old, 60)))

    await correct_work(kus, to(corrected, 45))

    assert [minutes for _, minutes, *_ in await booked()] == [90, -90, 60, -60, 45]


async def test_of_two_at_once_one_wins() -> None:
    old = await line()
    coordinators = [await principal_for(Role.COORDINATOR) for _ in range(4)]

    outcomes = await asyncio.gather(
        *(correct_work(kus, to(old, minutes)) for minutes, kus in enumerate(coordinators)), return_exceptions=True
    )

    assert sum(isinstance(one, InvalidInput) for one in outcomes) == 3
    assert len(await booked()) == 3


async def test_a_line_that_was_taken_back_stays_so() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)
    await correct_work(kus, to(old))
    words = "This line was corrected already; correct the one that replaced it."

    assert await problems(correct_work(kus, to(old, 30))) == {"lineId": words}
    assert await problems(correct_work(kus, to(await WorkEntry.get(reverses_id=old.id), 30))) == {"lineId": words}


async def test_whoever_does_not_see_it_does_not_find_it() -> None:
    old = await line()

    for role, region in ((Role.VOLUNTEER, "33.02"), (Role.COORDINATOR, OTHER_REGENCY)):
        await refused(correct_work(await principal_for(role, region=region), to(old)), NotFound)


async def test_whoever_only_sees_it_may_not() -> None:
    old = await line()
    reviewer = await principal_for(Role.PARTNER_REVIEWER, organization=await old.organization)

    await refused(correct_work(reviewer, to(old)), NotAllowed)
    await refused(correct_work(await principal_for(Role.ADMIN), to(old)), NotAllowed)


async def test_nobody_corrects_the_own_work() -> None:
    kus = await make_member()
    await add_membership(kus, Role.COORDINATOR)
    own = await worked(await make_organization(), kus)

    await refused(correct_work(await principal_of_member(kus.id), to(own)), NotAllowed)


async def test_what_cannot_be_is_named() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)
    wrong = CorrectWork(work_entry_id=old.id, minutes=44_641, distance_m=-1, reason="")

    assert await problems(correct_work(kus, wrong)) == {
        "minutes": "Give 0 to 44,640 minutes (31 days).",
        "distanceM": "Give 0 to 1,000,000 metres.",
        "reason": "Must not be empty.",
    }
    assert await problems(correct_work(kus, to(old, 90, 12_000))) == {
        "minutes": "Give new minutes or a new distance."
    }


async def test_whoever_disputed_it_is_told_and_nothing_of_why() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)
    review = await make_line_review(old, LineDecision.DISPUTED)

    await correct_work(kus, to(old))

    (told,) = await Notification.all()
    assert (told.member_id, told.kind) == (review.reviewed_by_id, "DISPUTE_SETTLED")
    assert told.data == {"partner": (await old.organization).name, "time_zone": "Asia/Jakarta"}


async def test_of_a_line_that_nobody_disputes_nobody_is_told() -> None:
    old, kus = await line(), await principal_for(Role.COORDINATOR)
    await make_line_review(old, LineDecision.CONFIRMED)

    await correct_work(kus, to(old))

    assert not await Notification.exists()


async def test_a_line_of_money_is_refused_with_what_to_do_instead() -> None:
    kus = await principal_for(Role.COORDINATOR)
    expense, _ = await spent(await make_organization(), await make_member(), 85_000)
    command = CorrectWork(work_entry_id=expense.id, minutes=60, reason="Salah jam")

    assert await problems(correct_work(kus, command)) == {
        "lineId": "This line is money: void the cost (reviewCost VOID) and let the member log it anew."
    }
    await refused(correct_work(await principal_for(Role.COORDINATOR, region=OTHER_REGENCY), command), NotFound)
