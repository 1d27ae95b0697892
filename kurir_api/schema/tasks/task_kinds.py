"""taskKinds: the kinds of help there are."""

from kurir_api.schema.context import Info
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.task_kinds import task_kinds as kinds


@query(may_call=EVERY_MEMBER, description="The kinds of task there are, by code.")
async def task_kinds(info: Info) -> list[TaskKind]:
    """In the caller's language."""
    return [TaskKind.of(code, info.context.locale) for code in kinds()]
