"""The family says of a task whether the help came."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from kurir_api.dispatch.alarms import arm_alarm, arm_window_passed, end_alarms
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.dispatch.waves import seek_members
from kurir_api.errors import Words
from kurir_api.models import LIVE, AlarmReason, Claim, ClaimStatus, FamilyWord, Task, TaskStatus, WorkEntry
from kurir_api.services.contributions.work import reverse_work
from kurir_api.services.tasks.verifying import verify_one
from kurir_api.task_kinds import task_kinds
from kurir_api.transitions import move

RECENT = timedelta(days=14)
"""How long after its window a task may still be spoken of."""

EXPECTED = (TaskStatus.FILLED, TaskStatus.IN_PROGRESS)
REASON = "Keluarga: bantuan belum datang."


class Answer(StrEnum):
    """What came of the family's word."""

    THANKED = "THANKED"
    HEARD = "HEARD"
    EARLY = "EARLY"
    VERIFIED = "VERIFIED"
    SOUGHT = "SOUGHT"
    OVER = "OVER"


ANSWERS: Mapping[Answer, Words] = {
    Answer.THANKED: Words(
        id="Terima kasih. Kami catat bahwa bantuan sudah datang.", en="Thank you. We noted that the help came."
    ),
    Answer.HEARD: Words(
        id="Kami catat bahwa bantuan belum datang. Koordinator diberi tahu. Gawat darurat: telepon 119.",
        en="We noted that the help did not come. The coordinator is told. Emergency: call 119.",
    ),
    Answer.EARLY: Words(
        id="Belum waktunya. Jawab lagi sesudah waktu yang dijanjikan.",
        en="It is not time yet. Answer again after the time you were given.",
    ),
    Answer.VERIFIED: Words(
        id="Bantuan ini sudah tercatat datang. Bila tidak benar, hubungi kantor atau koordinator Anda.",
        en="This help is on record as having come. If that is wrong, call the office or your coordinator.",
    ),
    Answer.SOUGHT: Words(
        id="Relawan sedang dicari. Bila bantuan sudah datang, hubungi kantor atau koordinator Anda.",
        en="A volunteer is being looked for. If the help came, call the office or your coordinator.",
    ),
    Answer.OVER: Words(
        id="Bantuan ini dibatalkan atau waktunya lewat. Hubungi kantor atau koordinator Anda.",
        en="This help was called off, or its time passed. Call the office or your coordinator.",
    ),
}
"""Each in words that say what to do."""

UNCHANGED = {
    TaskStatus.OPEN: Answer.SOUGHT,
    TaskStatus.CANCELLED: Answer.OVER,
    TaskStatus.EXPIRED: Answer.OVER,
    TaskStatus.FAILED: Answer.OVER,
}
"""What is answered where nothing can be said of any help."""


def may_speak_of(task: Task, now: datetime) -> bool:
    """Whether the family is asked: the work is done, or it should have begun."""
    return task.status == TaskStatus.DONE or (task.status in EXPECTED and task.starts_at <= now)


async def give_word(task_id: UUID, word: FamilyWord, now: datetime) -> Answer:
    """Do what the word means, once however often it is given. In the caller's transaction.

    It came: what is done is verified, what is under way will be when it is done. It did not: the coordinators are
    alarmed; work that is said to be done is disputed, and others are asked.
    """
    task = await Task.select_for_update().get(id=task_id)
    if word is FamilyWord.CAME:
        return await _came(task, now)
    return await _did_not_come(task, now)


async def _came(task: Task, now: datetime) -> Answer:
    if task.status == TaskStatus.VERIFIED:
        return Answer.THANKED
    if not may_speak_of(task, now):
        return _unchanged(task)
    await _keep(task, FamilyWord.CAME, now)
    if task.status == TaskStatus.DONE:
        await verify_one(task, None, None, now)
    return Answer.THANKED


async def _did_not_come(task: Task, now: datetime) -> Answer:
    if task.status == TaskStatus.VERIFIED:
        return Answer.VERIFIED
    if task.status == TaskStatus.OPEN and task.family_word == FamilyWord.DID_NOT_COME:
        return Answer.HEARD
    if not may_speak_of(task, now):
        return _unchanged(task)
    if task.status == TaskStatus.DONE:
        await _dispute(task, now)
    elif await _said_of_these(task):
        return Answer.HEARD
    else:
        await _keep(task, FamilyWord.DID_NOT_COME, now)
    await arm_alarm(task, AlarmReason.DID_NOT_COME, now)
    return Answer.HEARD


def _unchanged(task: Task) -> Answer:
    return UNCHANGED.get(TaskStatus(task.status), Answer.EARLY)


async def _keep(task: Task, word: FamilyWord, now: datetime) -> None:
    task.family_word, task.family_said_at = word, now
    await task.save(update_fields=["family_word", "family_said_at"])


async def _said_of_these(task: Task) -> bool:
    """Whether the family said so of those who are to come now, and not of others before them."""
    if task.family_word != FamilyWord.DID_NOT_COME or task.family_said_at is None:
        return False
    return not await Claim.filter(task_id=task.id, status__in=LIVE, claimed_at__gt=task.family_said_at).exists()


async def _dispute(task: Task, now: datetime) -> None:
    """Take the work back in the books, tell its members, and seek others, who get the kind's usual time."""
    claims = await Claim.filter(task_id=task.id, status=ClaimStatus.COMPLETED).order_by("id").select_for_update()
    for claim in claims:
        claim.task = task
        await move(claim, "dispute", None, at=now)
        await _take_back(claim, now)
    await move(
        task,
        "dispute",
        None,
        at=now,
        ends_at=max(task.ends_at, now + task_kinds()[task.kind].default_duration),
        family_word=FamilyWord.DID_NOT_COME,
        family_said_at=now,
    )
    await seek_members(task, now)
    await end_alarms(task, now)
    await arm_window_passed(task)
    await notify(NotificationKind.FAMILY_DISPUTED, [claim.member_id for claim in claims], task, now=now)


async def _take_back(claim: Claim, now: datetime) -> None:
    """The line of the claim that holds: one that was corrected is reversed already."""
    for line in await WorkEntry.filter(claim_id=claim.id, reverses_id__isnull=True).order_by("id"):
        if not await WorkEntry.exists(reverses_id=line.id):
            await reverse_work(line, REASON, now)
