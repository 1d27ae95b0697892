"""Every reason against a member, and which of them also forbid a claim."""

from datetime import UTC, date, datetime, timedelta
from math import inf, nextafter
from typing import Any
from uuid import UUID

import pytest
from geopy.distance import geodesic

from kurir_api.dispatch.eligibility import (
    CHECKS,
    EligibilityReason,
    Obstacles,
    Situation,
    claim_obstacles,
    claim_obstacles_many,
    reasons_against,
)
from kurir_api.dispatch.facts import load_facts
from kurir_api.dispatch.geo import Point
from kurir_api.errors import REASON_WORDS
from kurir_api.models import AlertStatus, Claim, ClaimStatus, Member, Region, Role, Task
from kurir_api.task_kinds import task_kinds
from kurir_api.transitions import move
from tests.counting import Statements
from tests.dispatch.verdicts import against
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    SUBDISTRICT,
    VILLAGE,
    add_membership,
    make_alert,
    make_claim,
    make_member,
    make_task,
    make_wave,
)

pytestmark = pytest.mark.usefixtures("db")

R = EligibilityReason
NOTHING = Obstacles((), None)
LICENSED = ("AMBULANCE_LICENCE",)
HOUR = timedelta(hours=1)


async def reasons(member: Member, task: Task, now: datetime = NOW, distance_m: float | None = 1000) -> tuple[R, ...]:
    """Every reason against alerting the member, at a distance that is near enough."""
    [facts] = await load_facts([member.id], [task.id], now)
    return reasons_against(Situation(task=task, facts=facts, distance_m=distance_m, now=now))


async def test_a_volunteer_of_the_region_with_what_the_kind_requires_has_nothing_against_him() -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    assert await reasons(member, task) == ()
    assert await claim_obstacles(member.id, task, NOW) == NOTHING


async def test_a_missing_capability_forbids_alert_and_claim() -> None:
    member, task = await make_member(capabilities=("FIRST_AID",)), await make_task()
    assert await reasons(member, task) == (R.CAPABILITY_MISSING,)
    assert await claim_obstacles(member.id, task, NOW) == Obstacles((R.CAPABILITY_MISSING,), None)


@pytest.mark.parametrize(
    ("valid_until", "ends_at", "found"),
    [
        # Tuesday 24 November begins in Banyumas at 17.00 UTC on the 23rd.
        (date(2026, 11, 23), datetime(2026, 11, 23, 16, 59, tzinfo=UTC), ()),
        (date(2026, 11, 23), datetime(2026, 11, 23, 17, 0, tzinfo=UTC), ()),
        (date(2026, 11, 23), datetime(2026, 11, 23, 17, 1, tzinfo=UTC), (R.CAPABILITY_EXPIRED,)),
        (date(2026, 11, 24), datetime(2026, 11, 23, 17, 1, tzinfo=UTC), ()),
        (date(2026, 11, 22), datetime(2026, 11, 23, 16, 0, tzinfo=UTC), (R.CAPABILITY_EXPIRED,)),
        (None, datetime(2036, 1, 1, tzinfo=UTC), ()),
    ],
)
async def test_a_capability_must_hold_through_the_last_local_day_of_the_window(
    valid_until: date | None, ends_at: datetime, found: tuple[R, ...]
) -> None:
    member = await make_member(capabilities={"AMBULANCE_LICENCE": valid_until})
    task = await make_task(starts_at=NOW, ends_at=ends_at)
    assert await reasons(member, task) == found
    assert await claim_obstacles(member.id, task, NOW) == Obstacles(found, None)


@pytest.mark.parametrize(
    ("zone", "found"),
    [("Asia/Jakarta", ()), ("Asia/Makassar", ()), ("Asia/Jayapura", (R.CAPABILITY_EXPIRED,))],
)
async def test_the_last_local_day_is_the_regencys(zone: str, found: tuple[R, ...]) -> None:
    member = await make_member(capabilities={"AMBULANCE_LICENCE": date(2026, 11, 23)})
    # Midnight is past in the east only: 22.30, 23.30 and 00.30.
    task = await make_task(starts_at=NOW, ends_at=datetime(2026, 11, 23, 15, 30, tzinfo=UTC))
    await Region.filter(code=task.regency_code).update(time_zone=zone)
    assert await against(member, task) == found
    assert await claim_obstacles(member.id, task, NOW) == Obstacles(found, None)


async def test_off_duty_stops_alerts_but_not_a_claim() -> None:
    member, task = await make_member(capabilities=LICENSED, available=False), await make_task()
    assert await reasons(member, task) == (R.OFF_DUTY,)
    assert await claim_obstacles(member.id, task, NOW) == NOTHING


@pytest.mark.parametrize(
    ("starts", "hours", "overlaps"), [(-4, 4, False), (-4, 5, True), (1, 1, True), (-1, 6, True), (4, 2, False)]
)
async def test_another_held_task_stands_in_the_way_when_the_half_open_windows_overlap(
    starts: int, hours: int, overlaps: bool
) -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    begin = task.starts_at + starts * HOUR
    other = await make_task(starts_at=begin, ends_at=begin + hours * HOUR)
    await make_claim(other, member)
    assert await reasons(member, task) == ((R.BUSY,) if overlaps else ())
    expected = Obstacles((R.BUSY,), other.id) if overlaps else NOTHING
    assert await claim_obstacles(member.id, task, NOW) == expected


@pytest.mark.parametrize(
    ("status", "binds"),
    [(status, status in {"OFFERED", "HELD", "IN_PROGRESS"}) for status in ClaimStatus],
)
async def test_only_live_claims_bind_a_members_time(status: ClaimStatus, binds: bool) -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    other = await make_task()
    await make_claim(other, member, status)
    assert (await claim_obstacles(member.id, task, NOW)).conflicting_task_id == (other.id if binds else None)


async def test_somebody_elses_claim_stands_in_nobodys_way() -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task()
    await make_claim(await make_task(), await make_member())
    assert await claim_obstacles(member.id, task, NOW) == NOTHING


@pytest.mark.parametrize(
    ("status", "holds"),
    [(status, status in {"OFFERED", "HELD", "IN_PROGRESS", "COMPLETED", "VERIFIED"}) for status in ClaimStatus],
)
async def test_a_member_whose_claim_takes_a_slot_has_the_task_already(status: ClaimStatus, holds: bool) -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task(slots=2)
    await make_claim(task, member, status)
    assert (R.ALREADY_CLAIMED in await reasons(member, task)) == holds
    assert await claim_obstacles(member.id, task, NOW) == Obstacles((R.ALREADY_CLAIMED,) if holds else (), None)


@pytest.mark.parametrize(
    ("status", "fell_away"),
    [
        (status, status in {"DECLINED", "RELEASED", "EXPIRED", "REVOKED", "NO_SHOW", "DISPUTED", "HANDED_OVER"})
        for status in ClaimStatus
    ],
)
async def test_whose_claim_fell_away_is_not_alerted_for_that_task_again_but_may_claim_it(
    status: ClaimStatus, fell_away: bool
) -> None:
    member, task, other = await make_member(capabilities=LICENSED), await make_task(slots=2), await make_task()
    await make_claim(task, member, status)
    assert (R.ALREADY_DECLINED in await reasons(member, task)) == fell_away
    assert R.ALREADY_DECLINED not in await reasons(member, other)
    assert R.ALREADY_DECLINED not in (await claim_obstacles(member.id, task, NOW)).reasons


@pytest.mark.parametrize(("action", "declined"), [("withdraw_hand_over", False), ("revoke", True)])
async def test_who_was_to_take_a_task_over_is_asked_like_others_when_the_offer_is_withdrawn_unanswered(
    action: str, declined: bool
) -> None:
    member, task = await make_member(capabilities=LICENSED), await make_task(slots=2)
    claim = await make_claim(task, await make_member())
    offer = await make_claim(task, member, ClaimStatus.OFFERED, takes_over_id=claim.id)

    await move(offer, action, None, reason="Salah orang")

    assert (await Claim.get(id=offer.id)).status == ClaimStatus.REVOKED
    assert (R.ALREADY_DECLINED in await reasons(member, task)) == declined


@pytest.mark.parametrize("kind", task_kinds())
async def test_beyond_the_largest_radius_of_the_kind_is_out_of_range_for_alerts_only(kind: str) -> None:
    radius = float(task_kinds()[kind].largest_radius_m)
    member = await make_member(capabilities=task_kinds()[kind].required_capabilities)
    task = await make_task(kind=kind)
    assert await reasons(member, task, distance_m=radius) == ()
    assert await reasons(member, task, distance_m=nextafter(radius, inf)) == (R.OUT_OF_RANGE,)
    assert await claim_obstacles(member.id, task, NOW) == NOTHING


@pytest.mark.parametrize(("metres", "found"), [(59_999, ()), (60_001, (R.OUT_OF_RANGE,))])
async def test_a_wave_reaches_as_far_as_the_largest_radius_along_the_ellipsoid(
    metres: int, found: tuple[R, ...]
) -> None:
    task = await make_task()
    home = geodesic(meters=metres).destination((task.latitude, task.longitude), bearing=70)
    member = await make_member(capabilities=LICENSED, home=(home.latitude, home.longitude))
    assert await against(member, task) == found


async def test_without_fresh_fix_or_home_the_location_is_unknown_which_stops_alerts_only() -> None:
    member, task = await make_member(capabilities=LICENSED, home=None), await make_task()
    assert await reasons(member, task, distance_m=None) == (R.NO_LOCATION,)
    assert await claim_obstacles(member.id, task, NOW) == NOTHING


@pytest.mark.parametrize(
    ("minutes", "home", "found"),
    [
        (30, None, ()),
        (31, None, (R.STALE_LOCATION,)),
        (31, (-7.4243, 109.2302), ()),
        (None, None, (R.NO_LOCATION,)),
        (None, (-7.4243, 109.2302), ()),
    ],
)
async def test_a_fix_older_than_thirty_minutes_counts_no_more_and_without_a_home_it_is_stale(
    minutes: int | None, home: tuple[float, float] | None, found: tuple[R, ...]
) -> None:
    fix: dict[str, Any] = {}
    if minutes is not None:
        fix = {"last_latitude": -7.5, "last_longitude": 109.3, "last_fix_at": NOW - timedelta(minutes=minutes)}
    member, task = await make_member(capabilities=LICENSED, home=home, **fix), await make_task()
    assert await against(member, task) == found
    assert await claim_obstacles(member.id, task, NOW) == NOTHING


async def test_a_declined_alert_stops_further_ones_for_that_task_only_and_no_claim() -> None:
    member, task, other = await make_member(capabilities=LICENSED), await make_task(), await make_task()
    await make_alert(await make_wave(task), member, status=AlertStatus.DECLINED)
    assert await reasons(member, task) == (R.ALREADY_DECLINED,)
    assert await reasons(member, other) == ()
    assert await claim_obstacles(member.id, task, NOW) == NOTHING


@pytest.mark.parametrize(
    ("role", "region", "inside"),
    [
        (Role.VOLUNTEER, VILLAGE, True),
        (Role.VOLUNTEER, SUBDISTRICT, True),
        (Role.VOLUNTEER, "33", True),
        (Role.VOLUNTEER, "33.02.24", False),
        (Role.VOLUNTEER, OTHER_REGENCY, False),
        (Role.COORDINATOR, VILLAGE, False),
        (Role.PARTNER_REVIEWER, VILLAGE, False),
    ],
)
async def test_only_a_volunteers_membership_over_the_region_brings_a_member_in(
    role: Role, region: str, inside: bool
) -> None:
    member, task = await make_member(capabilities=LICENSED, role=role, region=region), await make_task()
    found = () if inside else (R.OUT_OF_REGION,)
    assert await reasons(member, task) == found
    assert await claim_obstacles(member.id, task, NOW) == Obstacles(found, None)


async def test_one_of_several_memberships_is_enough() -> None:
    member, task = await make_member(capabilities=LICENSED, role=Role.COORDINATOR), await make_task()
    await add_membership(member, Role.VOLUNTEER, OTHER_REGENCY)
    assert await reasons(member, task) == (R.OUT_OF_REGION,)
    await add_membership(member, Role.VOLUNTEER, SUBDISTRICT)
    assert await reasons(member, task) == ()


@pytest.mark.parametrize(
    ("age", "place"),
    [
        (timedelta(0), Point(-7.5, 109.3)),
        (timedelta(minutes=30), Point(-7.5, 109.3)),
        (timedelta(minutes=30, microseconds=1), Point(-7.4243, 109.2302)),
    ],
)
async def test_a_member_is_where_the_last_fix_was_for_thirty_minutes_and_then_at_home(
    age: timedelta, place: Point
) -> None:
    member = await make_member(last_latitude=-7.5, last_longitude=109.3, last_fix_at=NOW - age)
    [facts] = await load_facts([member.id], [(await make_task()).id], NOW)
    assert facts.place == place


async def test_all_reasons_are_given_at_once_in_one_order() -> None:
    member = await make_member(role=None, home=None, available=False)
    task, other = await make_task(), await make_task()
    await make_claim(other, member)
    assert await reasons(member, task, distance_m=None) == (
        R.CAPABILITY_MISSING,
        R.OFF_DUTY,
        R.BUSY,
        R.NO_LOCATION,
        R.OUT_OF_REGION,
    )
    assert await claim_obstacles(member.id, task, NOW) == Obstacles(
        (R.CAPABILITY_MISSING, R.BUSY, R.OUT_OF_REGION), other.id
    )


async def test_the_obstacles_of_many_tasks_take_one_statement() -> None:
    member = await make_member()
    ambulance, visit, taken = await make_task(), await make_task(kind="POST_CARE"), await make_task(kind="POST_CARE")
    await make_claim(taken, member)
    with Statements() as statements:
        found: dict[UUID, Any] = await claim_obstacles_many(member.id, [ambulance, visit, taken], NOW)
    assert len(statements) == 1
    assert found == {
        ambulance.id: Obstacles((R.CAPABILITY_MISSING, R.BUSY), taken.id),
        visit.id: Obstacles((R.BUSY,), taken.id),
        taken.id: Obstacles((R.ALREADY_CLAIMED,), None),
    }


async def test_the_obstacles_of_no_tasks_are_none() -> None:
    assert await claim_obstacles_many((await make_member()).id, [], NOW) == {}


def test_every_reason_that_can_be_given_has_words() -> None:
    assert {check.reason for check in CHECKS} <= set(REASON_WORDS)
