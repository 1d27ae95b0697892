"""The worker over hours: every deadline in its minute, however many workers there are and however often one dies."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise

import pytest
import time_machine

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.escalations import arm_escalation
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    AlarmReason,
    Claim,
    ClaimStatus,
    EscalationKind,
    Member,
    Notification,
    Role,
    Task,
    TaskStatus,
    WaveStatus,
)
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.publish_task import TaskAction, publish_task
from kurir_api.settings import Settings
from kurir_api.worker import Worker, next_due
from tests.factories import (
    NOW,
    make_alarm,
    make_alert,
    make_claim,
    make_device,
    make_member,
    make_report,
    make_task,
    make_wave,
    principal_for,
)
from tests.killing import KilledAt

pytestmark = pytest.mark.usefixtures("db")
MINUTE = timedelta(minutes=1)


def worker(settings: Settings) -> Worker:
    """One that has just started, and sends no drills."""
    return Worker(settings.model_copy(update={"drill_weekday": None}), MemorySender(), MemoryTextSender())


class TestNextDue:
    async def wave(self) -> None:
        await make_wave(await make_task(status=TaskStatus.FILLED), due_at=NOW + MINUTE)

    async def leased_wave(self) -> None:
        task = await make_task(status=TaskStatus.FILLED)
        await make_wave(task, due_at=NOW, leased_until=NOW + MINUTE, status=WaveStatus.PLANNED)

    async def notification(self) -> None:
        task, member = await make_task(status=TaskStatus.FILLED), await make_member()
        kind = NotificationKind.TASK_CANCELLED
        await notify(kind, [member.id], task, regency_code="33.02", now=NOW, due_at=NOW + MINUTE)

    async def offer(self) -> None:
        await self._claimed(ClaimStatus.OFFERED, expires_at=NOW + MINUTE)

    async def reminder(self) -> None:
        await self._claimed(ClaimStatus.HELD, expires_at=NOW + 16 * MINUTE)

    async def claim_after_its_reminder(self) -> None:
        await self._claimed(ClaimStatus.HELD, expires_at=NOW + MINUTE, reminded_at=NOW)

    async def window(self) -> None:
        await make_task(starts_at=NOW - MINUTE, ends_at=NOW + MINUTE)

    async def alarm(self) -> None:
        await make_alarm(await make_task(status=TaskStatus.FILLED), due_at=NOW + MINUTE)

    async def escalation(self) -> None:
        await arm_escalation(EscalationKind.REPORT_WAITING, await make_report(), NOW + MINUTE)

    async def fallback(self) -> None:
        wave = await make_wave(await make_task(status=TaskStatus.FILLED), status=WaveStatus.FILLED)
        await make_alert(wave, await make_member(), fallback_due_at=NOW + MINUTE)

    async def _claimed(self, status: ClaimStatus, **values) -> None:
        task = await make_task(status=TaskStatus.FILLED)
        await make_claim(task, await make_member(), status, **values)
        await Task.filter(id=task.id).update(alerts_stale=False)

    @pytest.mark.parametrize(
        "row",
        [
            wave,
            leased_wave,
            notification,
            offer,
            reminder,
            claim_after_its_reminder,
            window,
            alarm,
            escalation,
            fallback,
        ],
    )
    async def test_is_when_the_row_is_due(self, row: Callable[..., Awaitable[None]]) -> None:
        await row(self)

        assert await next_due() == NOW + MINUTE

    async def test_what_is_due_is_told_by_the_worker(self, settings: Settings) -> None:
        await make_member(role=Role.DESK_OFFICER)
        await self.escalation()

        await worker(settings).run_until_idle(NOW + MINUTE)

        assert [told.kind for told in await Notification.filter(channel="push")] == ["REPORT_WAITING"]

    async def test_is_at_once_after_a_claim(self) -> None:
        await make_claim(await make_task(), await make_member())

        assert await next_due() == datetime(1970, 1, 1, tzinfo=UTC)

    async def test_is_never_when_nothing_waits(self) -> None:
        await make_task(status=TaskStatus.DONE)

        assert await next_due() is None


PUBLISHED = datetime(2026, 11, 23, 16, 50, tzinfo=UTC)
"""Monday, 23.50 in Banyumas."""

OPENS, ENDS = PUBLISHED + 40 * MINUTE, PUBLISHED + 160 * MINUTE
"""Tuesday, 00.30 and 02.30."""

NIGHT = [
    (0, "TASK_ALERT", "first"),
    (0, "TASK_ALERT", "second"),
    (55, "CLAIM_REMINDER", "first"),
    (70, "CLAIM_EXPIRED", "first"),
    (70, "NOT_STARTED", "coordinator"),
    (70, "TASK_ALERT", "second"),
    (80, "NOBODY_LEFT", "coordinator"),
    (80, "NOT_STARTED", "coordinator"),
    (85, "UNCLAIMED", "coordinator"),
    (90, "NOBODY_LEFT", "coordinator"),
    (95, "UNCLAIMED", "coordinator"),
    (100, "NOT_STARTED", "coordinator"),
    (110, "NOBODY_LEFT", "coordinator"),
    (115, "UNCLAIMED", "coordinator"),
    (140, "NOT_STARTED", "coordinator"),
    (150, "NOBODY_LEFT", "coordinator"),
    (155, "UNCLAIMED", "coordinator"),
    (160, "WINDOW_PASSED", "coordinator"),
    (170, "WINDOW_PASSED", "coordinator"),
    (190, "WINDOW_PASSED", "coordinator"),
]
"""What phones show until 03.00: the minute since it was published, the kind, and whose phone. The first driver claims
after two minutes and never sets off; the second never answers."""


class Night:
    """The people of `NIGHT`, and its task."""

    async def begin(self) -> None:
        self.coordinator = await principal_for(Role.COORDINATOR, name="coordinator")
        for name, away in (("first", 0.01), ("second", 0.02)):
            home = (-7.3825 + away, 109.2215)
            await make_member(name, capabilities=("AMBULANCE_LICENCE",), home=home)
        for member in await Member.all():
            await make_device(member)
        self.task = await make_task(status=TaskStatus.DRAFT, starts_at=OPENS, ends_at=ENDS)
        with time_machine.travel(PUBLISHED, tick=False):
            await publish_task(self.coordinator, TaskAction(task_id=self.task.id))

    async def claim(self) -> None:
        first = await Member.get(name="first")
        with time_machine.travel(PUBLISHED + 2 * MINUTE, tick=False):
            await claim_task(await principal_of_member(first.id), ClaimTask(task_id=self.task.id))

    async def pass_with(self, work: Callable[[datetime], Awaitable[object]]) -> None:
        """Until 03.00, `work` at each moment at which something is due; at 23.52 the first driver claims."""
        await self._pass(PUBLISHED, PUBLISHED + 2 * MINUTE, work)
        await self.claim()
        await self._pass(PUBLISHED + 2 * MINUTE, PUBLISHED + 190 * MINUTE, work)

    async def _pass(self, moment: datetime, until: datetime, work: Callable[[datetime], Awaitable[object]]) -> None:
        while moment <= until:
            await work(moment)
            moment = max(moment + timedelta(seconds=1), await next_due() or until)

    async def shown(self) -> list[tuple[datetime, str, str]]:
        rows = await Notification.filter(silent=False, channel="push").select_related("member")
        return sorted((row.created_at, row.kind, row.member.name) for row in rows)


@pytest.mark.parametrize("workers", [1, 2, 4])
async def test_a_night_goes_by_the_minute_however_many_workers_there_are(settings: Settings, workers: int) -> None:
    night, crew = Night(), [worker(settings) for _ in range(workers)]
    await night.begin()

    async def work(now: datetime) -> None:
        # One may find everything in another's hands, and be idle before that one is done.
        for _ in range(2):
            await asyncio.gather(*(one.run_until_idle(now) for one in crew))

    await night.pass_with(work)

    assert [((at - PUBLISHED) / MINUTE, kind, name) for at, kind, name in await night.shown()] == NIGHT
    await night.task.refresh_from_db()
    assert (night.task.status, [claim.status for claim in await Claim.all()]) == ("EXPIRED", ["EXPIRED"])


async def test_a_night_goes_by_the_minute_though_every_worker_is_new(settings: Settings) -> None:
    night = Night()
    await night.begin()

    await night.pass_with(lambda now: worker(settings).run_until_idle(now))

    assert [((at - PUBLISHED) / MINUTE, kind, name) for at, kind, name in await night.shown()] == NIGHT


@pytest.mark.parametrize("pace", [3, 7, 11, 13])
async def test_workers_that_die_do_each_thing_once_and_a_few_leases_late_at_most(
    settings: Settings, pace: int
) -> None:
    night, turns, deaths = Night(), count(), 0
    await night.begin()

    async def work(now: datetime) -> None:
        """Every other worker dies, each at another statement; the next one starts a second later."""
        nonlocal deaths
        turn = next(turns)
        with KilledAt(turn * pace % 25 + 1 if turn % 2 else 0) as killed:
            await worker(settings).run_until_idle(now)
        deaths += killed.died

    await night.pass_with(work)

    assert deaths > 12
    shown = await night.shown()
    for reason in {kind for _, kind, _ in NIGHT}:
        planned = [minute for minute, kind, _ in NIGHT if kind == reason]
        actual = [(at - PUBLISHED) / MINUTE for at, kind, _ in shown if kind == reason]
        assert len(planned) - 1 <= len(actual) <= len(planned), (reason, actual)
        late = [there - here for here, there in zip(planned, actual, strict=False)]
        # Up to three die in a row before a thing is done: at one wave, at the next, and at the alarm.
        assert all(0 <= now - before <= 3.5 for before, now in pairwise([0.0, *late])), (reason, actual)
    await night.task.refresh_from_db()
    assert night.task.status == "EXPIRED"


async def test_what_two_members_do_not_finish_is_told_after_the_window(settings: Settings) -> None:
    await principal_for(Role.COORDINATOR)
    task = await make_task(status=TaskStatus.IN_PROGRESS, starts_at=NOW - 3 * 60 * MINUTE, ends_at=NOW, slots=2)
    await make_claim(task, await make_member(), ClaimStatus.IN_PROGRESS)
    await make_alarm(task, AlarmReason.WINDOW_PASSED, raised_at=None, times_told=0, due_at=NOW + 30 * MINUTE)

    await worker(settings).run_until_idle(NOW + 30 * MINUTE)

    assert [row.kind for row in await Notification.filter(channel="push")] == ["WINDOW_PASSED"]
