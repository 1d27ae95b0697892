"""The subscription myNotifications: the caller's inbox as it fills."""

from collections.abc import AsyncIterator

from kurir_api.schema.context import Info
from kurir_api.schema.live import Event
from kurir_api.schema.notifications.types import Notification
from kurir_api.schema.permissions import EVERY_MEMBER, subscription
from kurir_api.services.visibility import visible_notifications


@subscription(may_call=EVERY_MEMBER, description="What the caller is told, from now on.")
async def my_notifications(info: Info) -> AsyncIterator[Notification]:
    """The stream."""
    return _arriving(info)


async def _arriving(info: Info) -> AsyncIterator[Notification]:
    def mine(event: Event) -> bool:
        return event.machine == "notification" and event.member == info.context.principal.member_id

    async with info.context.live.subscribe(mine) as subscriber:
        async for events in subscriber:
            ids = [event.subject for event in events]
            rows = await visible_notifications(info.context.principal).filter(id__in=ids).order_by("id")
            for row in rows:
                info.context.renew()
                yield Notification.of(row)
