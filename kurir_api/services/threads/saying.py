"""What goes out to who reported: rows in the transaction of what they tell of, sent later by a worker."""

from datetime import datetime, timedelta
from typing import Any, overload

from tortoise.connection import get_connection
from tortoise.expressions import Q

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import text_thread
from kurir_api.dispatch.text_outbox import address_of
from kurir_api.dispatch.texts import INDONESIAN, NotificationKind, render_line
from kurir_api.errors import InvalidInput
from kurir_api.models import Message, Notification, Report, new_id
from kurir_api.services.phones import is_mobile_at_home

STRANGERS_AN_HOUR = 30
"""How many texts anybody can make Kurir send are sent, in all: whoever makes up numbers must not spend the office's
money.
"""

UNASKED_A_DAY = 3
"""How many of them go to one number or account, whoever caused them: they must annoy nobody whose number somebody
types, and whoever begins more reports in a day knows that they arrive.
"""


@overload
async def say(
    report: Report, words: str, now: datetime, *, author: Principal, kind: NotificationKind = ..., **data: Any
) -> Message: ...
@overload
async def say(
    report: Report, words: str, now: datetime, *, author: None = None, kind: NotificationKind = ..., **data: Any
) -> Message | None: ...
async def say(
    report: Report,
    words: str,
    now: datetime,
    *,
    author: Principal | None = None,
    kind: NotificationKind = NotificationKind.THREAD_MESSAGE,
    **data: Any,
) -> Message | None:
    """The message, now part of the report's conversation, and queued for its reporter. `data`: fields of
    `texts.render`, nothing personal; the words stand in the message alone.

    When there is nobody to write to, an `author` is refused with InvalidInput; without one nothing is said: None.
    """
    if address_of(report) is None:
        if author is None:
            return None
        raise InvalidInput.of(
            "reportId",
            id="Pelapor tidak bisa dibalas: nomor teleponnya tidak tercatat.",
            en="The reporter can't be written to: no telephone number is known.",
        )
    message = Message(
        id=new_id(),
        regency_code=report.regency_code,
        report_id=report.id,
        incoming=False,
        author_id=author.member_id if author else None,
        sent_at=now,
        recorded_at=now,
    )
    message.text = words
    await message.save(force_create=True)
    await text_thread(kind, message, now, **data)
    return message


UNASKED = (NotificationKind.REPORT_RECEIVED, NotificationKind.FAMILY_UNKNOWN)
"""What anybody can make Kurir send."""


async def acknowledge(report: Report, now: datetime) -> None:
    """Tell the reporter of a new report its number, if `may_answer` allows it."""
    reached = address_of(report)
    if reached is None or not await may_answer(reached.address, now):
        return
    kind, number = NotificationKind.REPORT_RECEIVED, report.number
    await say(report, render_line(kind, INDONESIAN, {"number": number}), now, kind=kind, number=number)


async def may_answer(address: str, now: datetime) -> bool:
    """Whether one more text that anybody can make Kurir send may go there, to a number (E.164) or an account: to no
    number abroad or of no mobile phone, and within `UNASKED_A_DAY` and `STRANGERS_AN_HOUR`. Holds a lock until the
    transaction ends.
    """
    if address.startswith("+") and not is_mobile_at_home(address):
        return False
    # One after another, else two at once would both be the last of the hour.
    await get_connection("default").execute_query("SELECT pg_advisory_xact_lock(hashtextextended('strangers', 0))")
    unasked = Notification.filter(member_id__isnull=True, kind__in=UNASKED)
    if await unasked.filter(created_at__gt=now - timedelta(hours=1)).count() >= STRANGERS_AN_HOUR:
        return False
    theirs = (
        Q(phone_index__in=Notification.phone.indexes(address))
        | Q(message__report__reporter_phone_index__in=Report.reporter_phone.indexes(address))
        | Q(message__report__sender_index__in=Report.sender.indexes(address))
    )
    return await unasked.filter(theirs, created_at__gt=now - timedelta(days=1)).count() < UNASKED_A_DAY
