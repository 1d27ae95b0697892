"""Candidates come in geopy's order, with their reasons, and without loading everybody."""

import random
from datetime import UTC, date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from geopy.distance import geodesic
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch import ranking
from kurir_api.dispatch.eligibility import EligibilityReason
from kurir_api.dispatch.facts import required_capabilities
from kurir_api.dispatch.ranking import rank, rank_many
from kurir_api.models import AlertStatus, Capability, Member, Membership, Organization, Role, Task, Urgency, new_id
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    make_alert,
    make_claim,
    make_member,
    make_organization,
    make_task,
    make_wave,
)

pytestmark = pytest.mark.usefixtures("db")

R = EligibilityReason
LICENSED = ("AMBULANCE_LICENCE",)


async def populate(count: int, chance: random.Random, organization: Organization) -> list[Member]:
    """Volunteers in Banyumas: some with a fresh fix, some with a stale one, some sharing a place, some nowhere."""
    members = []
    for number in range(count):
        member = Member(id=new_id(), regency_code=REGENCY, name=f"Relawan {number}", available=chance.random() < 0.9)
        member.phone = f"+62813{number:08}"
        shared = chance.choice(members) if members and chance.random() < 0.2 else None
        if shared:
            member.home_latitude, member.home_longitude = shared.home_latitude, shared.home_longitude
        elif chance.random() < 0.95:
            member.home_latitude, member.home_longitude = chance.uniform(-7.7, -7.2), chance.uniform(108.9, 109.6)
        if chance.random() < 0.5:
            member.last_latitude, member.last_longitude = chance.uniform(-7.7, -7.2), chance.uniform(108.9, 109.6)
            member.last_fix_at = NOW - timedelta(minutes=chance.choice([1, 29, 31, 600]))
        if chance.random() < 0.3:
            member.last_alerted_at = NOW - timedelta(hours=chance.randint(1, 3))
        if chance.random() < 0.2:
            member.quiet_from, member.quiet_to = time(8, 30, tzinfo=UTC), time(chance.choice([6, 10]), tzinfo=UTC)
        members.append(member)
    await Member.bulk_create(members)
    await Membership.bulk_create(
        Membership(
            regency_code=REGENCY,
            member_id=member.id,
            organization=organization,
            role=Role.VOLUNTEER,
            region_id=chance.choice([REGENCY, REGENCY, "33", "33.02.24"]),
        )
        for member in members
    )
    await Capability.bulk_create(
        Capability(
            regency_code=REGENCY,
            member_id=member.id,
            code="AMBULANCE_LICENCE",
            valid_until=chance.choice([None, date(2027, 1, 1), date(2026, 11, 23)]),
        )
        for member in members
        if chance.random() < 0.7
    )
    return members


def by_geopy(members: list[Member], task: Task) -> list[tuple[float, Any, UUID]]:
    """Every located member in order: metres, the longest unalerted first, id."""
    found = []
    for member in members:
        fresh = member.last_fix_at is not None and member.last_fix_at >= NOW - timedelta(minutes=30)
        place = (
            (member.last_latitude, member.last_longitude) if fresh else (member.home_latitude, member.home_longitude)
        )
        if place[0] is not None:
            metres = geodesic((task.latitude, task.longitude), place).meters
            alerted = member.last_alerted_at.timestamp() if member.last_alerted_at else 0.0
            found.append((metres, alerted, member.id))
    return sorted(found)


@pytest.mark.parametrize("seed", range(3))
async def test_a_thousand_members_are_ranked_as_brute_force_geopy_ranks_them(seed: int) -> None:
    task = await make_task()
    members = await populate(1000, random.Random(seed), await make_organization())
    located = by_geopy(members, task)

    everybody = await rank(task, limit=1000, now=NOW, include_ineligible=True)
    eligible = [one for one in everybody if not one.reasons]

    assert [one.member_id for one in everybody[: len(located)]] == [member for _, _, member in located]
    assert [one.distance_m for one in everybody[: len(located)]] == pytest.approx(
        [metres for metres, _, _ in located], abs=1e-8
    )
    assert [one.rank for one in everybody] == list(range(1, 1001))
    assert {one.distance_m for one in everybody[len(located) :]} == {None}
    assert 100 < len(eligible) < 500
    for limit in (1, 8, 50, 1000):
        ranked = await rank(task, limit=limit, now=NOW)
        assert [one.member_id for one in ranked] == [one.member_id for one in eligible[:limit]]
        assert [one.rank for one in ranked] == list(range(1, min(limit, len(eligible)) + 1))


async def test_a_short_list_is_the_head_of_the_long_one() -> None:
    task = await make_task()
    await populate(300, random.Random(9), await make_organization())
    long = await rank(task, limit=300, now=NOW, include_ineligible=True)
    for limit in (1, 2, 13, 100, 290):
        assert await rank(task, limit=limit, now=NOW, include_ineligible=True) == long[:limit]


async def test_at_equal_distances_the_longest_unalerted_comes_first_and_then_the_id() -> None:
    task = await make_task()
    lately = await make_member(capabilities=LICENSED, last_alerted_at=NOW - timedelta(hours=1))
    long_ago = await make_member(capabilities=LICENSED, last_alerted_at=NOW - timedelta(days=9))
    never = await make_member(capabilities=LICENSED)
    never_too = await make_member(capabilities=LICENSED)
    ranked = await rank(task, limit=10, now=NOW)
    assert [one.member_id for one in ranked] == [never.id, never_too.id, long_ago.id, lately.id]


async def test_a_candidate_says_in_both_languages_how_far_and_why() -> None:
    task = await make_task()
    member = await make_member("Slamet", capabilities=LICENSED)
    [candidate] = await rank(task, limit=10, now=NOW)
    assert (candidate.member_id, candidate.name, candidate.reasons) == (member.id, "Slamet", ())
    assert candidate.distance_m == pytest.approx(4721.497081)
    assert candidate.explanation == {"id": "4,7 km, keahlian berlaku", "en": "4.7 km, capability valid"}


async def test_the_coordinator_sees_why_not() -> None:
    task = await make_task()
    await make_member(available=False)
    await make_member(capabilities=LICENSED, home=None)
    away, unlocated = await rank(task, limit=10, now=NOW, include_ineligible=True)
    assert away.reasons == (R.CAPABILITY_MISSING, R.OFF_DUTY)
    assert away.explanation == {
        "id": "4,7 km, keahlian yang diperlukan belum tercatat, sedang tidak bertugas",
        "en": "4.7 km, a required capability is missing, off duty",
    }
    assert (unlocated.distance_m, unlocated.reasons) == (None, (R.NO_LOCATION,))
    assert unlocated.explanation == {"id": "lokasi tidak diketahui", "en": "location unknown"}


async def test_an_alert_through_quiet_hours_says_so() -> None:
    always = {"quiet_from": time(0, tzinfo=UTC), "quiet_to": time(23, 59, tzinfo=UTC)}
    task = await make_task(urgency=Urgency.EMERGENCY)
    await make_member(capabilities=LICENSED, **always)
    [candidate] = await rank(task, limit=10, now=NOW)
    assert candidate.reasons == ()
    assert candidate.explanation["en"] == "4.7 km, capability valid, quiet hours overridden by the emergency"


async def test_only_volunteers_of_the_regency_are_considered_however_near() -> None:
    task = await make_task()
    await make_member(capabilities=LICENSED, role=None)
    await make_member(capabilities=LICENSED, role=Role.COORDINATOR)
    await make_member(capabilities=LICENSED, region=OTHER_REGENCY)
    await make_member(capabilities=LICENSED, active=False)
    elsewhere = await make_member(capabilities=LICENSED, region="33.02.24.1003")
    assert await rank(task, limit=10, now=NOW) == []
    [seen] = await rank(task, limit=10, now=NOW, include_ineligible=True)
    assert (seen.member_id, seen.reasons) == (elsewhere.id, (R.OUT_OF_REGION,))


@pytest.mark.parametrize("status", list(AlertStatus))
async def test_whoever_was_alerted_for_the_task_is_left_out_until_asked_for(status: AlertStatus) -> None:
    task = await make_task()
    member = await make_member(capabilities=LICENSED)
    await make_alert(await make_wave(task), member, status=status)
    assert await rank(task, limit=10, now=NOW) == []
    ranked = await rank(task, limit=10, now=NOW, exclude_alerted=False)
    assert [one.member_id for one in ranked] == ([] if status is AlertStatus.DECLINED else [member.id])


async def test_an_alert_for_another_task_leaves_nobody_out() -> None:
    task = await make_task()
    member = await make_member(capabilities=LICENSED)
    await make_alert(await make_wave(await make_task()), member)
    assert [one.member_id for one in await rank(task, limit=10, now=NOW)] == [member.id]


async def test_the_busy_and_those_out_of_range_are_passed_over_for_others_further_down() -> None:
    task = await make_task(kind="POST_CARE")
    for _ in range(30):
        await make_claim(await make_task(), await make_member())
    free = await make_member(home=(-7.5, 109.3))
    await make_member(home=(-7.3825, 109.5))
    assert [one.member_id for one in await rank(task, limit=1, now=NOW)] == [free.id]
    assert [one.member_id for one in await rank(task, limit=5, now=NOW)] == [free.id]


@pytest.fixture
async def hundred_thousand() -> None:
    """As many volunteers, one in twenty licensed, one in a hundred with a fresh fix."""
    organization = await make_organization()
    await make_member()
    connection = get_connection("default")
    await connection.execute_query(
        """
        WITH made AS (
            INSERT INTO member (id, regency_code, name, phone_sealed, phone_index, locale, active, available,
                                home_latitude, home_longitude, last_latitude, last_longitude, last_fix_at, created_at)
            SELECT gen_random_uuid(), '33.02', 'Relawan', '', g::text, 'id', true, g % 5 > 0,
                   -7.7 + random() * 0.5, 108.9 + random() * 0.6, -7.7 + random() * 0.5, 108.9 + random() * 0.6,
                   $1::timestamptz - random() * interval '2 days', $1
            FROM generate_series(1, 100000) g RETURNING id
        ), placed AS (
            INSERT INTO membership (id, regency_code, role, member_id, organization_id, region_id)
            SELECT gen_random_uuid(), '33.02', 'VOLUNTEER', id, $2, '33.02' FROM made
        )
        INSERT INTO capability (id, regency_code, code, member_id)
        SELECT gen_random_uuid(), '33.02', 'AMBULANCE_LICENCE', id FROM made WHERE random() < 0.05
        """,
        [NOW, organization.id],
    )
    await connection.execute_script("ANALYZE member; ANALYZE membership; ANALYZE capability")


async def test_of_a_hundred_thousand_members_only_the_nearest_are_loaded_and_in_one_go(
    hundred_thousand: None,
) -> None:
    task = await make_task()
    with Statements() as statements:
        ranked = await rank(task, limit=50, now=NOW)
    assert len(ranked) == 50
    assert len(statements) == 1


async def test_a_hundred_thousand_members_are_searched_through_indexes(
    hundred_thousand: None,
) -> None:
    task = await make_task()
    statement = ranking.near(64, ineligible=False, alerted=False)
    plan = await get_connection("default").execute_query_dict(
        f"EXPLAIN {statement}", [[task.id], required_capabilities(), NOW, 1]
    )
    text = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "Index Scan using member_fix on member" in text
    assert "Index Scan using member_ready_home on member" in text
    assert "Seq Scan on member" not in text
    assert "Bitmap" not in text[text.index("Merge Append") : text.index("member_ready_home")]  # as far as needed


async def test_postgresql_plans_the_search_five_times_and_then_keeps_the_plan(hundred_thousand: None) -> None:
    tasks = [await make_task() for _ in range(7)]
    async with in_transaction() as connection:
        for task in tasks:
            await rank(task, limit=53, now=NOW)
        [plans] = await connection.execute_query_dict(
            "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE statement = $1",
            [ranking.near(256, ineligible=False, alerted=False)],
        )
    assert plans == {"custom_plans": 5, "generic_plans": 2}


async def test_many_tasks_are_ranked_by_one_statement_each_as_by_itself() -> None:
    tasks = [
        await make_task(latitude=-7.3, longitude=109.0, urgency=Urgency.EMERGENCY),
        await make_task(latitude=-7.6, longitude=109.5, kind="FOOD_DELIVERY"),
        await make_task(starts_at=NOW + timedelta(days=1)),
    ]
    await populate(200, random.Random(7), await make_organization())

    with Statements() as statements:
        ranked = await rank_many(tasks, limit=5, now=NOW)

    assert len(statements) == 1
    assert [len(ranked[task.id]) for task in tasks] == [5, 5, 5]
    assert ranked == {task.id: await rank(task, limit=5, now=NOW) for task in tasks}


@pytest.mark.parametrize("hours", [0, 0.5, 1, 3, 9, 20.5])
@pytest.mark.parametrize("urgency", list(Urgency))
async def test_narrowing_leaves_out_nobody_whom_the_checks_accept_at_any_hour(hours: float, urgency: Urgency) -> None:
    task = await make_task(urgency=urgency)
    await populate(150, random.Random(4), await make_organization())
    now = NOW + timedelta(hours=hours)
    everybody = await rank(task, limit=200, now=now, include_ineligible=True)
    accepted = [one.member_id for one in everybody if not one.reasons]
    assert [one.member_id for one in await rank(task, limit=200, now=now)] == accepted
