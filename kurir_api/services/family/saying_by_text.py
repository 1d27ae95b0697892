"""The family answers by text whether the help came."""

from datetime import datetime
from typing import Any

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from kurir_api.dispatch.notifications import text_stranger
from kurir_api.dispatch.text_outbox import ANSWERS
from kurir_api.dispatch.texts import INDONESIAN, NotificationKind, render_line
from kurir_api.models import Patient, Report, Task, TaskStatus
from kurir_api.services.family.reading import read_family_reply
from kurir_api.services.family.word import ANSWERS as WORDS
from kurir_api.services.family.word import Answer, give_word
from kurir_api.services.phones import is_mobile_at_home
from kurir_api.services.threads.joining import has_open_thread, keep
from kurir_api.services.threads.receiving import Inbound
from kurir_api.services.threads.saying import may_answer, say

KINDS = {Answer.THANKED: NotificationKind.FAMILY_THANKED, Answer.HEARD: NotificationKind.FAMILY_HEARD}


async def take_family_word(message: Inbound, received_at: datetime, now: datetime) -> bool:
    """Whether the message was the family's word of a task, and is dealt with: kept in its conversation, done and
    answered.

    Only a reporter of the task's case, or the patient, may give it; to anybody else there is no such task. Who is in
    a conversation means something else by the number; that, and what can't be answered within the limits for
    strangers, is left to people: False.
    """
    reply = read_family_reply(message.text)
    if reply is None:
        return False
    async with in_transaction():
        task = await Task.get_or_none(number=reply.number).select_related("case")
        report, known = await _speaker(task, message)
        if task is None or not known:
            return await _answer_stranger(message, reply.number, now)
        if report is not None:
            await _keep(report, message, message.sent(received_at), now)
        answer = await give_word(task.id, reply.word, now)
        kind = KINDS.get(answer, NotificationKind.FAMILY_REFUSED)
        data: dict[str, Any] = {"number": task.number}
        if kind is NotificationKind.FAMILY_REFUSED:
            data["said"] = {locale: WORDS[answer].say(locale).rstrip(".") for locale in ("id", "en")}
        if report is not None:
            await say(report, render_line(kind, INDONESIAN, data), now, kind=kind, **data)
        elif message.number is not None and is_mobile_at_home(message.number):
            await text_stranger(kind, message.number, now, **data | {ANSWERS: message.via})
        return True


async def _speaker(task: Task | None, message: Inbound) -> tuple[Report | None, bool]:
    """The conversation of the sender in the task's case, and whether they may speak of the task."""
    if task is None or task.status == TaskStatus.DRAFT:
        return None, False
    sender = Report.sender.indexes(message.sender)
    theirs = Q(via=message.via, sender_index__in=sender)
    if message.number is not None:
        phones = Report.reporter_phone.indexes(message.number)
        theirs |= Q(sender_index__in=sender) | Q(reporter_phone_index__in=phones)
    reports = await Report.filter(theirs, case_id=task.case_id).order_by("-id")
    if reports:
        return next((report for report in reports if report.via == message.via), reports[0]), True
    if message.number is None:
        return None, False
    patients = Patient.filter(id=task.case.patient_id, phone_index__in=Patient.phone.indexes(message.number))
    return None, await patients.exists()


async def _keep(report: Report, message: Inbound, sent_at: datetime, now: datetime) -> None:
    """The words as part of the conversation, in which they are answered; freely, if they were written in it."""
    await keep(report, message, sent_at, now)
    if report.via == message.via:
        report.last_inbound_at = max(report.last_inbound_at or sent_at, sent_at)
        await report.save(update_fields=["last_inbound_at"])


async def _answer_stranger(message: Inbound, number: int, now: datetime) -> bool:
    if message.number is None or await has_open_thread(message) or not await may_answer(message.number, now):
        return False
    await text_stranger(NotificationKind.FAMILY_UNKNOWN, message.number, now, number=number, **{ANSWERS: message.via})
    return True
