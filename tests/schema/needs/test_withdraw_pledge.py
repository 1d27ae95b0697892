"""withdrawPledge through the API."""

from kurir_api.models import Account, LedgerEntry, Member, Organization, Pledge, Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, make_member, make_need, make_pledge
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused

PLEDGE = "pledge { amount settled withdrawnAt need { pledged closedAt } } remaining"


async def reviewer_of(pledge: Pledge) -> Member:
    """Another one than who made it."""
    organization = await Organization.get(id=pledge.organization_id)
    return await make_member(role=Role.PARTNER_REVIEWER, organization=organization)


@reaches("PledgeSuccess", "withdrawPledge")
async def test_what_is_not_settled_is_taken_back_and_the_need_opens_again(api: Api) -> None:
    need = await make_need(amount=100_000)
    pledge = await make_pledge(need, settled=30_000)

    answer = await done(api, await reviewer_of(pledge), "withdrawPledge", PLEDGE, pledgeId=id_of(pledge))

    assert answer["remaining"] == 70_000
    assert answer["pledge"]["withdrawnAt"] is not None
    assert (answer["pledge"]["amount"], answer["pledge"]["settled"]) == (30_000, 30_000)
    assert answer["pledge"]["need"] == {"pledged": 30_000, "closedAt": None}
    booked = await LedgerEntry.filter(pledge_id=pledge.id).order_by("amount").values_list("account", "amount")
    assert booked == [(Account.COVERED, -70_000), (Account.PLEDGED, 70_000)]


@reaches("NotFound", "withdrawPledge")
async def test_in_another_regency_a_promise_is_not_found(api: Api) -> None:
    stranger = await make_member(role=Role.PARTNER_REVIEWER, region=OTHER_REGENCY)
    assert await refused(api, stranger, "withdrawPledge", pledgeId=id_of(await make_pledge())) == NOT_FOUND


@reaches("NotAllowed", "withdrawPledge")
async def test_another_partner_sees_the_promise_and_may_not(api: Api) -> None:
    other = await make_member(role=Role.PARTNER_REVIEWER)
    assert await refused(api, other, "withdrawPledge", pledgeId=id_of(await make_pledge())) == NOT_ALLOWED


@reaches("InvalidInput", "withdrawPledge")
async def test_of_a_settled_promise_nothing_is_left_to_take_back(api: Api) -> None:
    pledge = await make_pledge(settled=100_000)
    assert await refused(api, await reviewer_of(pledge), "withdrawPledge", pledgeId=id_of(pledge)) == invalid_input(
        (
            "pledgeId",
            "Tidak ada yang bisa ditarik: seluruhnya sudah dipakai atau sudah ditarik.",
            "Nothing is left to withdraw: all of it is settled, or was withdrawn before.",
        )
    )


@reaches("IdempotencyKeyReused", "withdrawPledge")
async def test_the_same_key_for_another_promise_is_refused(api: Api) -> None:
    pledge = await make_pledge()
    other = await make_pledge(organization=await Organization.get(id=pledge.organization_id))
    reviewer = await reviewer_of(pledge)
    await api.do(reviewer, "withdrawPledge", pledgeId=id_of(pledge), idempotencyKey="k")
    assert await refused(api, reviewer, "withdrawPledge", pledgeId=id_of(other), idempotencyKey="k") == KEY_REUSED
