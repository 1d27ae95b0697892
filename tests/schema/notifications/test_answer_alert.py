"""answerAlert through the API."""

import pytest

from kurir_api.models import Alert, Member, Role
from tests.api import Api
from tests.factories import make_alert, make_claim, make_member, make_task, make_wave
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_FOUND,
    done,
    everything,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
)


async def alerted(status: str) -> tuple[Member, Alert]:
    """A member, and the alert that was sent to them."""
    member = await make_member("Sri")
    return member, await make_alert(await make_wave(await make_task()), member, status=status)


@reaches("AnswerAlertSuccess", "answerAlert")
@pytest.mark.parametrize(
    ("before", "answer"),
    [("SENT", "RECEIVED"), ("RECEIVED", "OPENED"), ("OPENED", "DECLINED"), ("QUEUED", "RECEIVED")],
)
async def test_what_became_of_an_alert_on_the_phone_is_known(api: Api, before: str, answer: str) -> None:
    member, alert = await alerted(before)

    said = await done(
        api,
        member,
        "answerAlert",
        "alert { status rank distanceM explanation member { name } }",
        alertId=id_of(alert),
        status=answer,
    )

    assert said["alert"] == {
        "status": answer,
        "rank": 1,
        "distanceM": 2100,
        "explanation": "2,1 km",
        "member": {"name": "Sri"},
    }


async def test_an_answer_that_comes_late_tells_nothing_new(api: Api) -> None:
    member, alert = await alerted("ACCEPTED")
    before = await everything()

    answer = await api.do(member, "answerAlert", "alert { status }", alertId=id_of(alert), status="OPENED")

    assert answer == {"__typename": "AnswerAlertSuccess", "alert": {"status": "ACCEPTED"}}
    assert await everything() == before


@reaches("NotFound", "answerAlert")
@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.COORDINATOR])
async def test_only_whom_it_was_sent_to_may_answer_even_if_others_see_it(api: Api, role: Role) -> None:
    _, alert = await alerted("SENT")

    answer = await refused(api, await make_member(role=role), "answerAlert", alertId=id_of(alert), status="OPENED")

    assert answer == NOT_FOUND


@reaches("InvalidInput", "answerAlert")
async def test_to_accept_one_claims_the_task(api: Api) -> None:
    member, alert = await alerted("SENT")

    assert await refused(api, member, "answerAlert", alertId=id_of(alert), status="ACCEPTED") == invalid_input(
        (
            "status",
            "Jawab RECEIVED, OPENED atau DECLINED; untuk menerima, ambil tugasnya.",
            "Answer RECEIVED, OPENED or DECLINED; to accept, claim the task.",
        )
    )


async def test_who_has_the_task_is_told_to_give_it_back(api: Api) -> None:
    member, alert = await alerted("SENT")
    await make_claim(await alert.task, member)

    answer = await refused(api, member, "answerAlert", alertId=id_of(alert), status="DECLINED")

    assert answer == invalid_input(
        (
            "status",
            "Tugas ini milik Anda; lepas tugasnya bila tidak bisa.",
            "You hold this task; give it back if you can't do it.",
        )
    )


@reaches("InvalidTransition", "answerAlert")
async def test_who_has_accepted_no_longer_declines(api: Api) -> None:
    member, alert = await alerted("ACCEPTED")

    answer = await refused(api, member, "answerAlert", alertId=id_of(alert), status="DECLINED")

    assert answer == invalid_transition("ACCEPTED", "QUEUED", "SENT", "FAILED", "RECEIVED", "OPENED")


@reaches("IdempotencyKeyReused", "answerAlert")
async def test_the_same_key_with_another_answer_is_refused(api: Api) -> None:
    member, alert = await alerted("SENT")
    await api.do(member, "answerAlert", alertId=id_of(alert), status="RECEIVED", idempotencyKey="k1")

    answer = await refused(api, member, "answerAlert", alertId=id_of(alert), status="DECLINED", idempotencyKey="k1")

    assert answer == KEY_REUSED
