"""publishTask, cancelTask and verifyTask through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kurir_api.models import Claim, ClaimStatus, Member, Role, Task, TaskStatus
from tests.api import Api
from tests.factories import OTHER_REGENCY, make_claim, make_member, make_task
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    done,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
)

ALL = ("publishTask", "cancelTask", "verifyTask")
READY = {"publishTask": TaskStatus.DRAFT, "cancelTask": TaskStatus.OPEN, "verifyTask": TaskStatus.DONE}
every_action = pytest.mark.parametrize("action", ALL)


async def coordinator() -> Member:
    return await make_member(role=Role.COORDINATOR)


async def upcoming(status: TaskStatus) -> Task:
    """A task that starts in an hour."""
    return await make_task(status=status, starts_at=datetime.now(UTC) + timedelta(hours=1))


@reaches("TaskSuccess", *ALL)
@pytest.mark.parametrize(
    ("action", "after", "waves"),
    [
        ("publishTask", "OPEN", [{"number": 1, "status": "PLANNED", "alerts": []}]),
        ("cancelTask", "CANCELLED", []),
        ("verifyTask", "VERIFIED", []),
    ],
)
async def test_the_answer_is_the_task_afterwards(
    api: Api, action: str, after: str, waves: list[dict[str, Any]]
) -> None:
    task = await upcoming(READY[action])

    answer = await done(
        api,
        await coordinator(),
        action,
        "task { status waves { number status alerts { status } } }",
        taskId=id_of(task),
        reason="Sudah dikonfirmasi",
    )

    assert answer["task"] == {"status": after, "waves": waves}


async def test_a_desk_officer_publishes_but_neither_calls_off_nor_confirms(api: Api) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)

    answer = await done(
        api, officer, "publishTask", "task { status }", taskId=id_of(await upcoming(TaskStatus.DRAFT))
    )

    assert answer["task"] == {"status": "OPEN"}
    for action in ("cancelTask", "verifyTask"):
        task = await upcoming(READY[action])
        assert await refused(api, officer, action, taskId=id_of(task)) == NOT_ALLOWED


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("cancelTask", ClaimStatus.HELD, "REVOKED"),
        ("verifyTask", ClaimStatus.COMPLETED, "VERIFIED"),
    ],
)
async def test_the_claims_follow_and_their_members_are_told(
    api: Api, action: str, before: ClaimStatus, after: str
) -> None:
    task, sri = await make_task(status=READY[action]), await make_member()
    claim = await make_claim(task, sri, before)

    await api.do(await coordinator(), action, taskId=id_of(task))

    assert (await Claim.get(id=claim.id)).status == after
    inbox = (await api.data(sri, "{ myNotifications { edges { node { kind } } } }"))["myNotifications"]["edges"]
    told = {"cancelTask": "TASK_CANCELLED", "verifyTask": "TASK_VERIFIED"}[action]
    assert inbox == [{"node": {"kind": told}}]


@reaches("NotFound", *ALL)
@every_action
async def test_a_task_of_another_regency_is_not_found(api: Api, action: str) -> None:
    task, elsewhere = await upcoming(READY[action]), await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await refused(api, elsewhere, action, taskId=id_of(task)) == NOT_FOUND
    assert await refused(api, await coordinator(), action, taskId="no id") == NOT_FOUND


@reaches("NotAllowed", *ALL)
@every_action
@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER_REVIEWER, Role.ADMIN])
async def test_it_is_for_the_office_that_cares_for_the_patient(api: Api, action: str, role: Role) -> None:
    task = await upcoming(READY[action])

    assert await refused(api, await make_member(role=role), action, taskId=id_of(task)) == NOT_ALLOWED


@reaches("InvalidTransition", *ALL)
@pytest.mark.parametrize(
    ("action", "status", "allowed"),
    [
        ("publishTask", TaskStatus.OPEN, ("DRAFT",)),
        ("cancelTask", TaskStatus.IN_PROGRESS, ("DRAFT", "OPEN", "FILLED")),
        ("verifyTask", TaskStatus.VERIFIED, ("DONE",)),
    ],
)
async def test_another_state_says_from_which_it_would_be_possible(
    api: Api, action: str, status: TaskStatus, allowed: tuple[str, ...]
) -> None:
    answer = await refused(api, await coordinator(), action, taskId=id_of(await upcoming(status)))

    assert answer == invalid_transition(status, *allowed)


@reaches("InvalidInput", *ALL)
@every_action
async def test_a_key_has_1_to_200_characters(api: Api, action: str) -> None:
    task = await upcoming(READY[action])

    for key in ("", "x" * 201):
        answer = await refused(api, await coordinator(), action, taskId=id_of(task), idempotencyKey=key)
        assert answer == invalid_input(
            ("idempotencyKey", "Panjangnya 1 sampai 200 karakter.", "Use 1 to 200 characters.")
        )


async def test_a_draft_whose_window_has_passed_is_not_published(api: Api) -> None:
    task = await make_task(status=TaskStatus.DRAFT, starts_at=datetime.now(UTC) - timedelta(hours=4))

    assert await refused(api, await coordinator(), "publishTask", taskId=id_of(task)) == invalid_input(
        (
            "taskId",
            "Jendela waktunya sudah lewat; batalkan dan buat tugas baru.",
            "Its window has passed; cancel it and create a new task.",
        )
    )


@reaches("IdempotencyKeyReused", *ALL)
@every_action
async def test_the_same_key_for_another_task_is_refused(api: Api, action: str) -> None:
    caller = await coordinator()
    first, second = await upcoming(READY[action]), await upcoming(READY[action])
    await api.do(caller, action, taskId=id_of(first), idempotencyKey="k1")

    assert await refused(api, caller, action, taskId=id_of(second), idempotencyKey="k1") == KEY_REUSED


@reaches("InvalidInput", "cancelTask", "verifyTask")
@pytest.mark.parametrize("action", ["cancelTask", "verifyTask"])
async def test_a_reason_of_more_than_2000_characters_is_refused(api: Api, action: str) -> None:
    task = await upcoming(READY[action])

    refusal = await refused(api, await coordinator(), action, taskId=id_of(task), reason="a" * 2_001)

    assert refusal == invalid_input(("reason", "Paling banyak 2000 karakter.", "At most 2000 characters."))


async def test_a_task_that_somebody_is_at_work_on_is_not_called_off(api: Api) -> None:
    task = await make_task(slots=2, starts_at=datetime.now(UTC) + timedelta(hours=1))
    await make_claim(task, await make_member(), ClaimStatus.IN_PROGRESS)

    assert await refused(api, await coordinator(), "cancelTask", taskId=id_of(task)) == invalid_input(
        (
            "taskId",
            "Seorang relawan sedang mengerjakannya; tunggu sampai selesai, atau tarik dahulu klaimnya.",
            "A volunteer is at work on it; wait until they are done, or revoke their claim first.",
        )
    )
