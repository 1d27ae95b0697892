"""startClaim, completeClaim, releaseClaim, acceptOffer, declineOffer, revokeClaim, reportNoShow through the API."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kurir_api.models import Capability, Claim, ClaimStatus, Member, Role, TaskStatus
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
    not_eligible,
    reaches,
    refused,
)

BY_HOLDERS = ("startClaim", "completeClaim", "releaseClaim", "acceptOffer", "declineOffer")
BY_COORDINATORS = ("revokeClaim", "reportNoShow")
ALL = (*BY_HOLDERS, *BY_COORDINATORS)
READY = {
    "startClaim": ClaimStatus.HELD,
    "completeClaim": ClaimStatus.IN_PROGRESS,
    "releaseClaim": ClaimStatus.HELD,
    "acceptOffer": ClaimStatus.OFFERED,
    "declineOffer": ClaimStatus.OFFERED,
    "revokeClaim": ClaimStatus.HELD,
    "reportNoShow": ClaimStatus.HELD,
}
"""A state from which the action is possible."""


async def claimed(status: ClaimStatus, **task: Any) -> tuple[Member, Claim]:
    """A driver, and their claim of a filled task."""
    task_status = TaskStatus.IN_PROGRESS if status is ClaimStatus.IN_PROGRESS else TaskStatus.FILLED
    driver = await make_member("Sri", capabilities=("AMBULANCE_LICENCE",))
    return driver, await make_claim(await make_task(status=task_status, **task), driver, status)


async def prepared(action: str) -> tuple[Member, Claim]:
    """Who may take the action, and a claim that is ready for it."""
    driver, claim = await claimed(READY[action])
    return (await make_member("Kus", Role.COORDINATOR) if action in BY_COORDINATORS else driver), claim


@reaches("ClaimActionSuccess", *ALL)
@pytest.mark.parametrize(
    ("action", "claim_after", "task_after", "open_slots"),
    [
        ("startClaim", "IN_PROGRESS", "IN_PROGRESS", 0),
        ("completeClaim", "COMPLETED", "DONE", 0),
        ("releaseClaim", "RELEASED", "OPEN", 1),
        ("acceptOffer", "HELD", "FILLED", 0),
        ("declineOffer", "DECLINED", "OPEN", 1),
        ("revokeClaim", "REVOKED", "OPEN", 1),
        ("reportNoShow", "NO_SHOW", "OPEN", 1),
    ],
)
async def test_the_answer_is_the_claim_with_its_task_afterwards(
    api: Api, action: str, claim_after: str, task_after: str, open_slots: int
) -> None:
    caller, claim = await prepared(action)

    answer = await done(
        api,
        caller,
        action,
        "claim { status member { name } task { status openSlots } }",
        claimId=id_of(claim),
        note="Ban kempis",
    )

    assert answer == {
        "__typename": "ClaimActionSuccess",
        "claim": {
            "status": claim_after,
            "member": {"name": "Sri"},
            "task": {"status": task_after, "openSlots": open_slots},
        },
    }


async def claimed_two_hours_ago() -> tuple[Member, Claim, datetime]:
    """A driver, their claim, and when it was claimed, to the second."""
    driver, claim = await claimed(ClaimStatus.HELD)
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    await Claim.filter(id=claim.id).update(claimed_at=at)
    return driver, claim, at


async def test_what_was_done_offline_counts_from_when_it_was_done_and_where(api: Api) -> None:
    driver, claim, claimed_at = await claimed_two_hours_ago()
    at = (claimed_at + timedelta(hours=1)).isoformat()

    answer = await done(
        api,
        driver,
        "startClaim",
        "claim { startedAt member { location { latitude longitude } locationAt } }",
        claimId=id_of(claim),
        at=at,
        location={"latitude": -7.39, "longitude": 109.24},
    )

    place = {"latitude": -7.39, "longitude": 109.24}
    assert answer["claim"] == {"startedAt": at, "member": {"location": place, "locationAt": at}}


async def test_whom_a_coordinator_chose_for_a_reason_can_do_the_job_whatever_is_missing(api: Api) -> None:
    """A desk officer who is no volunteer, and whose licence is being printed."""
    task, member = await make_task(), await make_member(role=Role.DESK_OFFICER)
    offered = await api.do(
        await make_member(role=Role.COORDINATOR),
        "assignTask",
        "claim { id }",
        taskId=id_of(task),
        memberId=id_of(member),
        reason="SIM sedang dicetak",
    )

    reached = [
        (await api.do(member, action, "claim { status }", claimId=offered["claim"]["id"]))["claim"]["status"]
        for action in ("acceptOffer", "startClaim", "completeClaim")
    ]

    assert reached == ["HELD", "IN_PROGRESS", "COMPLETED"]


@reaches("NotFound", *BY_HOLDERS)
@pytest.mark.parametrize("action", BY_HOLDERS)
async def test_a_strangers_claim_is_not_found(api: Api, action: str) -> None:
    _, claim = await claimed(READY[action])

    assert await refused(api, await make_member(), action, claimId=id_of(claim)) == NOT_FOUND


@reaches("NotFound", *BY_COORDINATORS)
@pytest.mark.parametrize("action", BY_COORDINATORS)
async def test_a_claim_in_another_regency_is_not_found(api: Api, action: str) -> None:
    _, claim = await claimed(ClaimStatus.HELD)
    elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await refused(api, elsewhere, action, claimId=id_of(claim), note="x") == NOT_FOUND


@pytest.mark.parametrize("action", ALL)
async def test_an_id_that_is_no_claims_is_not_found(api: Api, action: str) -> None:
    caller, claim = await prepared(action)

    for other in (id_of(claim.task), "no id"):
        assert await refused(api, caller, action, claimId=other) == NOT_FOUND


@reaches("NotAllowed", *BY_HOLDERS)
@pytest.mark.parametrize("action", BY_HOLDERS)
async def test_only_the_holder_may_and_nobody_who_shares_the_task(api: Api, action: str) -> None:
    _, claim = await claimed(READY[action], slots=2)
    fellow = await make_member()
    await make_claim(claim.task, fellow)

    assert await refused(api, fellow, action, claimId=id_of(claim)) == NOT_ALLOWED


@reaches("NotAllowed", *BY_COORDINATORS)
@pytest.mark.parametrize("action", BY_COORDINATORS)
async def test_the_holder_may_only_release(api: Api, action: str) -> None:
    driver, claim = await claimed(ClaimStatus.HELD)

    assert await refused(api, driver, action, claimId=id_of(claim), note="x") == NOT_ALLOWED


@reaches("InvalidTransition", *ALL)
@pytest.mark.parametrize(
    ("action", "status", "allowed"),
    [
        ("startClaim", ClaimStatus.IN_PROGRESS, ("HELD",)),
        ("completeClaim", ClaimStatus.HELD, ("IN_PROGRESS",)),
        ("releaseClaim", ClaimStatus.IN_PROGRESS, ("HELD",)),
        ("acceptOffer", ClaimStatus.DECLINED, ("OFFERED",)),
        ("declineOffer", ClaimStatus.HELD, ("OFFERED",)),
        ("revokeClaim", ClaimStatus.COMPLETED, ("OFFERED", "HELD", "IN_PROGRESS")),
        ("reportNoShow", ClaimStatus.OFFERED, ("HELD", "IN_PROGRESS")),
    ],
)
async def test_another_state_says_from_which_it_would_be_possible(
    api: Api, action: str, status: ClaimStatus, allowed: tuple[str, ...]
) -> None:
    driver, claim = await claimed(status)
    caller = await make_member(role=Role.COORDINATOR) if action in BY_COORDINATORS else driver

    answer = await refused(api, caller, action, claimId=id_of(claim), note="x")

    assert answer == invalid_transition(status, *allowed)


@reaches("NotEligible", "startClaim")
async def test_a_licence_that_lapsed_since_the_claim_stops_the_start(api: Api) -> None:
    driver, claim = await claimed(ClaimStatus.HELD)
    await Capability.filter(member=driver).update(valid_until=date(2026, 11, 22))

    assert await refused(api, driver, "startClaim", claimId=id_of(claim)) == not_eligible(
        "CAPABILITY_EXPIRED",
        id="masa berlaku keahlian habis sebelum tugas selesai",
        en="a required capability expires before the task ends",
    )


@reaches("InvalidInput", *ALL)
@pytest.mark.parametrize("action", ALL)
async def test_what_is_in_the_future_or_too_long_names_its_field(api: Api, action: str) -> None:
    caller, claim = await prepared(action)

    answer = await refused(
        api, caller, action, claimId=id_of(claim), at="2099-01-01T00:00:00+07:00", note="x" * 2_001
    )

    assert answer == invalid_input(
        ("note", "Paling banyak 2000 karakter.", "At most 2000 characters."),
        ("at", "Waktunya di masa depan; periksa jam ponsel.", "In the future; check the phone's clock."),
    )


async def test_an_action_before_what_had_to_come_first_names_its_time(api: Api) -> None:
    driver, claim, claimed_at = await claimed_two_hours_ago()

    at = (claimed_at - timedelta(minutes=6)).isoformat()
    answer = await refused(api, driver, "startClaim", claimId=id_of(claim), at=at)

    assert answer == invalid_input(("at", "Lebih awal dari langkah sebelumnya.", "Earlier than the step before it."))


async def test_a_place_outside_indonesia_names_its_field(api: Api) -> None:
    driver, claim = await claimed(ClaimStatus.HELD)

    answer = await refused(
        api, driver, "startClaim", claimId=id_of(claim), location={"latitude": 52.5, "longitude": 13.4}
    )

    assert answer == invalid_input(
        (
            "location",
            "Titik ini di luar Indonesia; periksa lintang (-11,5 sampai 6,5) dan bujur (94 sampai 142).",
            "This point is outside Indonesia; check latitude (-11.5 to 6.5) and longitude (94 to 142).",
        )
    )


async def test_revoking_needs_a_note_that_says_why(api: Api) -> None:
    coordinator, claim = await prepared("revokeClaim")

    answer = await refused(api, coordinator, "revokeClaim", claimId=id_of(claim), note="  ")

    assert answer == invalid_input(("note", "Tulis alasannya.", "Say why."))


@reaches("IdempotencyKeyReused", *ALL)
@pytest.mark.parametrize("action", ALL)
async def test_the_same_key_with_another_note_is_refused(api: Api, action: str) -> None:
    caller, claim = await prepared(action)
    await api.do(caller, action, claimId=id_of(claim), note="Ban kempis", idempotencyKey="k1")

    answer = await refused(api, caller, action, claimId=id_of(claim), note="Hujan", idempotencyKey="k1")

    assert answer == KEY_REUSED
