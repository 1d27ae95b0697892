"""verifyTask."""

from kurir_api.schema.context import Info
from kurir_api.schema.permissions import COORDINATORS, mutation
from kurir_api.schema.tasks.results import TaskActionArgument, TaskResult, TaskSuccess
from kurir_api.services.tasks.verify_task import verify_task as use_case


@mutation(may_call=COORDINATORS, description="Confirm that a task was done.")
async def verify_task(info: Info, input: TaskActionArgument) -> TaskResult:
    """Parse, call, return."""
    return await TaskSuccess.of(info, await use_case(info.context.principal, input.command()))
