"""publishTask."""

from kurir_api.schema.context import Info
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.tasks.results import TaskActionArgument, TaskResult, TaskSuccess
from kurir_api.services.tasks.publish_task import publish_task as use_case


@mutation(may_call=DESK, description="Open a drafted task: the nearest members who can do it are alerted, in waves.")
async def publish_task(info: Info, input: TaskActionArgument) -> TaskResult:
    """Parse, call, return."""
    return await TaskSuccess.of(info, await use_case(info.context.principal, input.command()))
