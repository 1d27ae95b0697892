"""A call for help by the office's web page."""

from datetime import datetime

from kurir_api.models import InboundMessage, Report
from kurir_api.services.threads.inbox import take_in
from kurir_api.services.threads.receiving import Inbound

NAME = "form"
"""As `intake` calls it."""


async def report_of(message: Inbound, now: datetime) -> int | None:
    """The number of the report that the stored message is part of, which is made now unless it was before."""
    stored = await InboundMessage.get(channel=message.via, provider_id__in=message.stored_under)
    await take_in(stored.id, message.sender_indexes, now)
    theirs = Report.filter(via=message.via, sender_index__in=Report.sender.indexes(message.sender))
    newest = await theirs.order_by("-id").first()
    return newest.number if newest else None
