"""Our own: for call centres and other systems that take calls for help. docs/channels.md describes it for them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ConfigDict, Field

from kurir_api.intake.channels import Channel, Kind, Malformed, Shape, is_fresh, is_signed, iso_moment, number, shaped
from kurir_api.models.report import Channel as CameBy
from kurir_api.services.threads.receiving import (
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_MEDIA,
    Inbound,
    clean,
)
from kurir_api.settings import Settings

NAME = "webhook"


class Media(Shape):
    """What was sent along, by the other system's id of it."""

    kind: Kind = Field(max_length=LONGEST_ID)
    id: str = Field(min_length=1, max_length=LONGEST_ID)
    type: str | None = Field(default=None, max_length=LONGEST_ID)


class Message(Shape):
    """One message. `id` is the same when it is delivered again; `source`: the hotline, for offices with several."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    id: str = Field(min_length=1, max_length=LONGEST_ID)
    channel: str
    from_: str = Field(alias="from", min_length=1, max_length=LONGEST_ID)
    text: str = Field(max_length=LONGEST_TEXT)
    name: str | None = Field(default=None, max_length=LONGEST_NAME)
    sentAt: str | None = None  # noqa: N815 - as GraphQL would spell it
    source: str | None = Field(default=None, min_length=1, max_length=100)
    media: list[Media] = Field(default=[], max_length=MOST_MEDIA)


def create(settings: Settings) -> Channel | None:
    """The channel, when KURIR_WEBHOOK_KEY is set."""
    key = settings.webhook_key.get_secret_value()
    return WebhookChannel(key.encode()) if key else None


class WebhookChannel:
    """Signed with `key`, over the header's time, a full stop and the body."""

    max_body = 64 * 1024
    explains = True

    def __init__(self, key: bytes) -> None:
        self._key = key

    def is_genuine(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """See `Channel.is_genuine`."""
        timestamp = headers.get("x-kurir-timestamp", "")
        message = timestamp.encode("utf-8", "replace") + b"." + body
        return is_signed(self._key, message, headers.get("x-kurir-signature", "")) and is_fresh(timestamp, now)

    def messages(self, payload: object) -> list[Inbound]:
        """See `Channel.messages`. Whoever builds on this can mend what is wrong: nothing is passed over."""
        message = shaped(Message, payload)
        sender, text = clean(message.from_, LONGEST_ID), clean(message.text, LONGEST_TEXT) or ""
        channel, sent_at = _channel(message.channel), iso_moment(message.sentAt)
        if sender is None:
            raise Malformed("from: must not be blank")
        if message.sentAt is not None and sent_at is None:
            raise Malformed("sentAt: write it like 2026-11-23T09:01:00+07:00")
        if not (text or message.media):
            raise Malformed("text: must not be blank without media")
        media: list[dict[str, Any]] = [one.model_dump(exclude_none=True) for one in message.media]
        return [
            Inbound(
                via=NAME,
                channel=channel,
                provider_id=message.id,
                sender=sender if channel is CameBy.FACEBOOK else number(sender) or sender,
                text=text,
                sent_at=sent_at,
                name=clean(message.name, LONGEST_NAME),
                media=tuple({key: value.replace("\0", "") for key, value in one.items()} for one in media),
                address=clean(message.source, LONGEST_ID) or NAME,
            )
        ]

    def challenge(self, query: Mapping[str, str]) -> str | None:  # noqa: ARG002 - nobody asks
        """See `Channel.challenge`."""
        return None


def _channel(name: str) -> CameBy:
    try:
        return CameBy(name)
    except ValueError as error:
        raise Malformed(f"channel: one of {', '.join(CameBy)}") from error
