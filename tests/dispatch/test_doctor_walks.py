"""Random walks through the use cases on a virtual clock: whatever people do and whenever workers die, after each step
the doctor finds nothing.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.connection import get_connection

from kurir_api.auth import Principal, principal_of_member
from kurir_api.dispatch.doctor import examine
from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.errors import Refusal
from kurir_api.models import Alarm, Alert, AlertStatus, Case, CaseStatus, Claim, Role, Task, TaskStatus, Urgency
from kurir_api.models.report import Channel
from kurir_api.services.alarms.acknowledge_alarm import AcknowledgeAlarm, acknowledge_alarm
from kurir_api.services.cases.move_case import MoveCase, move_case
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.claims.report_no_show import report_no_show
from kurir_api.services.claims.revoke_claim import revoke_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.members.set_availability import SetAvailability, set_availability
from kurir_api.services.notifications.answer_alert import AnswerAlert, answer_alert
from kurir_api.services.tasks.assign_task import AssignTask, assign_task
from kurir_api.services.tasks.cancel_task import cancel_task
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.create_task import CreateTask, create_task
from kurir_api.services.tasks.publish_task import TaskAction, publish_task
from kurir_api.services.tasks.verify_task import verify_task
from kurir_api.services.threads.inbox import take_in_messages
from kurir_api.services.threads.receiving import Inbound, store
from kurir_api.settings import Settings
from kurir_api.worker import Worker, next_due
from tests.conftest import empty
from tests.factories import NOW, make_case, make_device, make_member
from tests.killing import KilledAt

pytestmark = pytest.mark.usefixtures("db")
WALKS = int(os.environ.get("KURIR_TEST_WALKS", "15"))
"""How many; more of them find rarer faults."""

MINUTE = timedelta(minutes=1)
PICK = st.integers(0, 11)

NEXT = {"OFFERED": accept_offer, "HELD": start_claim, "IN_PROGRESS": complete_claim}

ALERTED_TWICE = """
SELECT count(*) AS people FROM (
    SELECT FROM alert a JOIN wave w ON w.id = a.wave_id GROUP BY a.task_id, w.run, a.member_id HAVING count(*) > 1
) twice
"""


class World:
    """An office with five drivers, the last of whom has no app, and a task to begin with, at a time of its own."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.now = NOW
        self.drivers: list[Principal] = []
        self.numbers: list[str] = []
        self.texts = count(1)

    async def begin(self) -> None:
        await empty()
        self.office = await principal_of_member((await make_member(role=Role.COORDINATOR)).id)
        await make_case()
        for number in range(5):
            home = (-7.3825 + number * 0.01, 109.2215)
            member = await make_member(capabilities=("AMBULANCE_LICENCE",), home=home)
            if number < 4:
                await make_device(member, f"phone {number}")
            self.numbers.append(member.phone or "")
            self.drivers.append(await principal_of_member(member.id))
        await self.create(Urgency.URGENT, starts=45, lasts=90, slots=2, publish=True)

    async def do(self, use_case: Callable[[Principal, Any], Awaitable[object]], who: Principal, what: Any) -> None:
        """What somebody tries, whether it is refused or not."""
        with time_machine.travel(self.now, tick=False), suppress(Refusal):
            await use_case(who, what)

    def worker(self) -> Worker:
        """A new one, whose vendor refuses one of the phones for good."""
        pushes = MemorySender()
        pushes.answers["phone 3"] = Delivery(Outcome.FAILED, "refused")
        return Worker(self.settings, pushes, MemoryTextSender())

    async def pick(self, rows: Any, number: int) -> Any:
        """One of the rows, if there is any."""
        found = await rows.order_by("id")
        return found[number % len(found)] if found else None

    # ------------------------------------------------------------------ what the office does

    async def create(self, urgency: Urgency, starts: int, lasts: int, slots: int, publish: bool) -> None:
        starts_at = self.now + starts * MINUTE
        case = await Case.first()
        command = CreateTask(
            case_id=case.id,
            kind="AMBULANCE_RUN",
            urgency=urgency,
            starts_at=starts_at,
            ends_at=starts_at + lasts * MINUTE,
            slots=slots,
            publish=publish,
        )
        await self.do(create_task, self.office, command)

    async def on_task(self, status: str, use_case: Any, number: int) -> None:
        if task := await self.pick(Task.filter(status=status), number):
            await self.do(use_case, self.office, TaskAction(task_id=task.id))

    async def assign(self, number: int, driver: int) -> None:
        if task := await self.pick(Task.all(), number):
            command = AssignTask(task_id=task.id, member_id=self.drivers[driver].member_id, reason="ditelepon")
            await self.do(assign_task, self.office, command)

    async def take_away(self, use_case: Any, number: int) -> None:
        if claim := await self.pick(Claim.filter(status__in=("OFFERED", "HELD", "IN_PROGRESS")), number):
            await self.do(use_case, self.office, ClaimAction(claim_id=claim.id, note="x"))

    async def acknowledge(self, number: int) -> None:
        if alarm := await self.pick(Alarm.filter(raised_at__isnull=False), number):
            await self.do(acknowledge_alarm, self.office, AcknowledgeAlarm(alarm_id=alarm.id))

    async def close_case(self, number: int) -> None:
        """Seldom, since it ends everything; and by mistake."""
        if number:
            return
        case = await Case.first()
        await self.do(move_case, self.office, MoveCase(case_id=case.id, status=CaseStatus.CLOSED, outcome="DIED"))
        reopened = MoveCase(case_id=case.id, status=CaseStatus.OPEN, reason="keliru")
        await self.do(move_case, self.office, reopened)

    # ------------------------------------------------------------------ what drivers do

    async def claim(self, number: int, driver: int) -> None:
        if task := await self.pick(Task.filter(status="OPEN"), number):
            await self.do(claim_task, self.drivers[driver], ClaimTask(task_id=task.id))

    async def on_claim(self, use_case: Any, number: int, ago: int) -> None:
        """By its holder, perhaps some minutes ago without a signal."""
        if claim := await self.pick(Claim.filter(status__in=tuple(NEXT)), number):
            holder = next(one for one in self.drivers if one.member_id == claim.member_id)
            await self.do(use_case, holder, ClaimAction(claim_id=claim.id, at=self.now - ago * MINUTE))

    async def go_on(self, number: int) -> None:
        """What a holder is expected to do next."""
        if claim := await self.pick(Claim.filter(status__in=tuple(NEXT)), number):
            await self.on_claim(NEXT[claim.status], number, 0)

    async def answer(self, status: AlertStatus, number: int) -> None:
        if alert := await self.pick(Alert.all(), number):
            holder = next(one for one in self.drivers if one.member_id == alert.member_id)
            await self.do(answer_alert, holder, AnswerAlert(alert_id=alert.id, status=status))

    async def text(self, verb: str, number: int, driver: int) -> None:
        """In place of the app, whether or not it is understood."""
        if task := await self.pick(Task.all(), number):
            text, provider_id = f"{verb} {task.number}", str(next(self.texts))
            message = Inbound(
                via="smsgate", channel=Channel.SMS, provider_id=provider_id, sender=self.numbers[driver], text=text
            )
            with time_machine.travel(self.now, tick=False):
                await store([message], self.now)
                await take_in_messages(self.now)

    async def switch(self, driver: int, available: bool) -> None:
        await self.do(set_availability, self.drivers[driver], SetAvailability(available=available))

    # ------------------------------------------------------------------ what time and workers do

    async def work(self, workers: int = 1) -> None:
        await asyncio.gather(*(self.worker().run_until_idle(self.now) for _ in range(workers)))

    async def die(self, statement: int) -> None:
        """A worker dies at its work."""
        with KilledAt(statement):
            await self.worker().run_until_idle(self.now)

    async def wait(self, minutes: int) -> None:
        """Time goes by, and a worker does everything when it is due."""
        until = self.now + minutes * MINUTE
        for hop in count():
            await self.work()
            assert hop < 1000, "the worker goes round in circles"
            due = await next_due()
            if due is None or due > until:
                break
            assert due > self.now, f"still due at {self.now}: {due}"
            self.now = due
        self.now = until

    async def check(self, step: object) -> None:
        assert await examine(self.now) == [], step
        rows = await get_connection("default").execute_query_dict(ALERTED_TWICE)
        assert rows[0]["people"] == 0, step


def step(act: Callable[..., Awaitable[None]], *arguments: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(
        st.just(act), *(one if isinstance(one, st.SearchStrategy) else st.just(one) for one in arguments)
    )


DRIVER, AGO = st.integers(0, 4), st.sampled_from([0, 0, 3, 20])
STEPS = st.one_of(
    step(
        World.create,
        st.sampled_from(Urgency),
        st.sampled_from([-30, 0, 5, 45, 300, 1500]),
        st.sampled_from([10, 90, 240]),
        st.integers(1, 3),
        st.sampled_from([True, True, True, False]),
    ),
    step(World.on_task, "DRAFT", publish_task, PICK),
    step(World.on_task, "DONE", verify_task, PICK),
    step(World.on_task, st.sampled_from(TaskStatus), cancel_task, PICK),
    step(World.assign, PICK, DRIVER),
    step(World.take_away, st.sampled_from([revoke_claim, report_no_show]), PICK),
    step(World.acknowledge, PICK),
    step(World.close_case, PICK),
    step(World.claim, PICK, DRIVER),
    step(World.claim, PICK, DRIVER),
    step(
        World.on_claim,
        st.sampled_from([accept_offer, decline_offer, start_claim, complete_claim, release_claim]),
        PICK,
        AGO,
    ),
    *(step(World.go_on, PICK) for _ in range(3)),
    step(World.answer, st.sampled_from([AlertStatus.RECEIVED, AlertStatus.DECLINED]), PICK),
    step(World.text, st.sampled_from(["AMBIL", "TIDAK", "MULAI", "SELESAI", "LEPAS"]), PICK, DRIVER),
    step(World.text, st.just("AMBIL"), PICK, st.just(4)),
    step(World.switch, DRIVER, st.booleans()),
    step(World.work, st.integers(1, 3)),
    step(World.die, st.integers(1, 60)),
    step(World.wait, st.sampled_from([1, 4, 16, 31, 70, 400, 1500])),
    step(World.wait, st.sampled_from([1, 4, 16, 31])),
)


@settings(
    max_examples=WALKS,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(walk=st.lists(STEPS, min_size=8, max_size=40))
async def test_after_every_step_of_any_walk_the_doctor_finds_nothing(settings: Settings, walk: list[Any]) -> None:
    world = World(settings.model_copy(update={"drill_weekday": None}))
    await world.begin()

    for act, *arguments in walk:
        await act(world, *arguments)
        await world.check((act.__name__, *arguments))
    await world.wait(30 * 60)
    await world.check("when every window is over")

    assert not await Claim.filter(status__in=("OFFERED", "HELD")).exists()
    assert not await Task.filter(status__in=("OPEN", "FILLED")).exists()
