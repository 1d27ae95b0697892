"""The outbox's text messages: to members whom a push didn't reach, and in answer to what somebody texted."""

import asyncio
import random
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.dispatch.notifications import ALARMS, TEXT
from kurir_api.dispatch.outbox import Answers, Chance, Due, Unsendable, deliver, take_due, worded
from kurir_api.dispatch.text_senders import TextMessage, TextSender
from kurir_api.dispatch.texts import INDONESIAN, NotificationKind, render_line
from kurir_api.models import Member, Notification

NO_NUMBER = "no number"
SUPERSEDED = "answered or over before it was sent"
ANSWERS = "answers"
"""In a notification's data: the channel on which the text that it answers came in."""

CALLS: frozenset[str] = ALARMS | {NotificationKind.TASK_ALERT, NotificationKind.OFFER}
"""The kinds for which a gateway may pass by its own limits when they are urgent."""

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


async def deliver_due_texts(
    sender: TextSender, now: datetime, *, batch: int = 20, chance: Chance = random.random
) -> int:
    """Send up to `batch` text messages that are due; how many were taken on. Retries as `outbox.deliver_due`.

    What was answered or is over meanwhile isn't sent: an alert, an offer, a reminder, an alarm. A text can't be taken
    back.
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
        return Answers(await sender.send([worded(lambda: _message(one, addressee, now))]))

    await asyncio.gather(*(deliver(one, send, now, chance, unaddressed=NO_NUMBER) for one in due))
    return len(due)


async def _superseded(texts: Collection[UUID]) -> set[UUID]:
    if not texts:
        return set()
    rows = await get_connection("default").execute_query_dict(SUPERSEDED_TEXTS, [list(texts), list(ALARMS)])
    return {row["id"] for row in rows}


async def _addressees(due: Collection[Due]) -> Mapping[UUID, Member | Notification]:
    """By notification: the active member, or for a stranger the notification itself, which has the number."""
    members = {
        member.id: member
        for member in await Member.filter(id__in=[one.member_id for one in due if one.member_id], active=True)
    }
    strangers = await Notification.filter(id__in=[one.id for one in due if one.member_id is None])
    return {row.id: row for row in strangers} | {
        one.id: members[one.member_id] for one in due if one.member_id in members
    }


def _message(due: Due, addressee: Member | Notification, now: datetime) -> TextMessage:
    locale = addressee.locale if isinstance(addressee, Member) else INDONESIAN
    if addressee.phone is None:
        raise ValueError(NO_NUMBER)
    return TextMessage(
        notification_id=due.id,
        phone=addressee.phone,
        locale=locale,
        text=render_line(due.kind, locale, due.data),
        ttl=due.expires_at - now,
        urgent=due.urgent and due.kind in CALLS,
        answers=due.data.get(ANSWERS),
    )
