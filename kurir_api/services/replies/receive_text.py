"""Somebody sent a text message: what a member asks for is done as the app would, and answered by another text."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal, principal_of_phone
from kurir_api.dispatch.notifications import TEXT, notify, text_stranger
from kurir_api.dispatch.text_outbox import ANSWERS
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import InvalidInput, NotFound, Refusal, UnknownMember
from kurir_api.models import Alert, AlertStatus, Claim, ClaimStatus, Notification, Task, new_id
from kurir_api.services.claims.accept_offer import accept_offer
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.decline_offer import decline_offer
from kurir_api.services.claims.release_claim import release_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.drills.answer_drill import confirm_drill
from kurir_api.services.notifications.answer_alert import AnswerAlert, answer_alert
from kurir_api.services.phones import e164
from kurir_api.services.replies.reading import Reply, Verb, read_reply, says_ok
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.visibility import visible_tasks
from kurir_api.vault import vault

HELP_AGAIN_AFTER = timedelta(days=1)
"""How often a number is told what can be read here; more would talk to machines, for money."""

STORE = """
INSERT INTO inbound_message (id, channel, provider_id, received_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (channel, provider_id) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """A message as a provider delivered it. `provider_id` is the same when it is delivered again; `phone` as the
    provider writes it, None when it doesn't say.
    """

    channel: str
    provider_id: str
    phone: str | None
    text: str


async def receive_text(message: InboundText, now: datetime) -> None:
    """Do what the message says, once, however often it is delivered.

    One transaction: when it commits, all of it happened; until then the provider will deliver again. Of the message
    nothing is kept but a blind index of its id. What is no command, and who is no member, is left to people: they get
    one text a day that says so.
    """
    async with in_transaction():
        phone = _number(message.phone)
        if not await _is_new(message, now) or phone is None:
            return
        # One after another for each number: a second message may depend on what the first did.
        lock = vault().index("inbound_message.phone", phone)
        await get_connection("default").execute_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock])
        try:
            principal = await principal_of_phone(phone)
        except UnknownMember:
            await _tell_stranger(phone, message, now)
            return
        await _act(principal, message, now)


async def _is_new(message: InboundText, now: datetime) -> bool:
    # Providers' ids may hold the number or a digest of the words.
    index = vault().index("inbound_message.provider_id", message.provider_id)
    stored = await get_connection("default").execute_query_dict(STORE, [new_id(), message.channel, index, now])
    return bool(stored)


def _number(phone: str | None) -> str | None:
    """E.164; None for what can't be answered, such as an operator's name in place of a number."""
    try:
        return e164(phone, "phone") if phone else None
    except InvalidInput:
        return None


async def _act(principal: Principal, message: InboundText, now: datetime) -> None:
    reply = read_reply(message.text)
    if reply is None:
        if not (says_ok(message.text) and await confirm_drill(principal.member_id, now)):
            await _help(principal, message, now)
        return
    try:
        task = await visible_tasks(principal).get_or_none(number=reply.number)
        if task is None:
            raise NotFound
        async with in_transaction():
            done = await ACTIONS[reply.verb](principal, task)
        await _answer(principal, message, done, task, now)
    except Refusal as refusal:
        await _refuse(principal, message, reply, refusal, now)


async def _take(principal: Principal, task: Task) -> NotificationKind:
    offer = await _own_claims(principal, task).get_or_none(status=ClaimStatus.OFFERED)
    if offer:
        await accept_offer(principal, ClaimAction(claim_id=offer.id))
    else:
        await claim_task(principal, ClaimTask(task_id=task.id))
    return NotificationKind.REPLY_TAKEN


async def _decline(principal: Principal, task: Task) -> NotificationKind:
    offer = await _own_claims(principal, task).get_or_none(status=ClaimStatus.OFFERED)
    if offer:
        await decline_offer(principal, ClaimAction(claim_id=offer.id))
        return NotificationKind.REPLY_DECLINED
    alert = await Alert.filter(task_id=task.id, member_id=principal.member_id).order_by("-id").first()
    if alert is None:
        raise NotFound
    await answer_alert(principal, AnswerAlert(alert_id=alert.id, status=AlertStatus.DECLINED))
    return NotificationKind.REPLY_DECLINED


async def _release(principal: Principal, task: Task) -> NotificationKind:
    claim = await _last_claim(principal, task)
    await release_claim(principal, ClaimAction(claim_id=claim.id))
    return NotificationKind.REPLY_RELEASED


async def _complete(principal: Principal, task: Task) -> NotificationKind:
    claim = await _last_claim(principal, task)
    if claim.status == ClaimStatus.HELD:
        await start_claim(principal, ClaimAction(claim_id=claim.id))
    await complete_claim(principal, ClaimAction(claim_id=claim.id))
    return NotificationKind.REPLY_COMPLETED


ACTIONS: Mapping[Verb, Callable[[Principal, Task], Awaitable[NotificationKind]]] = {
    Verb.TAKE: _take,
    Verb.DECLINE: _decline,
    Verb.RELEASE: _release,
    Verb.COMPLETE: _complete,
}
"""What each verb does, by the app's own use cases; the answer to it. They raise the app's refusals."""


def _own_claims(principal: Principal, task: Task) -> Any:
    return Claim.filter(task_id=task.id, member_id=principal.member_id)


async def _last_claim(principal: Principal, task: Task) -> Claim:
    claim: Claim | None = await _own_claims(principal, task).order_by("-id").first()
    if claim is None:
        raise NotFound
    return claim


async def _answer(
    principal: Principal,
    message: InboundText,
    kind: NotificationKind,
    task: Task | None,
    now: datetime,
    **data: Any,
) -> None:
    await notify(
        kind,
        [principal.member_id],
        task,
        regency_code=principal.regency_code,
        now=now,
        channel=TEXT,
        urgent=True,
        **data | {ANSWERS: message.channel},
    )


async def _refuse(principal: Principal, message: InboundText, reply: Reply, refusal: Refusal, now: datetime) -> None:
    said = {locale: refusal.message(locale) for locale in ("id", "en")}
    await _answer(principal, message, NotificationKind.REPLY_REFUSED, None, now, number=reply.number, said=said)


async def _help(principal: Principal, message: InboundText, now: datetime) -> None:
    helped = Notification.filter(
        member_id=principal.member_id, kind=NotificationKind.REPLY_HELP, created_at__gt=now - HELP_AGAIN_AFTER
    )
    if not await helped.exists():
        await _answer(principal, message, NotificationKind.REPLY_HELP, None, now)


async def _tell_stranger(phone: str, message: InboundText, now: datetime) -> None:
    told = Notification.filter(phone_index=Notification.phone.index(phone), created_at__gt=now - HELP_AGAIN_AFTER)
    if not await told.exists():
        await text_stranger(NotificationKind.REPLY_UNKNOWN, phone, now, **{ANSWERS: message.channel})
