"""What an operator can do with messages that workers gave up: read one, have them tried again, or forget one."""

from datetime import datetime
from uuid import UUID

from tortoise.queryset import QuerySet

from kurir_api.errors import NotFound
from kurir_api.models import InboundMessage


async def read_given_up(message_id: UUID) -> str:
    """All that is kept of it, as JSON: somebody may have to be called. Raises NotFound."""
    row = await _given_up(message_id).first()
    if row is None:
        raise NotFound
    return row.content or ""


async def retry_given_up(message_id: UUID | None, now: datetime) -> int:
    """Workers deal with it, or with all, as if they had just come; how many."""
    return await _given_up(message_id).update(due_at=now, attempts=0, failure=None, failed_at=None)


async def drop_given_up(message_id: UUID) -> None:
    """Its content is forgotten. Raises NotFound."""
    if not await _given_up(message_id).update(content_sealed=None, failure=None, failed_at=None):
        raise NotFound


def _given_up(message_id: UUID | None) -> QuerySet[InboundMessage]:
    rows = InboundMessage.filter(failed_at__isnull=False)
    return rows if message_id is None else rows.filter(id=message_id)
