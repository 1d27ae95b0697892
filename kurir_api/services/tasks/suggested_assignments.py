"""Who could take all the open tasks of a region: for its coordinators, and for the office's operator."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.dispatch.suggest import Suggested, suggest
from kurir_api.dispatch.travel import Roads
from kurir_api.errors import InvalidInput, NotAllowed
from kurir_api.models import Region, Role, Task, TaskStatus, regency_of
from kurir_api.services.tasks.suggestion_table import Place, suggestion_table
from kurir_api.services.visibility import visible_tasks, within

MOST_TASKS = 500
"""More make an answer slow: a smaller region is better asked for."""


async def suggested_assignments(
    principal: Principal, region: str, now: datetime, roads: Roads | None = None
) -> Suggested:
    """For the open tasks of a region that the caller coordinates, by code, and below; nothing is written.

    Usually three statements. Raises NotAllowed where the caller is no coordinator, InvalidInput.
    """
    if not principal.reaches(region, Role.COORDINATOR):
        raise NotAllowed
    return await _suggested(visible_tasks(principal), region, now, roads)


async def suggestion_lines(region: str, now: datetime, roads: Roads | None = None) -> list[str]:
    """The same as a table in English. For the operator, who needs nobody's leave. Raises InvalidInput."""
    suggested = await _suggested(Task.all(), region, now, roads)
    tasks = [one.task for one in suggested.best.suggestions] + [task for task, _ in suggested.unfilled]
    codes = {code for task in tasks for code in (task.region_id, task.regency_code)}
    regions = {row.code: row for row in await Region.filter(code__in=codes)}
    places = {code: Place(row.name, ZoneInfo(regions[regency_of(code)].time_zone)) for code, row in regions.items()}
    return suggestion_table(suggested, places)


async def _suggested(tasks: QuerySet[Task], region: str, now: datetime, roads: Roads | None) -> Suggested:
    if not await Region.exists(code=region):
        raise InvalidInput.of(
            "region",
            id="Wilayah ini tidak dikenal; tulis kodenya, seperti 33.02.",
            en="There is no such region; write its code, such as 33.02.",
        )
    open_tasks = tasks.filter(within("region_id", frozenset({region})), status=TaskStatus.OPEN, ends_at__gt=now)
    found = await open_tasks.order_by("starts_at", "id").limit(MOST_TASKS + 1)
    if len(found) > MOST_TASKS:
        raise InvalidInput.of(
            "region",
            id=f"Lebih dari {MOST_TASKS} tugas terbuka di sini; pilih wilayah yang lebih kecil.",
            en=f"More than {MOST_TASKS} tasks are open here; choose a smaller region.",
        )
    return await suggest(found, now, roads)
