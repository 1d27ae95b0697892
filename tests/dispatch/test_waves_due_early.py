"""A wave that nobody can answer any more doesn't wait out its time."""

from datetime import timedelta

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.dispatch.fallbacks import send_due_fallbacks
from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders import Delivery, Outcome
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.dispatch.waves import run_due_waves, seek_members
from kurir_api.models import Alert, AlertStatus, Member, Task, Urgency, Wave, WaveStatus
from kurir_api.services.notifications.answer_alert import AnswerAlert, answer_alert
from tests.factories import NOW, make_device, make_member, make_task

pytestmark = pytest.mark.usefixtures("db")
SOON = NOW + timedelta(seconds=10)
REFUSED = Delivery(Outcome.FAILED, "refused")


async def drivers(count: int) -> list[Member]:
    """Ever further north of the task, each with a phone whose token is his name."""
    found = [
        await make_member(capabilities=("AMBULANCE_LICENCE",), home=(-7.3825 + step * 0.01, 109.2215))
        for step in range(1, count + 1)
    ]
    for member in found:
        await make_device(member, member.name)
    return found


async def asked_for(urgency: Urgency = Urgency.URGENT) -> Task:
    """A task whose first wave went out, and is waiting."""
    task = await make_task(urgency=urgency)
    await seek_members(task, NOW)
    await run_due_waves(NOW)
    return task


async def waves(task: Task) -> list[tuple[int, WaveStatus]]:
    return [(wave.number, wave.status) for wave in await Wave.filter(task_id=task.id).order_by("number")]


async def decline(member: Member) -> None:
    alert = await Alert.get(member_id=member.id)
    await answer_alert(
        await principal_of_member(member.id), AnswerAlert(alert_id=alert.id, status=AlertStatus.DECLINED)
    )


async def refused_by(*members: Member) -> None:
    """The pushes go out; those to these members' phones fail for good."""
    pushes = MemorySender()
    pushes.answers |= dict.fromkeys((member.name for member in members), REFUSED)
    await deliver_due(pushes, NOW)


async def test_when_all_declined_the_next_are_asked_at_once() -> None:
    *first, last = await drivers(6)
    task = await asked_for()

    for member in first:
        await decline(member)
    assert [await run_due_waves(SOON) for _ in range(3)] == [1, 1, 0]

    assert await waves(task) == [(1, WaveStatus.EXHAUSTED), (2, WaveStatus.WAITING)]
    assert await Alert.filter(wave__number=2).values_list("member_id", flat=True) == [last.id]


async def test_while_one_may_still_say_yes_it_waits() -> None:
    _, *others = await drivers(3)
    task = await asked_for()

    for member in others:
        await decline(member)

    assert await run_due_waves(SOON) == 0
    assert await waves(task) == [(1, WaveStatus.WAITING)]


async def test_when_all_alerts_failed_and_nothing_else_is_on_its_way_the_next_are_asked_at_once() -> None:
    first = await drivers(3)
    task = await asked_for(Urgency.NORMAL)

    await refused_by(*first)
    await run_due_waves(SOON)

    assert {alert.status for alert in await Alert.filter(wave__number=1)} == {AlertStatus.FAILED}
    assert await waves(task) == [(1, WaveStatus.EXHAUSTED), (2, WaveStatus.PLANNED)]


async def test_some_declined_and_the_others_unreached_are_all_too() -> None:
    first, *others = await drivers(3)
    task = await asked_for(Urgency.NORMAL)

    await decline(first)
    await refused_by(*others)
    await run_due_waves(SOON)

    assert (await waves(task))[0] == (1, WaveStatus.EXHAUSTED)


async def test_while_text_messages_are_on_their_way_it_waits() -> None:
    (only,) = await drivers(1)
    task = await asked_for()
    await refused_by(only)
    texts = MemoryTextSender()
    texts.answers[only.phone] = REFUSED

    assert await run_due_waves(SOON) == 0
    assert await send_due_fallbacks(SOON) == 1
    assert await run_due_waves(SOON) == 0
    await deliver_due_texts(texts, SOON)
    assert await run_due_waves(SOON) == 1

    assert (await waves(task))[0] == (1, WaveStatus.EXHAUSTED)


async def test_whom_a_text_reached_may_still_say_yes() -> None:
    (only,) = await drivers(1)
    task = await asked_for()
    await refused_by(only)
    await send_due_fallbacks(SOON)

    await deliver_due_texts(MemoryTextSender(), SOON)

    assert await run_due_waves(SOON) == 0
    assert await waves(task) == [(1, WaveStatus.WAITING)]
