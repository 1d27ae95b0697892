"""What the app says of an alert is kept with its time, and ends the wait for the other way."""

from datetime import datetime

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.errors import InvalidInput
from kurir_api.models import Alert, AlertStatus, ClaimStatus
from kurir_api.services.notifications.answer_alert import AnswerAlert, answer_alert
from tests.factories import NOW, make_alert, make_claim, make_member, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")
RECEIVED, OPENED, DECLINED = AlertStatus.RECEIVED, AlertStatus.OPENED, AlertStatus.DECLINED


async def answered(*said: AlertStatus) -> Alert:
    """An urgent alert that was sent, after these answers."""
    wave = await make_wave(await make_task())
    alert = await make_alert(wave, await make_member(), status=AlertStatus.SENT, fallback_due_at=NOW)
    member = await principal_of_member(alert.member_id)
    for status in said:
        await answer_alert(member, AnswerAlert(alert_id=alert.id, status=status))
    return await Alert.get(id=alert.id)


def known(*times: datetime | None) -> list[bool]:
    return [time is not None for time in times]


@pytest.mark.parametrize(
    ("said", "status", "times"),
    [
        ([RECEIVED], RECEIVED, [True, False, False]),
        ([OPENED], OPENED, [True, True, False]),
        ([DECLINED], DECLINED, [False, False, True]),
        ([RECEIVED, OPENED, DECLINED], DECLINED, [True, True, True]),
        ([OPENED, RECEIVED], OPENED, [True, True, False]),
    ],
)
async def test_each_answer_is_kept_with_its_time_and_needs_no_text_any_more(
    said: list[AlertStatus], status: AlertStatus, times: list[bool]
) -> None:
    alert = await answered(*said)

    assert alert.status == status
    assert known(alert.received_at, alert.opened_at, alert.answered_at) == times
    assert alert.fallback_due_at is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (ClaimStatus.OFFERED, "This task is offered to you; decline the offer."),
        (ClaimStatus.HELD, "You hold this task; give it back if you can't do it."),
        (ClaimStatus.IN_PROGRESS, "You hold this task; give it back if you can't do it."),
    ],
)
async def test_who_has_the_task_can_only_give_it_back(status: ClaimStatus, words: str) -> None:
    task, member = await make_task(), await make_member()
    alert = await make_alert(await make_wave(task), member, status=AlertStatus.SENT)
    await make_claim(task, member, status)
    principal = await principal_of_member(member.id)

    with pytest.raises(InvalidInput) as refused:
        await answer_alert(principal, AnswerAlert(alert_id=alert.id, status=DECLINED))

    assert [problem.message("en") for problem in refused.value.problems] == [words]
    assert (await Alert.get(id=alert.id)).status == AlertStatus.SENT
    await answer_alert(principal, AnswerAlert(alert_id=alert.id, status=OPENED))


async def test_who_gave_it_back_may_decline_the_next_alert() -> None:
    task, member = await make_task(), await make_member()
    alert = await make_alert(await make_wave(task), member, status=AlertStatus.SENT)
    await make_claim(task, member, ClaimStatus.RELEASED)

    await answer_alert(await principal_of_member(member.id), AnswerAlert(alert_id=alert.id, status=DECLINED))

    assert (await Alert.get(id=alert.id)).status == DECLINED


async def test_what_was_received_before_it_was_opened_keeps_its_time() -> None:
    alert = await answered(RECEIVED, OPENED)

    assert alert.received_at is not None
    assert alert.opened_at is not None
    assert alert.received_at < alert.opened_at


async def test_an_answer_that_comes_again_changes_no_time() -> None:
    alert = await answered(RECEIVED)
    await answer_alert(await principal_of_member(alert.member_id), AnswerAlert(alert_id=alert.id, status=RECEIVED))

    assert (await Alert.get(id=alert.id)).received_at == alert.received_at
