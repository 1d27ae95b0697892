"""Whom alerts reach and how fast, by the drills."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.dispatch.drills import ANSWER_WITHIN
from kurir_api.errors import InvalidInput
from kurir_api.models import Role

MOST_DAYS = 366
MOST_MEMBERS = 1_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Of so many `drills` so many `reached` within the hour, in `median_seconds`; of a member or organisation."""

    about_id: UUID
    drills: int
    reached: int
    median_seconds: float | None

    @property
    def share(self) -> float:
        """Of the drills, 0 to 1."""
        return self.reached / self.drills


# Who volunteers where the caller coordinates, or for an organisation the caller reviews. A drill that still has time
# to arrive says nothing yet.
REACH = """
WITH scope AS (
    SELECT DISTINCT s.member_id, s.{about} AS about_id FROM membership s
    WHERE s.role = 'VOLUNTEER'
      AND (s.organization_id = ANY($2::uuid[])
           OR EXISTS (SELECT FROM unnest($1::text[]) code
                      WHERE s.region_id = code OR starts_with(s.region_id, code || '.')))
      AND ($3::text IS NULL OR s.region_id = $3 OR starts_with(s.region_id, $3 || '.'))
), result AS (
    SELECT scope.about_id,
        CASE WHEN d.received_at <= d.sent_at + $6::interval THEN extract(epoch FROM d.received_at - d.sent_at) END
            AS seconds
    FROM scope JOIN drill d ON d.member_id = scope.member_id
    WHERE d.sent_at >= $4::timestamptz AND (d.received_at IS NOT NULL OR d.sent_at <= $5::timestamptz - $6::interval)
)
SELECT about_id, count(*) AS drills, count(seconds) AS reached,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds)::float8 AS median_seconds
FROM result GROUP BY about_id
ORDER BY count(seconds)::float8 / count(*), median_seconds DESC NULLS FIRST, about_id LIMIT $7
"""


async def by_member(principal: Principal, region: str | None, since: datetime, now: datetime) -> list[Reach]:
    """Of each member the principal may ask about, the worst reached first, at most 1,000. One statement."""
    return await _reach("member_id", principal, region, since, now)


async def by_organization(principal: Principal, region: str | None, since: datetime, now: datetime) -> list[Reach]:
    """The same of each partner."""
    return await _reach("organization_id", principal, region, since, now)


async def _reach(about: str, principal: Principal, region: str | None, since: datetime, now: datetime) -> list[Reach]:
    rows = await get_connection("default").execute_query_dict(
        REACH.format(about=about),
        [
            list(principal.regions(Role.COORDINATOR)),
            list(principal.organizations(Role.PARTNER_REVIEWER)),
            region,
            since,
            now,
            ANSWER_WITHIN,
            MOST_MEMBERS,
        ],
    )
    return [Reach(**row) for row in rows]


def checked_days(days: int) -> int:
    """The number of days. Raises InvalidInput."""
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput.of("days", id=f"Antara 1 dan {MOST_DAYS} hari.", en=f"Between 1 and {MOST_DAYS} days.")
    return days
