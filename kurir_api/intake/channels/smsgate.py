"""SMSGate: the Android phone that sends our SMS delivers those it gets, https://docs.sms-gate.app/features/webhooks/."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from kurir_api.intake.channels import Channel, Malformed, Shape, is_fresh, is_signed, iso_moment, number, shaped
from kurir_api.models.report import Channel as CameBy
from kurir_api.services.threads.receiving import LONGEST_ID, LONGEST_TEXT, Inbound, clean
from kurir_api.settings import Settings

NAME = "smsgate"


class Event(Shape):
    """What happened at the phone `deviceId`."""

    event: str
    deviceId: str | None = None  # noqa: N815 - as it is delivered
    payload: dict[str, Any]


class Received(Shape):
    """An SMS; an older app calls its `sender` phoneNumber."""

    message: str
    messageId: str | None = None  # noqa: N815
    sender: str | None = None
    phoneNumber: str | None = None  # noqa: N815
    receivedAt: Any = None  # noqa: N815


def create(settings: Settings) -> Channel | None:
    """The channel, when KURIR_SMSGATE_SIGNING_KEY is set."""
    key = settings.smsgate_signing_key.get_secret_value()
    return SmsGateChannel(key.encode()) if key else None


class SmsGateChannel:
    """Signed with `key`, over the body and the header's time, by the phone for each attempt anew."""

    max_body = 64 * 1024
    explains = False

    def __init__(self, key: bytes) -> None:
        self._key = key

    def is_genuine(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """See `Channel.is_genuine`."""
        timestamp = headers.get("x-timestamp", "")
        signed = is_signed(self._key, body + timestamp.encode("utf-8", "replace"), headers.get("x-signature", ""))
        return signed and is_fresh(timestamp, now)

    def messages(self, payload: object) -> list[Inbound]:
        """See `Channel.messages`. The message's id alone isn't unique: it is made from the words. What operators
        write, under a name in place of a number, is nobody's call for help.
        """
        event = shaped(Event, payload)
        if event.event != "sms:received":
            return []
        received = shaped(Received, event.payload)
        written = received.sender or received.phoneNumber
        if written is None:
            raise Malformed
        sender, text = number(written), clean(received.message, LONGEST_TEXT)
        if sender is None or text is None:
            return []
        parts = (event.deviceId, received.messageId, written, received.receivedAt, received.message)
        return [
            Inbound(
                via=NAME,
                channel=CameBy.SMS,
                provider_id="\n".join(str(part) for part in parts),
                sender=sender,
                text=text,
                sent_at=iso_moment(received.receivedAt),
                address=clean(event.deviceId, LONGEST_ID),
            )
        ]

    def challenge(self, query: Mapping[str, str]) -> str | None:  # noqa: ARG002 - it never asks
        """See `Channel.challenge`."""
        return None
