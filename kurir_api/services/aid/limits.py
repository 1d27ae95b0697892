"""How often one member may look people up: an officer at a busy desk does it a few times an hour, and who reads a
register out, all the time.
"""

from datetime import datetime, timedelta
from uuid import UUID

from tortoise.connection import get_connection

LIMITS = ((30, timedelta(hours=1)), (200, timedelta(days=1)))
"""At most so many within any so long."""

LOCK = "SELECT pg_advisory_xact_lock(hashtext('aid_lookup'), hashtext($1))"
NTH_NEWEST = """
SELECT DISTINCT at FROM aid_lookup WHERE member_id = $1 AND at > $2 AND outcome <> 'LIMITED'
ORDER BY at DESC OFFSET $3 LIMIT 1
"""


async def possible_again(member_id: UUID, now: datetime) -> datetime | None:
    """When the member may look somebody up again; None: now. Until the transaction ends no other look-up of theirs is
    counted, through whichever process it comes. Those that came too often don't count.
    """
    connection = get_connection("default")
    await connection.execute_query(LOCK, [str(member_id)])
    again = []
    for most, within in LIMITS:
        rows = await connection.execute_query_dict(NTH_NEWEST, [member_id, now - within, most - 1])
        again += [row["at"] + within for row in rows]
    return max(again, default=None)
