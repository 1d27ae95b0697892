"""Whom alerts reach and how fast: per member and per partner, for those whose members they are."""

from datetime import datetime, timedelta

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import InvalidInput
from kurir_api.models import Drill, Member, Role
from kurir_api.services.drills.reachability import Reach, by_member, by_organization, checked_days
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    SUBDISTRICT,
    add_membership,
    make_member,
    make_organization,
    principal_for,
)

pytestmark = pytest.mark.usefixtures("db")
SINCE = NOW - timedelta(days=28)
AN_HOUR_AGO = NOW - timedelta(hours=1)


async def drill(member: Member, answered_after: float | None = None, sent_at: datetime = AN_HOUR_AGO) -> None:
    received_at = None if answered_after is None else sent_at + timedelta(seconds=answered_after)
    await Drill.create(regency_code=member.regency_code, member=member, sent_at=sent_at, received_at=received_at)


async def members(principal: Principal, region: str | None = None) -> list[Reach]:
    return await by_member(principal, region, SINCE, NOW)


async def test_of_each_member_the_share_reached_and_the_median_time_worst_first() -> None:
    deaf, slow, quick = await make_member(), await make_member(), await make_member()
    for seconds in (None, None):
        await drill(deaf, seconds)
    for seconds in (100, 300, 200, None):
        await drill(slow, seconds)
    await drill(quick, 4)

    assert await members(await principal_for(Role.COORDINATOR)) == [
        Reach(deaf.id, 2, 0, None),
        Reach(slow.id, 4, 3, 200.0),
        Reach(quick.id, 1, 1, 4.0),
    ]
    assert [reach.share for reach in await members(await principal_for(Role.COORDINATOR))] == [0, 0.75, 1]


async def test_after_an_hour_an_answer_is_too_late() -> None:
    member = await make_member()
    await drill(member, 3600)
    await drill(member, 3601, sent_at=NOW - timedelta(hours=2))

    assert await members(await principal_for(Role.COORDINATOR)) == [Reach(member.id, 2, 1, 3600.0)]


async def test_a_drill_that_still_has_time_counts_only_once_it_is_answered() -> None:
    waiting, answered = await make_member(), await make_member()
    for member, seconds in ((waiting, None), (answered, 5)):
        await drill(member, seconds, sent_at=NOW - timedelta(minutes=59))

    assert await members(await principal_for(Role.COORDINATOR)) == [Reach(answered.id, 1, 1, 5.0)]


async def test_what_is_older_does_not_count() -> None:
    member = await make_member()
    await drill(member, 5, sent_at=SINCE - timedelta.resolution)

    assert await members(await principal_for(Role.COORDINATOR)) == []


async def test_of_each_partner_all_its_members_together() -> None:
    first, second = await make_organization("Lazismu"), await make_organization("Tagana")
    both = await make_member(organization=first)
    await add_membership(both, Role.VOLUNTEER, organization=second)
    other = await make_member(organization=first)
    await drill(both, 10)
    await drill(other, None)

    found = await by_organization(await principal_for(Role.COORDINATOR), None, SINCE, NOW)

    assert found == [Reach(first.id, 2, 1, 10.0), Reach(second.id, 1, 1, 10.0)]


async def test_a_coordinator_sees_the_own_region_only() -> None:
    near, far = await make_member(region=SUBDISTRICT), await make_member(region=OTHER_REGENCY)
    await drill(near, 1)
    await drill(far, 1)

    assert [r.about_id for r in await members(await principal_for(Role.COORDINATOR, region=SUBDISTRICT))] == [near.id]
    assert [r.about_id for r in await members(await principal_for(Role.COORDINATOR, region=OTHER_REGENCY))] == [
        far.id
    ]


async def test_a_reviewer_sees_the_own_partners_members_only() -> None:
    own = await make_organization()
    mine, anothers = await make_member(organization=own), await make_member()
    await drill(mine, 1)
    await drill(anothers, 1)
    reviewer = await principal_of_member((await make_member(role=Role.PARTNER_REVIEWER, organization=own)).id)

    assert [reach.about_id for reach in await members(reviewer)] == [mine.id]
    assert [reach.about_id for reach in await by_organization(reviewer, None, SINCE, NOW)] == [own.id]


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.DESK_OFFICER, Role.PROGRAMME_OFFICER])
async def test_others_see_nobody(role: Role) -> None:
    await drill(await make_member(), 1)

    assert await members(await principal_for(role)) == []


async def test_a_region_narrows_it_down() -> None:
    inside, outside = await make_member(region=SUBDISTRICT), await make_member(region=REGENCY)
    await drill(inside, 1)
    await drill(outside, 1)
    coordinator = await principal_for(Role.COORDINATOR)

    assert [reach.about_id for reach in await members(coordinator, SUBDISTRICT)] == [inside.id]
    assert await members(coordinator, OTHER_REGENCY) == []
    assert await members(coordinator, "33.0") == []


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_period_is_a_year_at_most(days: int) -> None:
    with pytest.raises(InvalidInput):
        checked_days(days)
