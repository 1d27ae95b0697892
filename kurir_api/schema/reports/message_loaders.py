"""Loaders of conversations."""

from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from strawberry.dataloader import DataLoader

from kurir_api.models import Notification
from kurir_api.schema.loading import OfCaller, Page, by_key, ids_in, paged
from kurir_api.schema.pagination import Connection
from kurir_api.services import visibility
from kurir_api.services.threads.delivery import MessageDelivery, delivery_of

if TYPE_CHECKING:
    from kurir_api.schema.reports.messages import Message


class MessageLoaders(OfCaller):
    """Part of `Loaders`."""

    @cached_property
    def message(self) -> "DataLoader[UUID, Message | None]":
        """Visible messages by id."""
        from kurir_api.schema.reports.messages import Message  # noqa: PLC0415 - types refer to loaders

        return by_key(ids_in(visibility.visible_messages(self._principal)), Message.of)

    @cached_property
    def report_messages(self) -> "DataLoader[Page, Connection[Message]]":
        """A page of a report's conversation."""
        from kurir_api.schema.reports.messages import Message  # noqa: PLC0415

        return paged(visibility.visible_messages(self._principal), Message.of, "report_id")

    @cached_property
    def delivery(self) -> DataLoader[UUID, MessageDelivery | None]:
        """How far a visible message has come, by its id."""
        return by_key(lambda ids: Notification.filter(message_id__in=ids), delivery_of, "message_id")
