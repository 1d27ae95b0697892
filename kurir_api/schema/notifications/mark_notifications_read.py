"""markNotificationsRead."""

from collections.abc import Iterator
from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.errors import NotFound
from kurir_api.schema.context import Info
from kurir_api.schema.ids import row_id
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.notifications.mark_notifications_read import MarkNotificationsRead, refuse_too_many
from kurir_api.services.notifications.mark_notifications_read import mark_notifications_read as use_case


@mutation(
    may_call=EVERY_MEMBER,
    description="Mark notifications of the caller as read; answers how many were unread until now.",
)
async def mark_notifications_read(
    info: Info,
    ids: Annotated[
        list[strawberry.ID], strawberry.argument(description="At most 100; those that aren't the caller's count 0.")
    ],
) -> int:
    """Parse, call, return."""
    refuse_too_many(len(ids))
    return await use_case(info.context.principal, MarkNotificationsRead(ids=tuple(_rows(ids))))


def _rows(ids: list[strawberry.ID]) -> Iterator[UUID]:
    """The notifications among the ids: what is no such id is nobody's."""
    for given in ids:
        try:
            yield row_id("Notification", given)
        except NotFound:
            continue
