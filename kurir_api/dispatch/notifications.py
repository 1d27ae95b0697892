"""Notifications as rows: written in the transaction of what they tell of, sent later by a worker."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from tortoise.connection import get_connection

from kurir_api.dispatch.texts import NotificationKind
from kurir_api.models import (
    AlarmReason,
    EscalationKind,
    Message,
    Notification,
    Task,
    Urgency,
    new_id,
    region_and_above,
)
from kurir_api.task_kinds import task_kinds

USEFUL_FOR = timedelta(days=1)
"""How long a notification that has no window, or whose window is over, is worth sending."""

PUSH = "push"
TEXT = "fallback"
"""The channels: to the app on all of a member's devices, or as a text message to his number."""

ALARMS: frozenset[str] = frozenset(AlarmReason)
"""The kinds that tell coordinators of an alarm."""

ESCALATIONS: frozenset[str] = frozenset(EscalationKind)
"""The kinds that tell a desk of what waits too long."""

MUST_ARRIVE: frozenset[str] = (
    ALARMS
    | ESCALATIONS
    | {
        NotificationKind.REFERRAL_UNANSWERED,
        NotificationKind.HANDED_UP,
        NotificationKind.OFFER,
        NotificationKind.OFFER_EXPIRED,
        NotificationKind.CLAIM_REMINDER,
        NotificationKind.CLAIM_EXPIRED,
        NotificationKind.CLAIM_REVOKED,
        NotificationKind.HANDED_OVER,
        NotificationKind.NOT_HANDED_OVER,
        NotificationKind.TASK_CANCELLED,
        NotificationKind.FAMILY_DISPUTED,
        NotificationKind.CONSENT_WITHDRAWN,
    }
)
"""The kinds that go by text to whom no push can reach: who isn't told would set off in vain, or not at all. Urgent
alerts have a way of their own, `fallbacks.py`, since the app says when they arrived.
"""

EMERGENCY, URGENT, USUAL, DRILL = range(4)
"""The order in which notifications that are due leave: an emergency waits behind nothing, a drill behind all."""

INSERT = """
INSERT INTO notification (id, regency_code, member_id, kind, task_id, alert_id, data, channel, silent, urgent,
                          priority, expires_at, created_at, due_at, attempts)
SELECT n.id, $4::text, n.member_id, $5, $6, n.alert_id,
       $7::jsonb || jsonb_strip_nulls(jsonb_build_object(
           'village', (SELECT r.name FROM region r WHERE r.code = $8::text AND r.level = 'VILLAGE'),
           'subdistrict', (SELECT r.name FROM region r WHERE r.code = left($8::text, 8) AND r.level = 'SUBDISTRICT'),
           'time_zone', (SELECT r.time_zone FROM region r WHERE r.code = $4::text),
           'distance_m', n.distance_m, 'drill_id', n.drill_id)),
       $15, $9, $10, $17, $11, $12, coalesce($14, least($12, clock_timestamp())), 0
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $13::float8[], $16::uuid[])
    AS n (id, member_id, alert_id, distance_m, drill_id)
"""

REFUSED = "refused_devices"
"""In a notification's data: the ids of the devices that a retry leaves out, since it would fail there for ever."""

TROUBLE = "trouble"
"""In a notification's data: why it had to be tried again, the last time."""

TEXTED = "texted"
"""In a notification's data: it went out as a text message as well."""

FOLLOW = """
INSERT INTO notification (id, regency_code, member_id, kind, task_id, data, channel, silent, urgent, priority,
                          expires_at, created_at, due_at, attempts)
SELECT $2, regency_code, member_id, kind, task_id, data - $4::text[], $5, false, urgent, priority,
    expires_at, $3, $3, 0
FROM notification WHERE id = $1
"""


async def notify(
    kind: NotificationKind,
    members: Iterable[UUID],
    task: Task | None,
    *,
    now: datetime,
    regency_code: str | None = None,
    alert_ids: Mapping[UUID, UUID] | None = None,
    distances_m: Mapping[UUID, float] | None = None,
    drill_ids: Mapping[UUID, UUID] | None = None,
    due_at: datetime | None = None,
    channel: str = PUSH,
    silent: bool = False,
    urgent: bool = False,
    useful_for: timedelta = USEFUL_FOR,
    **data: Any,
) -> None:
    """Queue one notification for each of `members`, due at `due_at`, else now: by the database's clock, by which
    workers go, where `now` is ahead of it. One statement.

    `alert_ids`, `distances_m` (metres) and `drill_ids` are by member id. `data` are further fields of `texts.render`;
    the task's own are filled in here. `regency_code`: where there is no task, or its isn't meant. Worth sending until
    the task's window ends, or else for `useful_for`.
    """
    members = list(dict.fromkeys(members))
    if not members:
        return
    expires_at = task.ends_at if task and task.ends_at > now else now + useful_for
    await get_connection("default").execute_query(
        INSERT,
        [
            [new_id() for _ in members],
            members,
            [(alert_ids or {}).get(member) for member in members],
            regency_code or (task and task.regency_code),
            kind.value,
            task.id if task else None,
            orjson.dumps((task_fields(task) if task else {}) | data).decode(),
            task.region_id if task else None,
            silent,
            urgent,
            expires_at,
            now,
            [(distances_m or {}).get(member) for member in members],
            due_at,
            channel,
            [(drill_ids or {}).get(member) for member in members],
            _priority(kind, task, urgent=urgent and not silent),
        ],
    )


def _priority(kind: NotificationKind, task: Task | None, *, urgent: bool) -> int:
    if kind is NotificationKind.DRILL:
        return DRILL
    if not urgent:
        return USUAL
    return EMERGENCY if task and task.urgency == Urgency.EMERGENCY else URGENT


async def follow_by_text(notification_id: UUID, now: datetime) -> None:
    """Queue a text message that says what this push couldn't."""
    await get_connection("default").execute_query(
        FOLLOW, [notification_id, new_id(), now, [REFUSED, TROUBLE, TEXTED], TEXT]
    )


async def text_stranger(kind: NotificationKind, phone: str, now: datetime, **data: Any) -> None:
    """Queue a text message to a number (E.164) of no member, and so of no regency. The number is forgotten when it
    ended; its blind index stays.
    """
    text = _text(kind, now, data)
    text.phone = phone
    await text.save(force_create=True)


async def text_thread(kind: NotificationKind, message: Message, now: datetime, **data: Any) -> None:
    """Queue this outgoing message of a report's conversation, to be sent the way its reporter wrote."""
    text = _text(kind, now, data, regency_code=message.regency_code, message_id=message.id)
    await text.save(force_create=True)


def _text(kind: NotificationKind, now: datetime, data: dict[str, Any], **columns: Any) -> Notification:
    """A text message to nobody yet."""
    return Notification(
        id=new_id(),
        kind=kind.value,
        data=data,
        channel=TEXT,
        silent=True,
        expires_at=now + USEFUL_FOR,
        created_at=now,
        due_at=now,
        **{"regency_code": "", **columns},
    )


async def tell_author(notification_id: UUID, now: datetime) -> None:
    """For the transaction in which a text came to nothing: if the desk wrote it, whoever did must reach the reporter
    some other way.
    """
    message = await Message.get_or_none(notifications__id=notification_id).select_related("report")
    if message is not None and message.author_id is not None:
        await notify(
            NotificationKind.MESSAGE_FAILED,
            [message.author_id],
            None,
            now=now,
            regency_code=message.regency_code,
            number=message.report.number,
            report_id=str(message.report_id),
        )


async def coordinators_of(region_code: str) -> list[UUID]:
    """The active coordinators whose region is this one or above it, by id."""
    rows = await get_connection("default").execute_query_dict(
        "SELECT DISTINCT m.id FROM membership s JOIN member m ON m.id = s.member_id"
        " WHERE s.role = 'COORDINATOR' AND s.region_id = ANY($1::text[]) AND m.active ORDER BY m.id",
        [region_and_above(region_code)],
    )
    return [row["id"] for row in rows]


def task_fields(task: Task) -> dict[str, Any]:
    """What `texts.render` reads of a task; nothing of the patient."""
    name = task_kinds()[task.kind].name
    return {
        "kind_name": {"id": name.id, "en": name.en},
        "number": task.number,
        "urgency": task.urgency,
        "starts_at": task.starts_at.isoformat(),
    }
