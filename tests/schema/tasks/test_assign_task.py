"""assignTask through the API."""

from datetime import timedelta

import pytest

from kurir_api.models import Claim, Member, Organization, Role, Task, TaskStatus
from tests.api import Answer, Api
from tests.factories import (
    OTHER_REGENCY,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    add_membership,
    make_case,
    make_claim,
    make_member,
    make_organization,
    make_patient,
    make_task,
)
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    done,
    invalid_input,
    invalid_transition,
    not_eligible,
    reaches,
    refusal,
    refused,
)

CLAIM = (
    "claim { status expiresAt claimedAt member { name } organization { name } assignedBy { name } task { status } }"
)
BUSY = not_eligible("BUSY", id="sedang memegang tugas lain pada waktu itu", en="busy with another task at that time")


async def coordinator() -> Member:
    return await make_member("Kus", Role.COORDINATOR)


async def driver(**values: object) -> Member:
    return await make_member("Sri", capabilities=("AMBULANCE_LICENCE",), **values)


def offer(task: Task, member: Member, **values: object) -> Answer:
    return {"taskId": id_of(task), "memberId": id_of(member)} | values


@reaches("ClaimTaskSuccess", "assignTask")
async def test_an_offer_keeps_the_slot_until_it_is_answered(api: Api) -> None:
    task, lazis = await make_task(), await make_organization("Lazis Serayu")

    answer = await done(
        api, await coordinator(), "assignTask", CLAIM, **offer(task, await driver(organization=lazis))
    )

    assert answer["claim"].pop("expiresAt") > answer["claim"].pop("claimedAt")
    assert answer["claim"] == {
        "status": "OFFERED",
        "member": {"name": "Sri"},
        "organization": {"name": "Lazis Serayu"},
        "assignedBy": {"name": "Kus"},
        "task": {"status": "FILLED"},
    }


async def test_a_coordinator_with_a_reason_may_choose_who_is_not_eligible(api: Api) -> None:
    values = offer(await make_task(), await make_member("Budi"))

    without = await refused(api, await coordinator(), "assignTask", **values)
    answer = await done(api, await coordinator(), "assignTask", CLAIM, **values, reason="SIM sedang diperpanjang")

    assert without[0]["reasons"] == ["CAPABILITY_MISSING"]
    assert answer["claim"]["status"] == "OFFERED"


class TestReviewers:
    """A partner's reviewer offers to the partner's own people, who then act for the partner."""

    async def reviewer(self, organization: Organization) -> Member:
        return await make_member(role=Role.PARTNER_REVIEWER, organization=organization)

    async def test_offer_for_their_own_organisation_whatever_others_the_member_has(self, api: Api) -> None:
        lazis, pmi = await make_organization("Lazis Serayu"), await make_organization("PMI")
        sri = await driver(organization=pmi)
        await add_membership(sri, Role.VOLUNTEER, organization=lazis)

        answer = await done(api, await self.reviewer(lazis), "assignTask", CLAIM, **offer(await make_task(), sri))

        assert answer["claim"]["organization"] == {"name": "Lazis Serayu"}

    async def test_do_not_offer_for_another_organisation(self, api: Api) -> None:
        lazis, pmi = await make_organization("Lazis Serayu"), await make_organization("PMI")
        sri = await driver(organization=pmi)
        await add_membership(sri, Role.VOLUNTEER, organization=lazis)
        values = offer(await make_task(), sri, organizationId=id_of(pmi))

        assert await refused(api, await self.reviewer(lazis), "assignTask", **values) == invalid_input(
            (
                "organizationId",
                "Pilih organisasi tempat relawan ini terdaftar.",
                "Choose an organisation the volunteer belongs to.",
            )
        )

    async def test_do_not_know_other_organisations_people(self, api: Api) -> None:
        caller = await self.reviewer(await make_organization("Lazis Serayu"))

        assert await refused(api, caller, "assignTask", **offer(await make_task(), await driver())) == NOT_FOUND

    @reaches("NotAllowed", "assignTask")
    async def test_do_not_assign_people_whom_they_know_by_sharing_a_task_only(self, api: Api) -> None:
        caller = await self.reviewer(await make_organization("Lazis Serayu"))
        await add_membership(caller, Role.VOLUNTEER)
        shared, fellow = await make_task(slots=2), await driver()
        for member in (caller, fellow):
            await make_claim(shared, member)
        later = await make_task(starts_at=shared.ends_at)

        assert await refused(api, caller, "assignTask", **offer(later, fellow)) == NOT_ALLOWED

    async def test_cannot_overrule_by_a_reason(self, api: Api) -> None:
        lazis = await make_organization("Lazis Serayu")
        budi = await make_member("Budi", organization=lazis)
        values = offer(await make_task(), budi, reason="Tidak ada yang lain")

        refusals = await refused(api, await self.reviewer(lazis), "assignTask", **values)

        assert refusals == not_eligible(
            "CAPABILITY_MISSING",
            id="keahlian yang diperlukan belum tercatat",
            en="a required capability is missing",
        )


@reaches("NotFound", "assignTask")
async def test_what_lies_in_another_regency_is_not_found(api: Api) -> None:
    task, sri = await make_task(), await driver()
    far_task = await make_task(await make_case(await make_patient(region=OTHER_VILLAGE)))
    far_member = await driver(region=OTHER_REGENCY)

    for values in (offer(far_task, sri), offer(task, far_member), offer(task, sri, taskId="no id")):
        assert await refused(api, await coordinator(), "assignTask", **values) == NOT_FOUND


async def test_a_sub_districts_coordinator_may_choose_who_volunteers_in_the_whole_regency(api: Api) -> None:
    local = await make_member(role=Role.COORDINATOR, region=SUBDISTRICT)

    answer = await api.do(local, "assignTask", CLAIM, **offer(await make_task(), await driver(region=REGENCY)))

    assert (answer["claim"]["status"], answer["claim"]["member"]) == ("OFFERED", {"name": "Sri"})


async def test_a_member_who_left_is_not_found(api: Api) -> None:
    values = offer(await make_task(), await driver(active=False))

    assert await refused(api, await coordinator(), "assignTask", **values) == NOT_FOUND


@reaches("TaskAlreadyClaimed", "assignTask")
async def test_a_task_without_a_free_slot_is_told_as_it_is_now(api: Api) -> None:
    task = await make_task(number=4821, status=TaskStatus.FILLED)
    await make_claim(task, await make_member())

    answer = await refused(api, await coordinator(), "assignTask", **offer(task, await driver()))

    assert answer == refusal(
        "TaskAlreadyClaimed",
        "TASK_ALREADY_CLAIMED",
        id="Tugas ini sudah diambil relawan lain. Terima kasih atas kesediaan Anda.",
        en="This task has been taken by another volunteer. Thank you for being ready.",
        task={"number": 4821, "status": "FILLED"},
    )


@reaches("InvalidTransition", "assignTask")
async def test_a_draft_is_published_before_it_is_offered(api: Api) -> None:
    task = await make_task(status=TaskStatus.DRAFT)

    answer = await refused(api, await coordinator(), "assignTask", **offer(task, await driver()))

    assert answer == invalid_transition("DRAFT", "OPEN")


@reaches("NotEligible", "assignTask")
async def test_who_has_the_task_already_is_not_offered_it_again(api: Api) -> None:
    task, sri = await make_task(slots=2), await driver()
    await make_claim(task, sri)

    answer = await refused(api, await coordinator(), "assignTask", **offer(task, sri, reason="x"))

    assert answer == not_eligible("ALREADY_CLAIMED", id="sudah memegang tugas ini", en="already holds this task")


@reaches("ScheduleConflict", "assignTask")
async def test_a_task_the_member_holds_at_that_time_is_named(api: Api) -> None:
    first, sri = await make_task(number=4821), await driver()
    await make_claim(first, sri)
    second = await make_task(starts_at=first.ends_at - timedelta(minutes=1))

    assert await refused(api, await coordinator(), "assignTask", **offer(second, sri)) == refusal(
        "ScheduleConflict",
        "SCHEDULE_CONFLICT",
        id="Waktunya bertabrakan dengan tugas lain yang Anda pegang.",
        en="Its time overlaps another task you hold.",
        conflictingTask={"number": 4821},
    )


async def test_one_the_caller_may_not_know_of_makes_the_member_busy_and_is_not_named(api: Api) -> None:
    sri = await driver()
    await add_membership(sri, Role.VOLUNTEER, OTHER_REGENCY)
    far_task = await make_task(await make_case(await make_patient(region=OTHER_VILLAGE)))
    await make_claim(far_task, sri)

    answer = await refused(api, await coordinator(), "assignTask", **offer(await make_task(), sri))

    assert answer == BUSY


@reaches("InvalidInput", "assignTask")
async def test_an_organisation_the_member_is_not_in_names_its_field(api: Api) -> None:
    values = offer(await make_task(), await driver(), organizationId=id_of(await make_organization()))

    assert await refused(api, await coordinator(), "assignTask", **values) == invalid_input(
        (
            "organizationId",
            "Pilih organisasi tempat relawan ini terdaftar.",
            "Choose an organisation the volunteer belongs to.",
        )
    )


@reaches("IdempotencyKeyReused", "assignTask")
async def test_the_same_key_for_another_member_is_refused(api: Api) -> None:
    caller, task = await coordinator(), await make_task(slots=2)
    await api.do(caller, "assignTask", **offer(task, await driver(), idempotencyKey="k1"))

    assert await refused(api, caller, "assignTask", **offer(task, await driver(), idempotencyKey="k1")) == KEY_REUSED
    assert await Claim.all().count() == 1


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.DESK_OFFICER, Role.ADMIN])
async def test_other_roles_assign_nobody(api: Api, role: Role) -> None:
    caller = await make_member(role=role)

    assert await refused(api, caller, "assignTask", **offer(await make_task(), await driver())) == NOT_ALLOWED
