"""The desk says that a task comes no more."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotFound
from kurir_api.models import Case
from kurir_api.services.recurrences.ending import end_these
from kurir_api.services.texts import reason_of
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_recurrences


@dataclass(frozen=True, kw_only=True)
class EndRecurrence(Command):
    """Which, and why: the reason is that of the tasks it cancels."""

    recurrence_id: UUID
    reason: str | None = None


@use_case
async def end_recurrence(principal: Principal, command: EndRecurrence) -> UUID:
    """Its id. One that has ended stays as it is. Raises NotFound, InvalidInput."""
    recurrence = await visible_recurrences(principal).get_or_none(id=command.recurrence_id)
    if recurrence is None:
        raise NotFound
    reason = reason_of(command.reason)
    await Case.select_for_update().get(id=recurrence.case_id)
    await end_these([recurrence.id], reason, datetime.now(UTC))
    return recurrence.id
