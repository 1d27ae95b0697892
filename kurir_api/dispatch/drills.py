"""Reachability drills: a test alert to everybody on duty, to learn whom alerts reach and how fast."""

from datetime import datetime, timedelta

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.dispatch.notifications import PUSH, TEXT, notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import Drill, Region

ANSWER_WITHIN = timedelta(hours=1)
"""Later a drill isn't delivered any more, and counts as not reached: urgent work would be lost by then."""

STILL_WORTH_IT = timedelta(hours=6)
"""A weekly drill that no worker could send in time is left out after that."""

# As `eligibility.off_duty` and `quiet_hours` have it, for all members of a regency at once.
ON_DUTY = """
    SELECT m.id, EXISTS (SELECT FROM device d WHERE d.member_id = m.id) AS has_device
    FROM member m, (
        SELECT ($2::timestamptz AT TIME ZONE r.time_zone)::time AS clock,
            extract(isodow FROM $2::timestamptz AT TIME ZONE r.time_zone)::int - 1 AS today
        FROM region r WHERE r.code = $1
    ) here
    WHERE m.active AND m.available
      AND EXISTS (SELECT FROM membership s WHERE s.member_id = m.id AND s.role = 'VOLUNTEER'
                  AND (s.region_id = $1 OR starts_with(s.region_id, $1 || '.')))
      AND coalesce((
          SELECT bool_or(CASE WHEN d.starts::time < d.ends::time
              THEN d.weekday = today AND d.starts::time <= clock AND clock < d.ends::time
              ELSE (d.weekday = today AND d.starts::time <= clock)
                  OR ((d.weekday + 1) % 7 = today AND clock < d.ends::time) END)
          FROM duty_shift d WHERE d.member_id = m.id), true)
      AND (m.quiet_from IS NULL OR NOT CASE WHEN m.quiet_from::time <= m.quiet_to::time
           THEN m.quiet_from::time <= clock AND clock < m.quiet_to::time
           ELSE m.quiet_from::time <= clock OR clock < m.quiet_to::time END)
    ORDER BY m.id
"""

# The last moment of the weekly drill by each regency's clock, unless it had its drill since.
DUE = """
    SELECT code, due_at FROM (
        SELECT r.code, r.drilled_at, (date_trunc('week', local) + make_interval(days => $2, hours => $3)
            - CASE WHEN date_trunc('week', local) + make_interval(days => $2, hours => $3) > local
              THEN interval '7 days' ELSE interval '0' END) AT TIME ZONE r.time_zone AS due_at
        FROM (SELECT *, $1::timestamptz AT TIME ZONE time_zone AS local FROM region WHERE level = 'REGENCY') r
    ) weekly
    WHERE due_at > $1::timestamptz - $4::interval
      AND (drilled_at IS NULL OR drilled_at < due_at)
    ORDER BY code
"""

# Two workers may see the same regency; the second waits here, and then finds that it had its drill.
TAKE = "UPDATE region SET drilled_at = $1 WHERE code = $2 AND (drilled_at IS NULL OR drilled_at < $3) RETURNING code"


async def run_due_drills(now: datetime, *, weekday: int | None, hour: int) -> int:
    """Send the weekly drill in every regency whose clock has passed `hour` on `weekday` (0 is Monday; None: never);
    how many members were sent one. Where nobody is on duty then, there is none that week: whoever came first would
    get it alone.
    """
    if weekday is None:
        return 0
    sent = 0
    for row in await get_connection("default").execute_query_dict(DUE, [now, weekday, hour, STILL_WORTH_IT]):
        async with in_transaction():
            taken = await get_connection("default").execute_query_dict(TAKE, [now, row["code"], row["due_at"]])
            if taken:
                sent += await run_drill(row["code"], now)
    return sent


async def run_drill(regency_code: str, now: datetime) -> int:
    """Queue a test alert for each member who is on duty in the regency; how many. Who has no app gets a text message.

    It takes the way of an urgent alert, since that is what it is to tell of; but it waits until whatever else is due
    has left.
    """
    async with in_transaction():
        await Region.filter(code=regency_code).update(drilled_at=now)
        members = await get_connection("default").execute_query_dict(ON_DUTY, [regency_code, now])
        drills = [Drill(regency_code=regency_code, member_id=member["id"], sent_at=now) for member in members]
        await Drill.bulk_create(drills)
        for channel in (PUSH, TEXT):
            await notify(
                NotificationKind.DRILL,
                [member["id"] for member in members if member["has_device"] == (channel == PUSH)],
                None,
                regency_code=regency_code,
                now=now,
                drill_ids={drill.member_id: drill.id for drill in drills},
                channel=channel,
                urgent=True,
                useful_for=ANSWER_WITHIN,
            )
    return len(drills)
