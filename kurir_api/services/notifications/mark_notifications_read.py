"""A member has read notifications."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_notifications

MOST_IDS = 100


@dataclass(frozen=True, kw_only=True)
class MarkNotificationsRead(Command):
    """At most 100 notifications."""

    ids: tuple[UUID, ...]


def refuse_too_many(ids: int) -> None:
    """Raise InvalidInput for more than 100 ids."""
    if ids > MOST_IDS:
        raise InvalidInput.of(
            "ids", id=f"Kirim paling banyak {MOST_IDS} sekali kirim.", en=f"Send at most {MOST_IDS} at a time."
        )


@use_case
async def mark_notifications_read(principal: Principal, command: MarkNotificationsRead) -> int:
    """How many of them were the caller's and unread until now; the rest are passed over. Raises InvalidInput."""
    refuse_too_many(len(command.ids))
    unread = visible_notifications(principal).filter(id__in=command.ids, read_at__isnull=True)
    return await unread.update(read_at=datetime.now(UTC))
