"""claimTask through the API: every way in which it says no, and what a retry hears."""

from datetime import timedelta

from kurir_api.models import Claim, Member, Role, Task, TaskStatus
from tests.api import Api
from tests.factories import OTHER_REGENCY, make_claim, make_member, make_organization, make_task
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    Both,
    done,
    invalid_input,
    invalid_transition,
    not_eligible,
    reaches,
    refusal,
    refused,
    unknown,
)


def taken(number: int, status: str) -> Both:
    return refusal(
        "TaskAlreadyClaimed",
        "TASK_ALREADY_CLAIMED",
        id="Tugas ini sudah diambil relawan lain. Terima kasih atas kesediaan Anda.",
        en="This task has been taken by another volunteer. Thank you for being ready.",
        task={"number": number, "status": status},
    )


async def driver() -> Member:
    return await make_member("Sri", capabilities=("AMBULANCE_LICENCE",))


@reaches("ClaimTaskSuccess", "claimTask")
async def test_a_retry_with_the_same_key_is_told_of_the_same_claim(api: Api) -> None:
    answer = await done(api, await driver(), "claimTask", "claim { id status }", taskId=id_of(await make_task()))

    assert answer["claim"]["status"] == "HELD"
    assert await Claim.all().count() == 1


@reaches("NotFound", "claimTask")
async def test_a_task_of_another_regency_is_not_found(api: Api) -> None:
    stranger = await make_member(region=OTHER_REGENCY, capabilities=("AMBULANCE_LICENCE",))

    assert await refused(api, stranger, "claimTask", taskId=id_of(await make_task())) == NOT_FOUND


async def test_an_id_of_no_task_is_not_found(api: Api) -> None:
    sri = await driver()

    for other in ("no id", id_of(sri)):
        assert await refused(api, sri, "claimTask", taskId=other) == NOT_FOUND


@reaches("NotAllowed", "claimTask")
async def test_only_volunteers_claim(api: Api) -> None:
    task = await make_task()

    for role in (Role.COORDINATOR, Role.DESK_OFFICER, Role.PARTNER_REVIEWER):
        assert await refused(api, await make_member(role=role), "claimTask", taskId=id_of(task)) == NOT_ALLOWED


@reaches("TaskAlreadyClaimed", "claimTask")
async def test_a_task_somebody_was_faster_with_is_told_as_it_is_now(api: Api) -> None:
    task = await make_task(number=4821)
    await api.do(await driver(), "claimTask", taskId=id_of(task))

    assert await refused(api, await driver(), "claimTask", taskId=id_of(task)) == taken(4821, "FILLED")


async def test_a_retry_about_a_task_one_may_no_longer_know_of_hears_that_there_is_none(api: Api) -> None:
    task, late = await make_task(number=4821), await driver()
    await api.do(await driver(), "claimTask", taskId=id_of(task))
    values = {"taskId": id_of(task), "idempotencyKey": "k1"}
    assert await refused(api, late, "claimTask", **values) == taken(4821, "FILLED")

    await Task.filter(id=task.id).update(status=TaskStatus.DONE)

    assert await refused(api, late, "claimTask", **values) == NOT_FOUND


@reaches("InvalidInput", "claimTask")
async def test_an_organisation_one_does_not_act_for_names_its_field(api: Api) -> None:
    task, other = await make_task(), await make_organization()

    answer = await refused(api, await driver(), "claimTask", taskId=id_of(task), organizationId=id_of(other))

    assert answer == invalid_input(
        (
            "organizationId",
            "Pilih organisasi tempat relawan ini terdaftar.",
            "Choose an organisation the volunteer belongs to.",
        )
    )


async def test_an_id_of_no_organisation_names_its_field(api: Api) -> None:
    task = await make_task()

    answer = await refused(api, await driver(), "claimTask", taskId=id_of(task), organizationId=id_of(task))

    assert answer == unknown("organizationId")


@reaches("InvalidTransition", "claimTask")
async def test_a_task_that_was_cancelled_says_so_to_who_had_it(api: Api) -> None:
    task, sri = await make_task(status=TaskStatus.CANCELLED), await driver()
    await make_claim(task, sri, "REVOKED")

    answer = await refused(api, sri, "claimTask", taskId=id_of(task))

    assert answer == invalid_transition("CANCELLED", "OPEN")


@reaches("NotEligible", "claimTask")
async def test_who_lacks_the_licence_is_told_in_words_and_as_a_reason(api: Api) -> None:
    answer = await refused(api, await make_member(), "claimTask", taskId=id_of(await make_task()))

    assert answer == not_eligible(
        "CAPABILITY_MISSING",
        id="keahlian yang diperlukan belum tercatat",
        en="a required capability is missing",
    )


@reaches("ScheduleConflict", "claimTask")
async def test_a_task_at_the_same_time_is_named(api: Api) -> None:
    sri, first = await driver(), await make_task(number=4821)
    await make_claim(first, sri)
    second = await make_task(starts_at=first.ends_at - timedelta(minutes=1))

    assert await refused(api, sri, "claimTask", taskId=id_of(second)) == refusal(
        "ScheduleConflict",
        "SCHEDULE_CONFLICT",
        id="Waktunya bertabrakan dengan tugas lain yang Anda pegang.",
        en="Its time overlaps another task you hold.",
        conflictingTask={"number": 4821},
    )


@reaches("IdempotencyKeyReused", "claimTask")
async def test_the_same_key_for_another_task_is_refused(api: Api) -> None:
    sri, first, second = await driver(), await make_task(), await make_task()
    await api.do(sri, "claimTask", taskId=id_of(first), idempotencyKey="k1")

    assert await refused(api, sri, "claimTask", taskId=id_of(second), idempotencyKey="k1") == KEY_REUSED
