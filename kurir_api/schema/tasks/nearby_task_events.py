"""nearbyTaskEvents: what happens to the tasks a volunteer could take."""

from collections.abc import AsyncIterator
from typing import Annotated

import strawberry
from tortoise.expressions import Q

from kurir_api import models
from kurir_api.dispatch.facts import area_of
from kurir_api.dispatch.geo import distance_m
from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, subscription
from kurir_api.schema.tasks.nearby_tasks import Near, origin_of, refuse_radius
from kurir_api.schema.tasks.task_events import TaskEvent, task_events
from kurir_api.schema.tasks.tasks import Kinds
from kurir_api.services.visibility import MEASURING
from kurir_api.task_kinds import task_kinds


@subscription(
    may_call=EVERY_MEMBER,
    description="What happens to tasks near a place, from now on, where the caller is a volunteer or the office.",
)
async def nearby_task_events(
    info: Info,
    near: Near = None,
    within_m: Annotated[
        int | None,
        strawberry.argument(
            description="Only areas this near, in metres, 1 to 2,000,000; default each kind's largest radius."
        ),
    ] = None,
    kinds: Kinds = None,
) -> AsyncIterator[TaskEvent]:
    """Checked when the client subscribes; the place stays where it was then."""
    refuse_radius(within_m)
    origin = origin_of(info, near)

    def near_enough(task: models.Task) -> bool:
        if not info.context.principal.reaches(task.region_id, *MEASURING):
            return False
        away = distance_m(origin, area_of(task))
        return away <= (within_m or task_kinds()[task.kind].largest_radius_m)

    return task_events(
        info,
        regions=info.context.principal.regions,
        chosen=Q() if kinds is None else Q(kind__in=kinds),
        keep=near_enough,
    )
