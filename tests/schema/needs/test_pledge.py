"""pledge through the API."""

import pytest

from kurir_api.models import Member, Need, Role
from tests.api import Answer, Api
from tests.factories import (
    OTHER_VILLAGE,
    make_case,
    make_member,
    make_need,
    make_organization,
    make_patient,
    make_task,
)
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused, unknown

PLEDGE = """pledge {
  amount inKind settled withdrawnAt organization { name } need { pledged remaining closedAt }
} remaining"""


@pytest.fixture
async def reviewer(api: Api) -> Member:
    """Of Lazis Serayu."""
    lazis = await make_organization("Lazis Serayu")
    return await make_member(role=Role.PARTNER_REVIEWER, organization=lazis)


async def own_partner(reviewer: Member) -> str:
    return id_of((await reviewer.memberships.all().select_related("organization"))[0].organization)


async def of(need: Need, reviewer: Member, **values: object) -> Answer:
    """A promise of 100,000 rupiah by the reviewer's partner."""
    return {
        "caseId": id_of(await need.case),
        "organizationId": await own_partner(reviewer),
        "amount": 100_000,
    } | values


@reaches("PledgeSuccess", "pledge")
async def test_a_reviewer_promises_for_the_partner(api: Api, reviewer: Member) -> None:
    need = await make_need(amount=250_000)

    answer = await done(api, reviewer, "pledge", PLEDGE, **await of(need, reviewer))

    assert answer["remaining"] == 150_000
    assert answer["pledge"] == {
        "amount": 100_000,
        "inKind": False,
        "settled": 0,
        "withdrawnAt": None,
        "organization": {"name": "Lazis Serayu"},
        "need": {"pledged": 100_000, "remaining": 150_000, "closedAt": None},
    }


async def test_the_last_promise_closes_the_need(api: Api, reviewer: Member) -> None:
    task = await make_task()
    need = await make_need(task=task, amount=100_000)

    answer = await done(api, reviewer, "pledge", PLEDGE, **await of(need, reviewer, taskId=id_of(task), inKind=True))

    assert (answer["remaining"], answer["pledge"]["inKind"]) == (0, True)
    assert answer["pledge"]["need"]["closedAt"] is not None


@reaches("NotFound", "pledge")
async def test_for_a_reviewer_a_case_without_a_need_or_of_another_regency_does_not_exist(
    api: Api, reviewer: Member
) -> None:
    elsewhere = await make_case(await make_patient(region=OTHER_VILLAGE))
    await make_need(elsewhere)
    for case in (await make_case(), elsewhere):
        values = {"caseId": id_of(case), "organizationId": await own_partner(reviewer), "amount": 1}
        assert await refused(api, reviewer, "pledge", **values) == NOT_FOUND


@reaches("NotAllowed", "pledge")
async def test_nobody_promises_for_another_partner(api: Api, reviewer: Member) -> None:
    values = await of(await make_need(), reviewer, organizationId=id_of(await make_organization()))
    assert await refused(api, reviewer, "pledge", **values) == NOT_ALLOWED


@reaches("InvalidInput", "pledge")
async def test_more_than_remains_is_refused_with_what_does(api: Api, reviewer: Member) -> None:
    values = await of(await make_need(amount=99_999), reviewer)
    assert await refused(api, reviewer, "pledge", **values) == invalid_input(
        (
            "amount",
            "Yang belum dijanjikan tinggal Rp99.999; isi paling banyak sebanyak itu.",
            "Rp 99,999 remains to be pledged; give at most as much.",
        )
    )


async def test_what_is_no_partner_is_named(api: Api, reviewer: Member) -> None:
    values = await of(await make_need(), reviewer, organizationId="x")
    assert await refused(api, reviewer, "pledge", **values) == unknown("organizationId")


@reaches("IdempotencyKeyReused", "pledge")
async def test_the_same_key_with_another_amount_is_refused(api: Api, reviewer: Member) -> None:
    values = await of(await make_need(), reviewer, idempotencyKey="k")
    await api.do(reviewer, "pledge", **values)
    assert await refused(api, reviewer, "pledge", **values | {"amount": 1}) == KEY_REUSED
