"""tasks, task, taskByNumber: the board."""

from typing import Annotated

import strawberry

from kurir_api.errors import NotFound
from kurir_api.models import TaskStatus, Urgency
from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.pagination import After, First, newest_first
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.tasks.types import Task, TaskConnection
from kurir_api.services.visibility import visible_tasks, within

Kinds = Annotated[list[str] | None, strawberry.argument(description="Only these kinds, by code.")]


@query(may_call=EVERY_MEMBER, description="The tasks the caller may know of, newest first.")
async def tasks(  # noqa: PLR0917 - the contract's arguments
    info: Info,
    status: Annotated[list[TaskStatus] | None, strawberry.argument(description="Only in these states.")] = None,
    kinds: Kinds = None,
    region: Annotated[str | None, strawberry.argument(description="Only in this region, by code, and below.")] = None,
    urgency: Annotated[list[Urgency] | None, strawberry.argument(description="Only of these urgencies.")] = None,
    first: First = 20,
    after: After = None,
) -> TaskConnection:
    """A page of the visible tasks."""
    rows = visible_tasks(info.context.principal)
    if status is not None:
        rows = rows.filter(status__in=status)
    if kinds is not None:
        rows = rows.filter(kind__in=kinds)
    if region is not None:
        rows = rows.filter(within("region_id", frozenset({region})))
    if urgency is not None:
        rows = rows.filter(urgency__in=urgency)
    return TaskConnection.of(await newest_first(rows, Task.of, first, after))


@query(may_call=EVERY_MEMBER, description="A task by its id; null when the caller may not know of it.")
async def task(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The task's id.")]
) -> Task | None:
    """Through the loader."""
    try:
        return await info.context.loaders.task.load(row_id("Task", id))
    except NotFound:
        return None


@query(may_call=EVERY_MEMBER, description="A task by its short number, as people say it on the phone.")
async def task_by_number(
    info: Info, number: Annotated[int, strawberry.argument(description="Such as 4821.")]
) -> Task | None:
    """One statement."""
    row = await visible_tasks(info.context.principal).get_or_none(number=number)
    return None if row is None else Task.of(row)
