"""What a message from outside is: a member's command, a family's word, or part of a report."""

from datetime import datetime

from kurir_api.services.family.saying_by_text import take_family_word
from kurir_api.services.replies.receive_text import answer_mistyped, member_of, receive_text
from kurir_api.services.threads.joining import has_open_thread, join
from kurir_api.services.threads.receiving import Inbound


async def deal_with(message: Inbound, received_at: datetime, now: datetime) -> None:
    """Do what it asks for, or have a desk look at it. In the caller's transaction, one sender's one after another."""
    member = await member_of(message)
    if member is not None and await receive_text(member, message, received_at, now):
        return
    if await take_family_word(message, received_at, now):
        return
    if member is not None and not await has_open_thread(message) and await answer_mistyped(member, message, now):
        return
    await join(message, received_at, now)
