"""What an operation reads of patients is in the log before its answer leaves; else nothing is answered."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, TypeVar

from strawberry.types import ExecutionResult

from kurir_api.models import AccessAction
from kurir_api.schema.context import Info
from kurir_api.schema.masking import KurirSchema
from kurir_api.services.accesses import Whom, accounted, note

T = TypeVar("T")


class AccountableSchema(KurirSchema):
    """A schema whose operations, and each event of whose subscriptions, are accounted for. A log that can't be
    written is a fault, which is raised instead of an answer.
    """

    async def execute(self, *args: Any, **kwargs: Any) -> ExecutionResult:
        """One query or mutation."""
        async with accounted():
            return await super().execute(*args, **kwargs)

    async def stream(self, *args: Any, **kwargs: Any) -> Any:
        """An operation over a socket, which runs in a task of its own."""
        return _each_accounted(await super().stream(*args, **kwargs))


async def _each_accounted(results: Any) -> AsyncIterator[Any]:
    """What is read for a result happens while it is waited for."""
    roots: list[str] = []
    async with aclosing(results):
        while True:
            async with accounted(*roots) as roots:
                try:
                    result = await anext(results)
                except StopAsyncIteration:
                    return
            yield result


def read(info: Info, whom: Whom, name: str, value: T | None, ground: str = "") -> T | None:
    """The value, noted as read, if there is one and it isn't withheld. `ground`: by what somebody who isn't of the
    desk may read it.
    """
    if whom.withheld:
        return None
    if value is not None:
        note(whom, AccessAction.READ, (name,), who=info.context.principal, ground=ground or None)
    return value
