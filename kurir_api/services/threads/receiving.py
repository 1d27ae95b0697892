"""What providers deliver is stored before anything is done about it, and once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from pydantic import TypeAdapter
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.models import InboundMessage, new_id
from kurir_api.models.report import Channel
from kurir_api.services.alone import alone_with
from kurir_api.vault import vault

BY_NUMBER = (Channel.WHATSAPP, Channel.SMS)
"""The channels on which the sender's number is the provider's word."""

LONGEST_TEXT, LONGEST_NAME, LONGEST_ID = 10_000, 120, 200
"""Characters; of longer ones the rest is dropped. No provider lets people write as much."""

SENDER = "inbound_message.sender"
MOST_MEDIA = 30
OLDEST = timedelta(days=30)
"""No provider delivers so late: whatever says so has a clock that was never set."""

STORE = """
INSERT INTO inbound_message (id, channel, provider_id, received_at, content_sealed, sender_index, due_at)
SELECT m.id, m.via, m.provider_id, $1, m.content, m.sender, $2
FROM unnest($3::uuid[], $4::text[], $5::text[], $6::bytea[], $7::text[]) AS m (id, via, provider_id, content, sender)
ON CONFLICT (channel, provider_id) DO NOTHING
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """A message as a provider delivered it.

    `via`: the channel as `intake` calls it; `channel`: how it came in, as people call it. `provider_id` is the same
    when it is delivered again. `sender`: a number (E.164), or the provider's id of who has none. `sent_at` (UTC): by
    the provider's clock, None when it doesn't say. `media`: see `Message`. `address`: the hotline at which it
    arrived. `phone` (E.164) and `place`, a village: what the sender wrote of them apart from `text`. `location`:
    latitude and longitude in degrees.
    """

    via: str
    channel: Channel
    provider_id: str
    sender: str
    text: str
    sent_at: datetime | None = None
    name: str | None = None
    phone: str | None = None
    media: tuple[dict[str, Any], ...] = ()
    address: str | None = None
    place: str | None = None
    location: tuple[float, float] | None = None

    @property
    def number(self) -> str | None:
        """The telephone number (E.164) that it came from, on the provider's word."""
        return self.sender if self.channel in BY_NUMBER and self.sender.startswith("+") else None

    @property
    def sender_index(self) -> str:
        """Who sent it: messages with the same are dealt with one after another."""
        return vault().index(SENDER, _sender(self.via, self.sender))

    @property
    def sender_indexes(self) -> list[str]:
        """That, under each of the office's keys."""
        return sender_indexes(self.via, self.sender)

    @property
    def stored_as(self) -> str:
        """The blind index of the provider's id, which may hold the number or a digest of the words."""
        return vault().index("inbound_message.provider_id", self.provider_id)

    @property
    def stored_under(self) -> list[str]:
        """That, under each of the office's keys."""
        return vault().indexes("inbound_message.provider_id", self.provider_id)

    def sent(self, received_at: datetime) -> datetime:
        """When it was sent, as far as that can be true of what was received then."""
        if self.sent_at is None or not received_at - OLDEST <= self.sent_at <= received_at:
            return received_at
        return self.sent_at

    def sealed_for(self, row: InboundMessage) -> bytes | None:
        """The whole of it as JSON, sealed as the row's content."""
        row.content = orjson.dumps(self).decode()
        return row.content_sealed

    @staticmethod
    def of(row: InboundMessage) -> "Inbound":
        """The message that the row keeps."""
        return KEPT.validate_json(row.content or "")


KEPT = TypeAdapter(Inbound)


def sender_indexes(via: str, sender: str) -> list[str]:
    """By what messages of a sender are found, under each of the office's keys."""
    return vault().indexes(SENDER, _sender(via, sender))


def _sender(via: str, sender: str) -> str:
    return f"{via}\n{sender}"


async def store(messages: Sequence[Inbound], now: datetime, due_at: datetime | None = None) -> None:
    """Keep the messages that aren't known yet, for a worker to deal with from `due_at` on, default at once; all of
    them or none. One statement, unless the office's keys are changing.
    """
    if len(vault().index_keys) == 1:
        await _store(messages, now, due_at or now)
        return
    async with in_transaction():
        indexes = [index for message in messages for index in message.stored_under]
        await alone_with(indexes)
        rows = await InboundMessage.filter(provider_id__in=indexes).values_list("channel", "provider_id")
        kept = set(rows)
        new = [one for one in messages if kept.isdisjoint((one.via, index) for index in one.stored_under)]
        await _store(new, now, due_at or now)


async def _store(messages: Sequence[Inbound], now: datetime, due_at: datetime) -> None:
    rows = [InboundMessage(id=new_id()) for _ in messages]
    await get_connection("default").execute_query(
        STORE,
        [
            now,
            due_at,
            [row.id for row in rows],
            [message.via for message in messages],
            [message.stored_as for message in messages],
            [message.sealed_for(row) for message, row in zip(messages, rows, strict=True)],
            [message.sender_index for message in messages],
        ],
    )


def clean(written: str | None, longest: int) -> str | None:
    """Without white space around, NUL, which PostgreSQL can't keep, and what is too much; None: nothing is left."""
    return (written or "").replace("\0", "").strip()[:longest].rstrip() or None
