"""What one may know of what members did."""

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import Member, Organization, Role
from kurir_api.services.contributions.members import own_totals, totals_of_members
from kurir_api.services.contributions.totals import Totals
from tests.counting import Statements
from tests.factories import OTHER_REGENCY, VILLAGE, make_member, make_organization, principal_for
from tests.services.contributions.scene import NOVEMBER, spent, worked

pytestmark = pytest.mark.usefixtures("db")

ALL = Totals(tasks=2, beneficiaries=2, minutes=120, distance_m=12_500, cost=85_000, in_kind=0)
FOR_LAZIS = Totals(tasks=1, beneficiaries=1, minutes=90, distance_m=12_000, cost=85_000, in_kind=0)


async def busy() -> tuple[Member, Organization]:
    """Somebody who did one task for each of two partners; and the first partner."""
    sri, lazis = await make_member("Sri"), await make_organization()
    await worked(lazis, sri, minutes=90, distance_m=12_000)
    await spent(lazis, sri, 85_000)
    await worked(await make_organization(), sri, minutes=30, distance_m=500)
    return sri, lazis


async def test_of_oneself_all() -> None:
    sri, _ = await busy()

    assert await own_totals(await principal_of_member(sri.id), NOVEMBER) == ALL


@pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.COORDINATOR, Role.ADMIN])
@pytest.mark.parametrize("region", ["33.02", VILLAGE])
async def test_the_office_what_was_done_in_its_region(role: Role, region: str) -> None:
    sri, _ = await busy()

    found = await totals_of_members(await principal_for(role, region=region), [sri.id], NOVEMBER)

    assert found == {sri.id: ALL}


async def test_a_reviewer_what_was_done_for_the_partner() -> None:
    sri, lazis = await busy()
    reviewer = await principal_for(Role.PARTNER_REVIEWER, organization=lazis)

    assert await totals_of_members(reviewer, [sri.id], NOVEMBER) == {sri.id: FOR_LAZIS}


@pytest.mark.parametrize(
    ("role", "region"),
    [
        (Role.VOLUNTEER, "33.02"),
        (Role.PARTNER_REVIEWER, "33.02"),
        (Role.PROGRAMME_OFFICER, "33.02"),
        (Role.COORDINATOR, OTHER_REGENCY),
        (Role.DESK_OFFICER, "33.02.24.1003"),
    ],
)
async def test_others_nothing(role: Role, region: str) -> None:
    sri, _ = await busy()

    assert await totals_of_members(await principal_for(role, region=region), [sri.id], NOVEMBER) == {}


async def test_whoever_did_nothing_has_zeros() -> None:
    assert await own_totals(await principal_for(), NOVEMBER) == Totals()


async def test_many_members_cost_no_more_statements_than_one() -> None:
    coordinator = await principal_for(Role.COORDINATOR)
    ids = [(await busy())[0].id for _ in range(3)]

    with Statements() as sent:
        found = await totals_of_members(coordinator, ids, NOVEMBER)

    assert found == dict.fromkeys(ids, ALL)
    assert len(sent) == 2
