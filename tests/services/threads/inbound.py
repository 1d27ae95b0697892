"""Messages as channels deliver them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from kurir_api.models import Message, Report
from kurir_api.models.report import Channel
from kurir_api.services.threads.inbox import take_in_messages
from kurir_api.services.threads.receiving import Inbound, store

NOW = datetime.now(UTC)
PHONE = "+6281298765432"
_ids = count(1)


def message(text: str = "Ibu saya sakit, butuh ambulans", minutes_ago: float | None = 0, **values: Any) -> Inbound:
    """A WhatsApp message from one who needs help."""
    defaults: dict[str, Any] = {
        "via": "whatsapp",
        "channel": Channel.WHATSAPP,
        "provider_id": f"wamid.{next(_ids)}",
        "sender": PHONE,
        "sent_at": None if minutes_ago is None else NOW - timedelta(minutes=minutes_ago),
    }
    return Inbound(text=text, **defaults | values)


async def arrive(*messages: Inbound, at: datetime = NOW) -> None:
    """They are delivered, one after another, and a worker deals with each."""
    for one in messages:
        await store([one], at)
        await take_in_messages(at)


async def conversation(report: Report | None = None) -> list[str]:
    """The words of the report's messages, or of the only one's, in order."""
    report = report or await Report.get()
    return [
        row.text or "" for row in await Message.filter(report_id=report.id, incoming=True).order_by("sent_at", "id")
    ]
