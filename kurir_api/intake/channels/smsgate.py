"""SMSGate: the Android phone that sends our SMS delivers those it gets, https://docs.sms-gate.app/features/webhooks/."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from kurir_api.intake.channels import Channel, is_signed
from kurir_api.services.replies.receive_text import InboundText
from kurir_api.settings import Settings

NAME = "smsgate"
STALE_AFTER = timedelta(minutes=5)
"""As its makers advise; the phone signs each attempt anew."""


def create(settings: Settings) -> Channel | None:
    """The channel, when KURIR_SMSGATE_SIGNING_KEY is set."""
    key = settings.smsgate_signing_key.get_secret_value()
    return SmsGateChannel(key.encode()) if key else None


class SmsGateChannel:
    """Signed with `key`, over the body and the header's time."""

    max_body = 64 * 1024

    def __init__(self, key: bytes) -> None:
        self._key = key

    def is_genuine(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """See `Channel.is_genuine`."""
        timestamp = headers.get("x-timestamp", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
            return False
        fresh = abs(now.timestamp() - int(timestamp)) <= STALE_AFTER.total_seconds()
        return is_signed(self._key, body + timestamp.encode(), headers.get("x-signature", "")) and fresh

    def texts(self, payload: object) -> Iterator[InboundText]:
        """See `Channel.texts`. The message's id alone isn't unique: it is made from the words."""
        if not isinstance(payload, dict) or payload.get("event") != "sms:received":
            return
        message = payload.get("payload")
        if not isinstance(message, dict):
            return
        phone = message.get("sender") or message.get("phoneNumber")
        words = message.get("message")
        parts = (payload.get("deviceId"), message.get("messageId"), phone, message.get("receivedAt"), words)
        if isinstance(words, str):
            yield InboundText(
                channel=NAME,
                provider_id="\n".join(str(part) for part in parts),
                phone=phone if isinstance(phone, str) else None,
                text=words,
                sent_at=_moment(message.get("receivedAt")),
            )

    def challenge(self, query: Mapping[str, str]) -> str | None:  # noqa: ARG002 - it never asks
        """See `Channel.challenge`."""
        return None


def _moment(written: object) -> datetime | None:
    """ISO 8601 with its offset from UTC; what isn't says nothing."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
