"""Waves of several tasks at once: emergencies first, and nobody is asked more often than he may be."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.dispatch.geo import Point
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.dispatch.travel import Roads
from kurir_api.dispatch.waves import LEASE, plan_wave, run_due_waves
from kurir_api.models import (
    Alarm,
    AlarmReason,
    Alert,
    AlertStatus,
    Member,
    Notification,
    Task,
    Urgency,
    Wave,
    WaveStatus,
)
from tests.factories import NOW, make_alert, make_claim, make_member, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")
BUDGET = 4


class Meanwhile(Roads):
    """A router during whose answer something happens."""

    def __init__(self, *happenings: Callable[[], Awaitable[object]]) -> None:
        self._happenings = list(happenings)

    async def times(
        self,
        places: Sequence[Point],
        to: Point,  # noqa: ARG002 - no matter where
        now: datetime,  # noqa: ARG002 - nor when
    ) -> list[timedelta | None]:
        """See `Roads.times`."""
        if self._happenings:
            await self._happenings.pop(0)()
        return [None for _ in places]


async def drivers(count: int) -> list[Member]:
    """Ever further north of the task."""
    return [
        await make_member(capabilities=("AMBULANCE_LICENCE",), home=(-7.3825 + step * 0.01, 109.2215))
        for step in range(1, count + 1)
    ]


async def planned(**values) -> Task:
    task = await make_task(**values)
    await plan_wave(task, NOW)
    return task


async def asked(task: Task) -> list[Member]:
    alerts = await Alert.filter(task_id=task.id).order_by("rank").select_related("member")
    return [alert.member for alert in alerts]


async def alerted(member: Member, times: int) -> None:
    """The member was alerted for other tasks, so often."""
    for _ in range(times):
        wave = await make_wave(await make_task(status="FILLED"), status=WaveStatus.FILLED)
        await make_alert(wave, member, status=AlertStatus.SENT)


async def take_another_task(member: Member) -> None:
    await make_claim(await make_task(status="FILLED"), member)


async def test_an_emergency_goes_before_everything_else_that_is_due() -> None:
    for urgency, minutes in (
        (Urgency.NORMAL, 30),
        (Urgency.URGENT, 20),
        (Urgency.URGENT, 40),
        (Urgency.EMERGENCY, 0),
    ):
        task = await make_task(urgency=urgency, number=1000 + minutes)
        await make_wave(task, status=WaveStatus.PLANNED, due_at=NOW - timedelta(minutes=minutes))

    order = []
    for _ in range(4):
        await run_due_waves(NOW, batch=1)
        order += [wave.task.number for wave in await Wave.filter(looked_at=NOW).select_related("task")]
        await Wave.filter(looked_at=NOW).delete()

    assert order == [1000, 1040, 1020, 1030]


async def test_an_emergency_whose_worker_died_goes_before_ordinary_ones_and_alone() -> None:
    emergency = await make_task(urgency=Urgency.EMERGENCY)
    died_with = await make_wave(emergency, status=WaveStatus.PLANNED, due_at=NOW - LEASE, leased_until=NOW)
    for _ in range(2):
        await make_wave(await make_task(), status=WaveStatus.PLANNED, due_at=NOW - 2 * LEASE)

    taken = [await run_due_waves(NOW, batch=2) for _ in range(2)]

    assert taken == [1, 2]
    assert (await Wave.get(id=died_with.id)).looked_at == NOW


async def test_where_the_clock_of_who_plans_is_ahead_members_are_asked_and_told_at_once_all_the_same() -> None:
    task, member, ahead = await make_task(urgency=Urgency.EMERGENCY), await make_member(), timedelta(hours=1)
    now = datetime.now(UTC)

    await plan_wave(task, now + ahead)
    await notify(NotificationKind.OFFER, [member.id], task, now=now + ahead)
    await notify(NotificationKind.OFFER, [member.id], task, now=now, due_at=now + ahead)

    by_then = now + timedelta(minutes=1)
    assert (await Wave.get(task_id=task.id)).due_at < by_then
    at_once, later = await Notification.all().order_by("due_at").values_list("due_at", flat=True)
    assert (at_once < by_then, later) == (True, now + ahead)


@pytest.mark.parametrize(("urgency", "alerts"), [(Urgency.URGENT, BUDGET), (Urgency.EMERGENCY, 8)])
async def test_eight_waves_at_once_keep_to_the_budget_but_for_emergencies(urgency: Urgency, alerts: int) -> None:
    (only,) = await drivers(1)
    for days in range(8):
        await planned(urgency=urgency, starts_at=NOW + timedelta(days=days + 1))

    await asyncio.gather(*(run_due_waves(NOW, batch=1) for _ in range(8)))
    while await run_due_waves(NOW):
        pass

    assert await Alert.filter(member_id=only.id).count() == alerts
    assert await Wave.filter(status=WaveStatus.WAITING).count() == alerts
    assert await Alarm.filter(reason=AlarmReason.NOBODY_LEFT).count() == 8 - alerts


async def test_when_another_wave_spends_a_budget_meanwhile_the_next_nearest_is_asked_instead() -> None:
    everybody = await drivers(6)
    await alerted(everybody[0], BUDGET - 1)
    task = await planned()

    await run_due_waves(NOW, Meanwhile(lambda: alerted(everybody[0], 1)))

    assert await asked(task) == everybody[1:]


async def test_who_takes_another_task_meanwhile_is_not_asked() -> None:
    everybody = await drivers(6)
    task = await planned()

    await run_due_waves(NOW, Meanwhile(lambda: take_another_task(everybody[2])))

    assert await asked(task) == [one for one in everybody if one != everybody[2]]


async def test_when_it_happens_at_every_choice_those_who_are_left_are_asked() -> None:
    everybody = await drivers(5)
    task = await planned()

    await run_due_waves(NOW, Meanwhile(*(lambda one=one: take_another_task(one) for one in everybody[:3])))

    assert await asked(task) == everybody[3:]


async def test_when_nobody_is_left_of_any_choice_it_is_chosen_again_at_once_and_nobody_is_alarmed() -> None:
    everybody = await drivers(1)

    async def gone_and_replaced() -> None:
        await take_another_task(everybody[-1])
        everybody.extend(await drivers(1))

    task = await planned()

    await run_due_waves(NOW, Meanwhile(*(gone_and_replaced for _ in range(3))))
    assert (await asked(task), await Alarm.all().count()) == ([], 0)
    assert await run_due_waves(NOW) == 1

    assert await asked(task) == [everybody[-1]]


async def test_a_new_reason_that_comes_up_while_choosing_is_served_at_once() -> None:
    (first,) = await drivers(1)
    task = await planned()
    for minutes in (0, 10, 10):
        await run_due_waves(NOW + timedelta(minutes=minutes))
    (second,) = await drivers(1)
    later = NOW + timedelta(minutes=20)

    await run_due_waves(later, Meanwhile(lambda: plan_wave(task, later)))

    assert await Wave.filter(task_id=task.id).order_by("number").values_list("run", "status") == [
        (1, WaveStatus.EXHAUSTED),
        (2, WaveStatus.WAITING),
    ]
    assert await asked(task) == [first, second, first]
