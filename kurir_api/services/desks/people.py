"""Who sits at the desks."""

from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.models import lies_within, regency_of, region_and_above

STAFFED = """
SELECT array_agg(DISTINCT m.id) AS members
FROM membership s JOIN member m ON m.id = s.member_id
WHERE s.role IN ('DESK_OFFICER', 'COORDINATOR') AND s.region_id = ANY($1::text[]) AND m.active
GROUP BY s.region_id ORDER BY length(s.region_id) DESC
"""


async def desks_from(region_code: str) -> list[list[UUID]]:
    """The active desk officers and coordinators of exactly this region, of the one above, and so on up to the
    regency, without the regions where there is nobody. One statement.
    """
    regency = regency_of(region_code)
    codes = [code for code in region_and_above(region_code) if lies_within(code, regency)]
    rows = await get_connection("default").execute_query_dict(STAFFED, [codes])
    return [row["members"] for row in rows]
