"""Messenger, to a page on Facebook,
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks (read in November 2026).
"""

from typing import Any

from kurir_api.intake.channels import Channel, Kind, Malformed, Shape, readable, shaped, since_1970
from kurir_api.intake.channels._meta import Meta
from kurir_api.models.report import Channel as CameBy
from kurir_api.services.threads.receiving import LONGEST_ID, LONGEST_TEXT, MOST_MEDIA, Inbound, clean
from kurir_api.settings import Settings

NAME = "messenger"


class Entry(Shape):
    """A page's; without `messaging` it tells of other things than conversations."""

    messaging: list[dict[str, Any]] = []


class Delivery(Shape):
    """The envelope."""

    object: str
    entry: list[Entry]


class Party(Shape):
    """A page, or a person by an id that only this page knows."""

    id: str


class Attachment(Shape):
    """Its address is left out: it is a key to the picture, and expires."""

    type: Kind


class Message(Shape):
    """`is_echo`: the page's own."""

    mid: str
    is_echo: bool = False
    text: str | None = None
    attachments: list[Attachment] = []


class Postback(Shape):
    """Somebody pressed a button that says `title`."""

    title: str
    mid: str | None = None


class Event(Shape):
    """Deliveries, reads and the like have neither a message nor a postback."""

    sender: Party
    recipient: Party
    timestamp: int
    message: Message | None = None
    postback: Postback | None = None


def create(settings: Settings) -> Channel | None:
    """The channel, when KURIR_MESSENGER_APP_SECRET is set."""
    secret = settings.messenger_app_secret.get_secret_value()
    verify_token = settings.messenger_verify_token.get_secret_value()
    return MessengerChannel(secret.encode(), verify_token.encode()) if secret else None


class MessengerChannel(Meta):
    """Several entries, each with events."""

    def messages(self, payload: object) -> list[Inbound]:
        """See `Channel.messages`."""
        delivery = shaped(Delivery, payload)
        if delivery.object != "page":
            raise Malformed
        return readable(NAME, [event for entry in delivery.entry for event in entry.messaging], _message)


def _message(part: dict[str, Any]) -> Inbound | None:
    if "message" not in part and "postback" not in part:
        return None
    event = shaped(Event, part)
    if event.message is not None:
        if event.message.is_echo:
            return None
        text, provider_id = event.message.text, event.message.mid
        attachments = event.message.attachments[:MOST_MEDIA]
    elif event.postback is not None:
        text, attachments = event.postback.title, []
        provider_id = event.postback.mid or f"{event.sender.id}\n{event.timestamp}\n{text}"
    else:
        raise Malformed
    words = clean(text, LONGEST_TEXT) or ""
    sender = clean(event.sender.id, LONGEST_ID)
    if sender is None:
        raise Malformed
    if not (words or attachments):
        return None
    return Inbound(
        via=NAME,
        channel=CameBy.FACEBOOK,
        provider_id=provider_id,
        sender=sender,
        text=words,
        sent_at=since_1970(event.timestamp / 1000),
        media=tuple(
            {"kind": one.type, "id": clean(f"{provider_id}#{place}", LONGEST_ID)}
            for place, one in enumerate(attachments)
        ),
        address=clean(event.recipient.id, LONGEST_ID),
    )
