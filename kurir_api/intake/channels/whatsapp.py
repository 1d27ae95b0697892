"""WhatsApp, from Meta's Cloud API, https://developers.facebook.com/docs/whatsapp/cloud-api/webhooks."""

import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from kurir_api.intake.channels import Channel, dicts, is_signed
from kurir_api.services.replies.receive_text import InboundText
from kurir_api.settings import Settings

NAME = "whatsapp"
PREFIX = "sha256="


def create(settings: Settings) -> Channel | None:
    """The channel, when KURIR_WHATSAPP_APP_SECRET is set."""
    secret = settings.whatsapp_app_secret.get_secret_value()
    verify_token = settings.whatsapp_verify_token.get_secret_value()
    return WhatsAppChannel(secret.encode(), verify_token.encode()) if secret else None


class WhatsAppChannel:
    """Signed with the app's secret, over the body. It has no time: a message that comes again is known by its id."""

    max_body = 3 * 1024 * 1024  # Meta's own limit for a batch

    def __init__(self, secret: bytes, verify_token: bytes) -> None:
        self._secret = secret
        self._verify_token = verify_token

    def is_genuine(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:  # noqa: ARG002
        """See `Channel.is_genuine`."""
        signature = headers.get("x-hub-signature-256", "")
        return signature.startswith(PREFIX) and is_signed(self._secret, body, signature.removeprefix(PREFIX))

    def texts(self, payload: object) -> Iterator[InboundText]:
        """See `Channel.texts`; several entries, each with changes, each with messages."""
        entries = dicts(payload.get("entry")) if isinstance(payload, dict) else iter(())
        for entry in entries:
            for change in dicts(entry.get("changes")):
                value = change.get("value")
                for message in dicts(value.get("messages")) if isinstance(value, dict) else ():
                    if isinstance(message.get("id"), str):
                        yield InboundText(
                            channel=NAME,
                            provider_id=message["id"],
                            phone=_phone(message),
                            text=_words(message),
                            sent_at=_moment(message),
                        )

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """See `Channel.challenge`."""
        given = query.get("hub.verify_token", "").encode("utf-8", "replace")
        known = bool(self._verify_token) and hmac.compare_digest(self._verify_token, given)
        return query.get("hub.challenge", "") if query.get("hub.mode") == "subscribe" and known else None


def _phone(message: dict[str, Any]) -> str | None:
    """Meta writes 62812...; somebody with a user name may have no number here."""
    sender = message.get("from")
    return f"+{sender.lstrip('+')}" if isinstance(sender, str) and sender else None


def _moment(message: dict[str, Any]) -> datetime | None:
    """Seconds since 1970 (UTC), as text."""
    timestamp = str(message.get("timestamp"))
    return datetime.fromtimestamp(int(timestamp), UTC) if re.fullmatch(r"[0-9]{1,11}", timestamp) else None


def _words(message: dict[str, Any]) -> str:
    """What was written, or said by a template's button; nothing for pictures and the like."""
    for kind, field in (("text", "body"), ("button", "text")):
        part = message.get(kind)
        if isinstance(part, dict) and isinstance(part.get(field), str):
            words: str = part[field]
            return words
    return ""
