"""What a case has cost: the desk sees all of it, others what is theirs to see."""

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import Case, Claim, CostStatus, Role
from kurir_api.services.cases.spending import spent_on
from tests.counting import Statements
from tests.factories import (
    OTHER_REGENCY,
    SUBDISTRICT,
    add_membership,
    make_case,
    make_claim,
    make_cost,
    make_member,
    make_organization,
    make_task,
    principal_for,
)

pytestmark = pytest.mark.usefixtures("db")


async def helped(case: Case, **values) -> Claim:
    """A claim of a task of its own for the case."""
    return await make_claim(await make_task(case), await make_member(), **values)


@pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.COORDINATOR])
async def test_the_desk_sees_the_sum_of_all_tasks_case_by_case(role: Role) -> None:
    first, second, unspent = [await make_case() for _ in range(3)]
    one, other, elsewhere = await helped(first), await helped(first), await helped(second)
    await make_cost(one, 50_000)
    await make_cost(one, 12_500)
    await make_cost(other, 1)
    await make_cost(elsewhere, 9_007_199_254_740_991)

    spent = await spent_on(await principal_for(role), [first.id, second.id, unspent.id])

    assert spent == {first.id: 62_501, second.id: 9_007_199_254_740_991}


async def test_only_the_cases_asked_for_are_summed() -> None:
    case, other = await make_case(), await make_case()
    for one in (case, other):
        await make_cost(await helped(one), 50_000)

    assert await spent_on(await principal_for(Role.COORDINATOR), [case.id]) == {case.id: 50_000}
    assert await spent_on(await principal_for(Role.COORDINATOR), []) == {}


@pytest.mark.parametrize("status", list(CostStatus))
async def test_rejected_and_void_costs_were_never_spent(status: CostStatus) -> None:
    case = await make_case()
    await make_cost(await helped(case), 50_000, status=status)

    spent = await spent_on(await principal_for(Role.COORDINATOR), [case.id])

    assert spent == ({} if status in {"REJECTED", "VOID"} else {case.id: 50_000})


async def test_gifts_count_at_their_value() -> None:
    case = await make_case()
    claim = await helped(case)
    await make_cost(claim, 50_000)
    await make_cost(claim, 75_000, in_kind=True)

    assert await spent_on(await principal_for(Role.COORDINATOR), [case.id]) == {case.id: 125_000}


async def test_a_volunteer_sees_what_they_spent_themselves() -> None:
    case = await make_case()
    mine, theirs = await helped(case), await helped(case)
    await make_cost(mine, 50_000)
    await make_cost(theirs, 70_000)

    assert await spent_on(await principal_of_member(mine.member_id), [case.id]) == {case.id: 50_000}


async def test_a_reviewer_sees_what_the_own_organisation_spent() -> None:
    case, own = await make_case(), await make_organization("Lazis Serayu")
    await make_cost(await helped(case, organization=own), 50_000)
    await make_cost(await helped(case), 70_000)

    reviewer = await principal_for(Role.PARTNER_REVIEWER, organization=own)

    assert await spent_on(reviewer, [case.id]) == {case.id: 50_000}


async def test_what_one_sees_for_two_reasons_counts_once() -> None:
    case, own = await make_case(), await make_organization("Lazis Serayu")
    claim = await helped(case, organization=own)
    await make_cost(claim, 50_000)
    member = await claim.member
    await add_membership(member, Role.PARTNER_REVIEWER, organization=own)
    await add_membership(member, Role.COORDINATOR)
    await add_membership(member, Role.DESK_OFFICER, SUBDISTRICT)

    assert await spent_on(await principal_of_member(member.id), [case.id]) == {case.id: 50_000}


@pytest.mark.parametrize("region", ["33.02.24", OTHER_REGENCY])
async def test_another_places_desk_sees_nothing(region: str) -> None:
    case = await make_case()
    await make_cost(await helped(case))

    assert await spent_on(await principal_for(Role.COORDINATOR, region=region), [case.id]) == {}


async def test_many_cases_cost_one_statement() -> None:
    cases = [await make_case() for _ in range(8)]
    for case in cases:
        await make_cost(await helped(case), 50_000)
    coordinator = await principal_for(Role.COORDINATOR)

    with Statements() as statements:
        spent = await spent_on(coordinator, [case.id for case in cases])

    assert len(statements) == 1
    assert spent == {case.id: 50_000 for case in cases}
