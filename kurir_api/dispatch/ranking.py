"""Who could do a task: the members nearest to it along the ellipsoid, with every reason against each."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import inf
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from tortoise.connection import get_connection

from kurir_api.dispatch.eligibility import (
    FACTS,
    FRESH_FIX,
    EligibilityReason,
    Situation,
    facts_of,
    in_quiet_hours,
    last_local_day,
    reasons_against,
)
from kurir_api.dispatch.geo import Point, degrees_within, settled_distances_m
from kurir_api.dispatch.notifications import region_and_above
from kurir_api.dispatch.texts import ENGLISH, FIELDS, INDONESIAN
from kurir_api.errors import REASON_WORDS, Words
from kurir_api.models import Region, Task, Urgency, regency_of
from kurir_api.task_kinds import task_kinds

SPARE = 12
GROWTH = 4
NEVER = datetime.min.replace(tzinfo=UTC)

CAPABLE = Words(id="keahlian berlaku", en="capability valid")
OVERRIDDEN = Words(id="jam tenang dilewati karena darurat", en="quiet hours overridden by the emergency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`rank` counts from 1; `distance_m` along the ellipsoid, None without a location; no reasons means eligible.

    `explanation` is one line by locale ("id", "en").
    """

    rank: int
    member_id: UUID
    name: str
    distance_m: float | None
    reasons: tuple[EligibilityReason, ...]
    explanation: Mapping[str, str]


# This only narrows what is loaded, and never leaves out a member whom the checks of `eligibility` would accept; the
# checks decide. OFFSET 0 keeps it a filter on the members that the index hands over: a join would go over all.
NARROW = """
    m.active AND (m.available OR $7)
    AND EXISTS (SELECT FROM membership s WHERE s.member_id = m.id AND s.role = 'VOLUNTEER'
                AND (s.region_id = ANY($8::text[]) OR s.region_id LIKE $9) OFFSET 0)
    AND (SELECT count(*) FROM capability c
         WHERE c.member_id = m.id AND c.code = ANY($10::text[])
           AND (c.valid_until IS NULL OR c.valid_until >= $11)) = cardinality($10::text[])
    AND ($12 OR m.quiet_from IS NULL OR NOT CASE WHEN m.quiet_from::time <= m.quiet_to::time
         THEN m.quiet_from::time <= $6::time AND $6::time < m.quiet_to::time
         ELSE m.quiet_from::time <= $6::time OR $6::time < m.quiet_to::time END)
    AND ($13 OR m.id NOT IN (SELECT a.member_id FROM alert a WHERE a.task_id = $1))
"""


def _branch(point: str, located: str) -> str:
    return (
        f"SELECT m.id, {point} <-> point($2, $3) AS away FROM member m"
        f" WHERE {located} AND {NARROW}"
        f" ORDER BY {point} <-> point($2, $3) LIMIT $4"
    )


FIX_IS_FRESH = "m.last_fix_at >= $5"
HOME_COUNTS = f"m.home_latitude IS NOT NULL AND ({FIX_IS_FRESH}) IS NOT TRUE"
NEAR = f"""
    WITH near AS (
        ({_branch("point(m.last_longitude, m.last_latitude)", FIX_IS_FRESH)})
        UNION ALL
        ({_branch("point(m.home_longitude, m.home_latitude)", HOME_COUNTS)})
        UNION ALL
        (SELECT m.id, 'Infinity' FROM member m
         WHERE $7 AND m.home_latitude IS NULL AND ({FIX_IS_FRESH}) IS NOT TRUE AND {NARROW} ORDER BY m.id LIMIT $4)
        ORDER BY away, id LIMIT $4
    )
    SELECT near.away, {FACTS} FROM near JOIN member m ON m.id = near.id JOIN task t ON t.id = $1
    ORDER BY near.away, near.id
"""
"""Two walks of a GiST index, over the fresh fixes and over the homes of everybody else, merged; last the unlocated.

$1 task, $2 and $3 longitude and latitude, $4 rows, $5 from when a fix is fresh, $6 the clock, $7 also those off duty
or without a location, $8 and $9 regions, $10 capabilities, $11 until when, $12 also in quiet hours, $13 also
the alerted.
"""


async def rank(
    task: Task, *, limit: int, now: datetime, include_ineligible: bool = False, exclude_alerted: bool = True
) -> list[Candidate]:
    """The `limit` members nearest to the task, in exact order along the ellipsoid; the longest unalerted first
    where distances are equal, then by id.

    Only the eligible, unless `include_ineligible`: then every volunteer of the task's regency, with the reasons,
    and those without a location last. `exclude_alerted` leaves out whoever was alerted for this task before.
    """
    batch = limit + SPARE
    zone = ZoneInfo((await Region.get(code=task.regency_code)).time_zone)
    search = _search(task, zone, now, include_ineligible=include_ineligible, exclude_alerted=exclude_alerted)
    while True:
        rows = await get_connection("default").execute_query_dict(NEAR, [*search[:3], batch, *search[3:]])
        found = [one for one in _ordered(task, rows, now) if include_ineligible or not one.reasons]
        if len(rows) < batch or (len(found) >= limit and _settled(task, found[limit - 1], rows[-1]["away"])):
            return [replace(one, rank=rank) for rank, one in enumerate(found[:limit], 1)]
        batch *= GROWTH


def _search(
    task: Task, zone: ZoneInfo, now: datetime, *, include_ineligible: bool, exclude_alerted: bool
) -> list[Any]:
    """The parameters of `NEAR` without $4."""
    regency = regency_of(task.region_id)
    required = list(task_kinds()[task.kind].required_capabilities)
    return [
        task.id,
        task.longitude,
        task.latitude,
        now - FRESH_FIX,
        now.astimezone(zone).time(),
        include_ineligible,
        region_and_above(regency if include_ineligible else task.region_id),
        f"{regency}.%" if include_ineligible else "",
        [] if include_ineligible else required,
        last_local_day(task, zone),
        include_ineligible or task.urgency is Urgency.EMERGENCY,
        not exclude_alerted,
    ]


def _place(task: Task) -> Point:
    return Point(task.latitude, task.longitude)


def _ordered(task: Task, rows: list[dict[str, Any]], now: datetime) -> list[Candidate]:
    facts = [facts_of(row, now) for row in rows]
    located = [of.place for of in facts if of.place is not None]
    metres = dict(zip(located, settled_distances_m(_place(task), located), strict=True))
    situations = [
        Situation(task=task, facts=of, distance_m=metres[of.place] if of.place else None, now=now) for of in facts
    ]
    return [_candidate(rank, it) for rank, it in enumerate(sorted(situations, key=_order), 1)]


def _order(it: Situation) -> tuple[float, datetime, UUID]:
    if it.distance_m is None:
        return inf, NEVER, it.facts.member_id
    return it.distance_m, it.facts.last_alerted_at or NEVER, it.facts.member_id


def _settled(task: Task, last: Candidate, furthest_degrees: float) -> bool:
    """Whether nobody unseen, each at least as far in the plane as the last seen, can come before `last`."""
    # Those without a location come in their final order already, by id.
    return last.distance_m is None or furthest_degrees > degrees_within(_place(task), last.distance_m)


def _candidate(rank: int, it: Situation) -> Candidate:
    reasons = reasons_against(it)
    return Candidate(
        rank=rank,
        member_id=it.facts.member_id,
        name=it.facts.name,
        distance_m=it.distance_m,
        reasons=reasons,
        explanation={locale: _explanation(it, reasons, locale) for locale in (INDONESIAN, ENGLISH)},
    )


def _explanation(it: Situation, reasons: tuple[EligibilityReason, ...], locale: str) -> str:
    """One line: "2,1 km, keahlian berlaku"; or the distance and what is against it."""
    words = [REASON_WORDS[reason] for reason in reasons]
    if not words and task_kinds()[it.task.kind].required_capabilities:
        words.append(CAPABLE)
    if it.task.urgency is Urgency.EMERGENCY and in_quiet_hours(it.facts, it.now):
        words.append(OVERRIDDEN)
    distance = FIELDS["distance"]({"distance_m": it.distance_m}, locale)
    return ", ".join([*filter(None, [distance]), *(one.say(locale) for one in words)])
