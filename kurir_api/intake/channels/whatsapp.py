"""WhatsApp, from Meta's Cloud API, https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks.

Its references of the messages webhook, and of business-scoped user ids, which stand for who shows no number; read in
November 2026.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field

from kurir_api.intake.channels import Channel, Kind, Malformed, Shape, number, readable, shaped, since_1970
from kurir_api.intake.channels._meta import Meta
from kurir_api.models.report import Channel as CameBy
from kurir_api.services.threads.receiving import (
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_TEXT,
    Inbound,
    clean,
)
from kurir_api.settings import Settings

NAME = "whatsapp"
NOT_SAID = frozenset({"system", "reaction", "ephemeral"})
"""The types of messages that nobody wrote, or that say nothing by themselves."""


class Value(Shape):
    """What a change of the field "messages" tells; `statuses` of our own messages among others."""

    metadata: dict[str, Any] = {}
    contacts: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []


class Change(Shape):
    """`value` is of another shape for fields to which we don't subscribe."""

    field: str
    value: dict[str, Any]


class Entry(Shape):
    """An account's."""

    changes: list[Change]


class Delivery(Shape):
    """The envelope."""

    object: str
    entry: list[Entry]


class Message(Shape):
    """`from_`: a number without its plus; who has a user name may show none, and has only a user id."""

    id: str
    type: Kind = "text"
    timestamp: Any = None
    from_: str | None = Field(default=None, alias="from")
    from_user_id: str | None = None


def create(settings: Settings) -> Channel | None:
    """The channel, when KURIR_WHATSAPP_APP_SECRET is set."""
    secret = settings.whatsapp_app_secret.get_secret_value()
    verify_token = settings.whatsapp_verify_token.get_secret_value()
    return WhatsAppChannel(secret.encode(), verify_token.encode()) if secret else None


class WhatsAppChannel(Meta):
    """Several entries, each with changes, each with messages and the names of who wrote them."""

    def messages(self, payload: object) -> list[Inbound]:
        """See `Channel.messages`."""
        delivery = shaped(Delivery, payload)
        if delivery.object != "whatsapp_business_account":
            raise Malformed
        return readable(NAME, _parts(delivery), lambda part: _message(*part))


def _parts(delivery: Delivery) -> Iterator[tuple[dict[str, Any], Value]]:
    for entry in delivery.entry:
        for change in entry.changes:
            if change.field == "messages":
                value = shaped(Value, change.value)
                yield from ((message, value) for message in value.messages)


def _message(part: dict[str, Any], value: Value) -> Inbound | None:
    message = shaped(Message, part)
    if message.type in NOT_SAID:
        return None
    contact = _contact(message, value)
    sender = _sender(message, contact)
    text, media, location = _content(message.type, part)
    if sender is None:
        raise Malformed
    if not (text or media):
        return None
    profile = contact.get("profile")
    name = profile.get("name") if isinstance(profile, dict) else None
    address = value.metadata.get("phone_number_id")
    return Inbound(
        via=NAME,
        channel=CameBy.WHATSAPP,
        provider_id=message.id,
        sender=sender,
        text=text,
        sent_at=since_1970(message.timestamp),
        name=clean(name, LONGEST_NAME) if isinstance(name, str) else None,
        media=media,
        address=clean(address, LONGEST_ID) if isinstance(address, str) else None,
        location=location,
    )


def _contact(message: Message, value: Value) -> Mapping[str, Any]:
    """Of the people of a delivery the one who wrote this."""
    ids = [known for known in (message.from_, message.from_user_id) if known]
    known = [one for one in value.contacts if one.get("wa_id") in ids or one.get("user_id") in ids or not ids]
    return known[0] if len(known) == 1 else {}


def _sender(message: Message, contact: Mapping[str, Any]) -> str | None:
    """The number, where there is one; else the user id, by which we can answer, too."""
    if message.from_:
        return number(f"+{message.from_.lstrip('+')}") or clean(message.from_, LONGEST_ID)
    user_id = message.from_user_id or contact.get("user_id")
    return clean(user_id, LONGEST_ID) if isinstance(user_id, str) else None


def _content(kind: str, part: dict[str, Any]) -> tuple[str, tuple[dict[str, Any], ...], tuple[float, float] | None]:
    """What was written, sent along, and where. Of what we don't know it is kept that it came."""
    body = part.get(kind)
    body = body if isinstance(body, dict) else {}
    if kind in {"text", "button", "interactive"}:
        return _words(kind, body), (), None
    if kind == "location":
        place = [body.get(key) for key in ("name", "address", "latitude", "longitude")]
        words = ", ".join(str(known) for known in place if isinstance(known, str | int | float))
        return clean(f"Lokasi: {words}", LONGEST_TEXT) or "", (), _location(body)
    reference = {"kind": kind, "id": body.get("id"), "type": body.get("mime_type")}
    media = {key: clean(value, LONGEST_ID) for key, value in reference.items() if isinstance(value, str)}
    return _caption(kind, body), (media,), None


def _words(kind: str, body: Mapping[str, Any]) -> str:
    """What was written, or what the button or line says that was chosen."""
    if kind == "interactive":
        chosen = body.get(str(body.get("type")))
        words = chosen.get("title") if isinstance(chosen, dict) else None
    else:
        words = body.get("body" if kind == "text" else "text")
    if not isinstance(words, str):
        raise Malformed
    return clean(words, LONGEST_TEXT) or ""


def _caption(kind: str, body: Mapping[str, Any]) -> str:
    words = [body.get("filename") if kind == "document" else None, body.get("caption")]
    return clean("\n".join(word for word in words if isinstance(word, str)), LONGEST_TEXT) or ""


def _location(body: Mapping[str, Any]) -> tuple[float, float] | None:
    latitude, longitude = body.get("latitude"), body.get("longitude")
    if not (isinstance(latitude, int | float) and isinstance(longitude, int | float)):
        return None
    known = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return (float(latitude), float(longitude)) if known else None
