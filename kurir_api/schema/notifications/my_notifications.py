"""myNotifications: the caller's inbox."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.notifications.types import Notification
from kurir_api.schema.pagination import After, Connection, First, newest_first
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.services.visibility import visible_notifications


@query(may_call=EVERY_MEMBER, description="What the caller was told, newest first.")
async def my_notifications(
    info: Info,
    unread_only: Annotated[bool | None, strawberry.argument(description="Leave out what was read.")] = False,
    first: First = 20,
    after: After = None,
) -> Connection[Notification]:
    """A page."""
    rows = visible_notifications(info.context.principal)
    if unread_only:
        rows = rows.filter(read_at__isnull=True)
    return await newest_first(rows, Notification.of, first, after)
