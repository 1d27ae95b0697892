"""handOverClaim through the API."""

from datetime import UTC, datetime, timedelta

from kurir_api.models import Claim, ClaimStatus, Member, Role
from tests.api import Api
from tests.factories import make_claim, make_member, make_organization, make_task
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

LICENCE = ("AMBULANCE_LICENCE",)
HAND_OVER = "handOverClaim"


async def held(status: ClaimStatus = ClaimStatus.HELD) -> tuple[Member, Member, Claim]:
    """Sri, who has the claim; Budi of the same partner, who could take it over; the claim."""
    partner = await make_organization()
    sri = await make_member("Sri", organization=partner, capabilities=LICENCE)
    budi = await make_member("Budi", organization=partner, capabilities=LICENCE)
    task = await make_task(status="FILLED", starts_at=datetime.now(UTC) + timedelta(hours=22))
    return sri, budi, await make_claim(task, sri, status, partner)


@reaches("ClaimActionSuccess", HAND_OVER)
async def test_the_claim_stays_held_until_the_other_accepts_and_then_is_theirs(api: Api) -> None:
    sri, budi, claim = await held()

    offered = await done(
        api,
        sri,
        HAND_OVER,
        "claim { status task { openSlots claims { status member { name } takesOver { member { name } } } } }",
        claimId=id_of(claim),
        toMemberId=id_of(budi),
    )
    offer = await Claim.get(takes_over_id=claim.id)
    accepted = await done(
        api,
        budi,
        "acceptOffer",
        "claim { status takesOver { status } task { status openSlots } }",
        claimId=id_of(offer),
    )

    assert offered["claim"] == {
        "status": "HELD",
        "task": {
            "openSlots": 0,
            "claims": [
                {"status": "HELD", "member": {"name": "Sri"}, "takesOver": None},
                {"status": "OFFERED", "member": {"name": "Budi"}, "takesOver": {"member": {"name": "Sri"}}},
            ],
        },
    }
    assert accepted["claim"] == {
        "status": "HELD",
        "takesOver": {"status": "HANDED_OVER"},
        "task": {"status": "FILLED", "openSlots": 0},
    }


@reaches("NotFound", HAND_OVER)
async def test_a_claim_or_member_one_does_not_know_is_not_found(api: Api) -> None:
    sri, budi, claim = await held()
    stranger = await make_member(capabilities=LICENCE)

    assert await refused(api, stranger, HAND_OVER, claimId=id_of(claim), toMemberId=id_of(budi)) == NOT_FOUND
    assert await refused(api, sri, HAND_OVER, claimId=id_of(claim), toMemberId=id_of(stranger)) == NOT_FOUND


@reaches("NotAllowed", HAND_OVER)
async def test_an_officer_of_the_desk_may_not(api: Api) -> None:
    _, budi, claim = await held()
    desk = await make_member(role=Role.DESK_OFFICER)

    assert await refused(api, desk, HAND_OVER, claimId=id_of(claim), toMemberId=id_of(budi)) == NOT_ALLOWED


@reaches("InvalidTransition", HAND_OVER)
async def test_what_was_started_is_not_handed_over(api: Api) -> None:
    sri, budi, claim = await held(ClaimStatus.IN_PROGRESS)

    answer = await refused(api, sri, HAND_OVER, claimId=id_of(claim), toMemberId=id_of(budi))

    assert answer == invalid_transition("IN_PROGRESS", "HELD")


@reaches("NotEligible", HAND_OVER)
async def test_nobody_takes_over_without_what_the_task_needs(api: Api) -> None:
    sri, budi, claim = await held()
    await budi.fetch_related("capabilities")
    for capability in budi.capabilities:
        await capability.delete()

    answer = await refused(api, sri, HAND_OVER, claimId=id_of(claim), toMemberId=id_of(budi))

    assert answer == not_eligible(
        "CAPABILITY_MISSING",
        id="keahlian yang diperlukan belum tercatat",
        en="a required capability is missing",
    )


@reaches("ScheduleConflict", HAND_OVER)
async def test_a_task_in_the_way_is_named_to_those_who_may_know_of_it(api: Api) -> None:
    sri, budi, claim = await held()
    other = await make_task(starts_at=claim.starts_at)
    await make_claim(other, budi)

    answer = await refused(api, sri, HAND_OVER, claimId=id_of(claim), toMemberId=id_of(budi))

    assert answer == refusal(
        "ScheduleConflict",
        "SCHEDULE_CONFLICT",
        id="Waktunya bertabrakan dengan tugas lain yang Anda pegang.",
        en="Its time overlaps another task you hold.",
        conflictingTask={"number": other.number},
    )


@reaches("InvalidInput", HAND_OVER)
@reaches("IdempotencyKeyReused", HAND_OVER)
async def test_a_key_is_for_one_hand_over(api: Api) -> None:
    sri, budi, claim = await held()
    asked = {"claimId": id_of(claim), "toMemberId": id_of(budi)}
    assert await refused(api, sri, HAND_OVER, **asked, idempotencyKey="") == invalid_input(
        ("idempotencyKey", "Panjangnya 1 sampai 200 karakter.", "Use 1 to 200 characters.")
    )
    await done(api, sri, HAND_OVER, "claim { id }", **asked)

    other = asked | {"toMemberId": id_of(sri)}

    assert await refused(api, sri, HAND_OVER, **other, idempotencyKey="the first try") == KEY_REUSED
