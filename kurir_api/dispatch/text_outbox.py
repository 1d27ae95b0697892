"""The outbox's text messages: to members whom a push didn't reach, in answer to what somebody texted, and in the
conversations of reports."""

import random
from base64 import b64decode, b64encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from opentelemetry.trace import SpanKind
from tortoise.connection import get_connection

from kurir_api.dispatch.notifications import ALARMS, TEXT
from kurir_api.dispatch.outbox import Answers, Chance, Due, Unsendable, deliver_all, take_due, worded
from kurir_api.dispatch.text_senders import TextMessage, TextSender, text_sender_names
from kurir_api.dispatch.texts import INDONESIAN, NotificationKind, render_line
from kurir_api.models import Member, Message, Notification, Report
from kurir_api.telemetry.tracing import span
from kurir_api.vault import vault

NO_NUMBER = "no number"
SUPERSEDED = "answered or over before it was sent"
ANSWERS = "answers"
"""In a notification's data: the channel on which the text that it answers came in."""

LINK_SEALED = "link_sealed"
"""In a notification's data: a link that lets in whoever has it, as `sealed_link` makes it."""

CODE_SEALED = "code_sealed"
"""In a notification's data: a code that signs in whoever has it, as `sealed_code` makes it; gone once it ended."""

CALLS: frozenset[str] = ALARMS | {NotificationKind.TASK_ALERT, NotificationKind.OFFER}
"""The kinds for which a gateway may pass by its own limits when they are urgent."""

WINDOW = timedelta(hours=24)
"""How long after somebody last wrote WhatsApp and Messenger let one answer freely,
https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-messages and
https://developers.facebook.com/docs/messenger-platform/policy/policy-overview.
"""

SUPERSEDED_TEXTS = """
SELECT n.id FROM notification n
    LEFT JOIN task t ON t.id = n.task_id
    LEFT JOIN alert a ON a.id = n.alert_id
    LEFT JOIN claim c ON c.task_id = n.task_id AND c.member_id = n.member_id
        AND c.status IN ('OFFERED', 'HELD', 'IN_PROGRESS')
WHERE n.id = ANY($1::uuid[]) AND CASE
    WHEN n.kind = 'TASK_ALERT' THEN a.status NOT IN ('QUEUED', 'SENT', 'FAILED') OR t.status <> 'OPEN'
    WHEN n.kind = 'OFFER' THEN c.status IS DISTINCT FROM 'OFFERED'
    WHEN n.kind = 'CLAIM_REMINDER' THEN c.status IS DISTINCT FROM 'HELD'
    WHEN n.kind = ANY($2::text[]) THEN NOT EXISTS (
        SELECT FROM alarm WHERE task_id = n.task_id AND reason = n.kind AND ended_at IS NULL)
END
"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a reporter is written to: on `channel`, as `intake` calls it; None: at a telephone number (E.164), by the
    office's own sender.
    """

    channel: str | None
    address: str


def address_of(report: Report) -> Address | None:
    """The way the reporter wrote, where that can be answered, else their telephone; None when neither is known."""
    if report.via in text_sender_names() and report.sender is not None:
        return Address(report.via, report.sender)
    number = report.reporter_phone or report.sender
    return Address(None, number) if number is not None and number.startswith("+") else None


async def deliver_due_texts(
    office: TextSender,
    now: datetime,
    *,
    channels: Mapping[str, TextSender] = MappingProxyType({}),
    batch: int = 20,
    chance: Chance = random.random,
) -> int:
    """Send up to `batch` text messages that are due; how many were taken on. Retries as `outbox.deliver_due`.

    `office` writes to telephone numbers; a message of a report's conversation goes by the sender of its channel, if
    that is among `channels`. What was answered or is over meanwhile isn't sent: an alert, an offer, a reminder, an
    alarm. A text can't be taken back.
    """
    due = await take_due(TEXT, now, batch)
    superseded = await _superseded([one.id for one in due])
    addressees = await _addressees(due)

    async def send(one: Due) -> Answers:
        if one.id in superseded:
            raise Unsendable(SUPERSEDED, dead=False)
        addressee = addressees.get(one.id)
        if addressee is None:
            return Answers()
        message = addressee.message if isinstance(addressee, Notification) else None
        if message is not None:
            reached, text = worded(lambda: _thread_message(one, message, now))
            return await _sent(_sender(reached, office, channels), text)
        return await _sent(office, worded(lambda: _message(one, addressee, now)))

    await deliver_all(deliver_due_texts, due, send, now, chance, unaddressed=NO_NUMBER)
    return len(due)


async def _sent(sender: TextSender, text: TextMessage) -> Answers:
    with span("send text", SpanKind.CLIENT):
        return Answers(await sender.send([text]))


async def _superseded(texts: Collection[UUID]) -> set[UUID]:
    if not texts:
        return set()
    rows = await get_connection("default").execute_query_dict(SUPERSEDED_TEXTS, [list(texts), list(ALARMS)])
    return {row["id"] for row in rows}


async def _addressees(due: Collection[Due]) -> Mapping[UUID, Member | Notification]:
    """By notification: the active member; or for a stranger the notification itself, which has the number, or the
    message with its report and hotline.
    """
    members = {
        member.id: member
        for member in await Member.filter(id__in=[one.member_id for one in due if one.member_id], active=True)
    }
    strangers = Notification.filter(id__in=[one.id for one in due if one.member_id is None])
    return {row.id: row for row in await strangers.select_related("message__report__hotline")} | {
        one.id: members[one.member_id] for one in due if one.member_id in members
    }


def _sender(reached: Address, office: TextSender, channels: Mapping[str, TextSender]) -> TextSender:
    """Raises Unsendable when there is no way back on that channel."""
    if reached.channel is None:
        return office
    if reached.channel in channels:
        return channels[reached.channel]
    if reached.address.startswith("+"):
        return office
    raise Unsendable(f"{reached.channel} is not set up")


def _thread_message(due: Due, message: Message, now: datetime) -> tuple[Address, TextMessage]:
    """Freely where its reporter wrote lately."""
    report = message.report
    reached = address_of(report)
    if reached is None:
        raise ValueError(NO_NUMBER)
    lately = report.last_inbound_at is not None and now - report.last_inbound_at < WINDOW
    hotline = report.hotline if report.hotline and report.hotline.channel == reached.channel else None
    return reached, TextMessage(
        notification_id=due.id,
        phone=reached.address,
        locale=INDONESIAN,
        text=message.text or "",
        ttl=due.expires_at - now,
        urgent=False,
        answers=reached.channel if lately else None,
        origin=hotline.address if hotline else None,
        private=True,
    )


def sealed_link(url: str) -> str:
    """The link as a notification's data may hold it: whoever reads the outbox must not be able to follow it."""
    return b64encode(vault().seal(LINK_SEALED, url)).decode()


def sealed_code(code: str) -> str:
    """The code as a notification's data may hold it."""
    return b64encode(vault().seal(CODE_SEALED, code)).decode()


def _opened(data: Mapping[str, Any]) -> Mapping[str, Any]:
    opened = {
        field: vault().unseal(place, b64decode(data[place]))
        for place, field in ((LINK_SEALED, "link"), (CODE_SEALED, "code"))
        if place in data
    }
    return {**data, **opened}


def _message(due: Due, addressee: Member | Notification, now: datetime) -> TextMessage:
    locale = addressee.locale if isinstance(addressee, Member) else INDONESIAN
    if addressee.phone is None:
        raise ValueError(NO_NUMBER)
    return TextMessage(
        notification_id=due.id,
        phone=addressee.phone,
        locale=locale,
        text=render_line(due.kind, locale, _opened(due.data)),
        ttl=due.expires_at - now,
        urgent=due.urgent and due.kind in CALLS,
        answers=due.data.get(ANSWERS),
        private=LINK_SEALED in due.data or CODE_SEALED in due.data,
    )
