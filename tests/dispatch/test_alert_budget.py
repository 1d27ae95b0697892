"""How many alerts a member gets in seven days, and what goes through all the same."""

from datetime import datetime, timedelta

import pytest

from kurir_api.dispatch.eligibility import EligibilityReason, Obstacles, claim_obstacles
from kurir_api.dispatch.waves import plan_wave, run_due_waves
from kurir_api.models import Alert, AlertStatus, DispatchSetting, Member, Task, Urgency
from tests.dispatch.verdicts import against
from tests.factories import NOW, OTHER_REGENCY, REGENCY, make_alert, make_member, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")

SPENT = (EligibilityReason.ALERT_BUDGET_SPENT,)
LICENSED = ("AMBULANCE_LICENCE",)
NORTH = (-7.3725, 109.2215)
"""1.1 km from the factory's tasks."""
WEEK = timedelta(days=7)


async def alerted(member: Member, times: int, at: datetime = NOW, **values: AlertStatus) -> None:
    """The member was alerted so often, each time for another task."""
    for _ in range(times):
        await make_alert(await make_wave(await make_task()), member, created_at=at, **values)


async def dispatched(urgency: Urgency, at: datetime = NOW) -> Task:
    """A task whose first wave has gone out, days after all others so that nobody is busy."""
    starts_at = NOW + timedelta(days=30 + await Task.all().count())
    task = await make_task(starts_at=starts_at, urgency=urgency)
    await plan_wave(task, at)
    await run_due_waves(at)
    return task


@pytest.mark.parametrize(("so_far", "found"), [(0, ()), (3, ()), (4, SPENT), (9, SPENT)])
async def test_the_fourth_alert_of_a_week_is_allowed_and_the_fifth_is_not(
    so_far: int, found: tuple[EligibilityReason, ...]
) -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    await alerted(member, so_far)

    assert await against(member, task) == found
    assert await claim_obstacles(member.id, task, NOW) == Obstacles((), None)


async def test_of_five_tasks_in_a_week_the_waves_alert_for_four_and_for_the_fifth_a_week_after_the_first() -> None:
    await make_member(capabilities=LICENSED)
    days = [NOW + timedelta(days=day) for day in range(4)]
    first_four = [await dispatched(Urgency.URGENT, day) for day in days]
    await dispatched(Urgency.URGENT, NOW + WEEK - timedelta(microseconds=1))
    a_week_later = await dispatched(Urgency.URGENT, NOW + WEEK)

    asked_for = await Alert.all().order_by("created_at").values_list("task_id", flat=True)
    assert asked_for == [task.id for task in (*first_four, a_week_later)]


async def test_an_emergency_goes_through_and_its_alert_says_so() -> None:
    member = await make_member(capabilities=LICENSED, home=NORTH)
    await alerted(member, 4)

    task = await dispatched(Urgency.EMERGENCY)

    assert (await Alert.get(task_id=task.id)).explanation == {
        "id": "1,1 km, keahlian berlaku, batas peringatan mingguan dilewati karena darurat",
        "en": "1.1 km, capability valid, weekly alert limit overridden by the emergency",
    }


async def test_an_emergency_within_the_limit_says_nothing_of_it() -> None:
    await alerted(await make_member(capabilities=LICENSED, home=NORTH), 3)

    task = await dispatched(Urgency.EMERGENCY)

    assert (await Alert.get(task_id=task.id)).explanation["en"] == "1.1 km, capability valid"


async def test_an_emergency_counts_like_any_other_alert_afterwards() -> None:
    member = await make_member(capabilities=LICENSED)
    for _ in range(4):
        await dispatched(Urgency.EMERGENCY)

    assert await against(member, await make_task()) == SPENT


@pytest.mark.parametrize("status", AlertStatus)
async def test_an_alert_counts_unless_it_never_reached_a_phone(status: AlertStatus) -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    await alerted(member, 4, status=status)

    unsent = status in {AlertStatus.SUPPRESSED, AlertStatus.FAILED}
    assert await against(member, task) == (() if unsent else SPENT)


@pytest.mark.parametrize(("age", "found"), [(WEEK, ()), (WEEK - timedelta(microseconds=1), SPENT)])
async def test_an_alert_counts_for_seven_days(age: timedelta, found: tuple[EligibilityReason, ...]) -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    await alerted(member, 4, NOW - age)

    assert await against(member, task) == found


async def test_the_alert_of_this_task_counts_only_once_it_is_looked_for_anew() -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    await alerted(member, 3)
    await make_alert(await make_wave(task), member, created_at=NOW)
    assert await against(member, task) == ()
    assert await against(member, await make_task()) == SPENT

    await make_wave(task, 2, run=2)
    assert await against(member, task) == SPENT


async def test_what_others_were_alerted_for_counts_for_nobody_else() -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    await alerted(await make_member(), 4)

    assert await against(member, task) == ()


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ([(REGENCY, None, 3)], SPENT),
        ([(REGENCY, None, 4)], ()),
        ([(REGENCY, "AMBULANCE_RUN", 3)], SPENT),
        ([(REGENCY, None, 3), (REGENCY, "AMBULANCE_RUN", 9)], ()),
        ([(REGENCY, None, 9), (REGENCY, "AMBULANCE_RUN", 3)], SPENT),
        ([(REGENCY, "FOOD_DELIVERY", 1)], ()),
        ([(OTHER_REGENCY, None, 1)], ()),
    ],
)
async def test_a_regency_sets_its_own_limit_and_a_kind_goes_before_the_rest(
    limits: list[tuple[str, str | None, int]], found: tuple[EligibilityReason, ...]
) -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    await alerted(member, 3)
    for regency_code, kind, limit in limits:
        await DispatchSetting.create(regency_code=regency_code, kind=kind, policy="nearest", weekly_alerts=limit)

    assert await against(member, task) == found
