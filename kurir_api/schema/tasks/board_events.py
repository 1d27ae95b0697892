"""boardEvents: what happens on the office's board."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry

from kurir_api.errors import NotAllowed
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import OFFICE, subscription
from kurir_api.schema.tasks.task_events import TaskEvent, task_events
from kurir_api.services.visibility import within


@subscription(may_call=OFFICE, description="What happens to the tasks of the office's regions, from now on.")
async def board_events(
    info: Info,
    region: Annotated[
        str | None,
        strawberry.argument(description="Only in this region, by code, and below; default all the caller's."),
    ] = None,
) -> AsyncIterator[TaskEvent]:
    """A region must be within the caller's reach."""
    if region is not None and not info.context.principal.reaches(region, *OFFICE):
        raise NotAllowed

    def regions() -> frozenset[str]:
        return info.context.principal.regions(*OFFICE) if region is None else frozenset({region})

    return task_events(info, regions=regions, chosen=within("region_id", regions()))
