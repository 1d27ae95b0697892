"""TaskEvent, and the stream of them that subscriptions choose from."""

from collections.abc import AsyncIterator, Callable, Iterable

import strawberry
from tortoise.expressions import Q

from kurir_api import models
from kurir_api.models import lies_within
from kurir_api.schema.context import Info
from kurir_api.schema.live import Event
from kurir_api.schema.tasks.types import Task
from kurir_api.services.visibility import announced_tasks
from kurir_api.transitions import LIVE_EVENTS, LiveEvent

strawberry.enum(LiveEvent, name="TaskEventKind", description="What happened to a task.")


@strawberry.type(description="Something happened to a task.")
class TaskEvent:
    """See transitions.LIVE_EVENTS."""

    kind: LiveEvent = strawberry.field(description="What happened.")
    task: Task = strawberry.field(description="The task as it is now.")


async def task_events(
    info: Info,
    regions: Callable[[], Iterable[str]],
    chosen: Q,
    keep: Callable[[models.Task], bool] = lambda _: True,
) -> AsyncIterator[TaskEvent]:
    """The events of the tasks that the caller may know of, are `chosen` and that `keep` holds for.

    `regions` is asked at each event, and events of regencies it doesn't touch cost no statement. Events that
    come together are loaded by one.
    """

    def wants(event: Event) -> bool:
        regency = event.regency
        return (
            (event.machine, event.action) in LIVE_EVENTS
            and regency is not None
            and any(lies_within(code, regency) or lies_within(regency, code) for code in regions())
        )

    async with info.context.live.subscribe(wants) as subscriber:
        async for events in subscriber:
            ids = {event.task for event in events if event.task}
            rows = await announced_tasks(info.context.principal, ids).filter(chosen)
            found = {row.id: row for row in rows if keep(row)}
            for event in events:
                if event.task in found:
                    info.context.renew()
                    yield TaskEvent(kind=LIVE_EVENTS[event.machine, event.action], task=Task.of(found[event.task]))
