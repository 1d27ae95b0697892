"""What a patient's family sees: their tasks, without anything personal."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from kurir_api.errors import Words
from kurir_api.models import (
    AccessAction,
    AccessBy,
    CaseStatus,
    Claim,
    ClaimStatus,
    FamilyLink,
    FamilyWord,
    Region,
    Task,
    TaskStatus,
)
from kurir_api.services.accesses import accounted, note, subjects_of
from kurir_api.services.family.links import indexes_of
from kurir_api.services.family.word import RECENT, Answer, give_word, may_speak_of
from kurir_api.task_kinds import task_kinds

LIVE = (TaskStatus.OPEN, TaskStatus.FILLED, TaskStatus.IN_PROGRESS)
MOST_TASKS = 50


class Stage(StrEnum):
    """How far a task is, as far as it concerns the family."""

    SOUGHT = "SOUGHT"
    COMING = "COMING"
    AT_WORK = "AT_WORK"
    DONE = "DONE"
    OVER = "OVER"


@dataclass(frozen=True, slots=True)
class FamilyTask:
    """What is coming, between when and when (UTC). `answerable`: the family is asked whether it came."""

    number: int
    name: Words
    starts_at: datetime
    ends_at: datetime
    stage: Stage
    answerable: bool
    word: FamilyWord | None


@dataclass(frozen=True, slots=True)
class FamilyView:
    """The tasks, the latest first, and the regency's `zone`."""

    tasks: Sequence[FamilyTask]
    zone: ZoneInfo


async def open_link(token: str, now: datetime) -> FamilyView | None:
    """What a token shows; None for one that is unknown, over or revoked, or whose case is closed."""
    link = await _valid(token, now)
    if link is None:
        return None
    subjects = await subjects_of([link.case_id])
    async with accounted("family"):
        note(
            subjects[link.case_id], AccessAction.READ, ("tasks",), who=AccessBy.FAMILY_LINK, ground=f"link:{link.id}"
        )
    await FamilyLink.filter(id=link.id).update(last_opened_at=now)
    shown = Q(status__in=LIVE) | Q(status__in=set(TaskStatus) - {*LIVE, TaskStatus.DRAFT}, ends_at__gt=now - RECENT)
    tasks = await Task.filter(shown, case_id=link.case_id).order_by("-starts_at", "-id").limit(MOST_TASKS)
    claims: dict[object, list[str]] = defaultdict(list)
    for task_id, status in await Claim.filter(task_id__in=[task.id for task in tasks]).values_list(
        "task_id", "status"
    ):
        claims[task_id].append(str(status))
    zone = ZoneInfo((await Region.get(code=link.regency_code)).time_zone)
    return FamilyView([_shown(task, claims[task.id], now) for task in tasks], zone)


async def say_by_link(token: str, number: int, word: FamilyWord, now: datetime) -> Answer | None:
    """The family's word of the task of that number; None when the token, or the task by it, is unknown or over."""
    async with in_transaction():
        link = await _valid(token, now)
        if link is None:
            return None
        task = await Task.get_or_none(number=number, case_id=link.case_id, status__not=TaskStatus.DRAFT)
        return None if task is None else await give_word(task.id, word, now)


async def _valid(token: str, now: datetime) -> FamilyLink | None:
    return await FamilyLink.get_or_none(
        token_index__in=indexes_of(token),
        revoked_at__isnull=True,
        expires_at__gt=now,
        case__status__not=CaseStatus.CLOSED,
    )


def _shown(task: Task, claims: Collection[str], now: datetime) -> FamilyTask:
    return FamilyTask(
        number=task.number,
        name=task_kinds()[task.kind].name,
        starts_at=task.starts_at,
        ends_at=task.ends_at,
        stage=_stage(task, claims),
        answerable=may_speak_of(task, now),
        word=task.family_word,
    )


def _stage(task: Task, claims: Collection[str]) -> Stage:
    """An offer that nobody has accepted is nobody yet."""
    if task.status in {TaskStatus.DONE, TaskStatus.VERIFIED}:
        return Stage.DONE
    if task.status not in LIVE:
        return Stage.OVER
    if ClaimStatus.IN_PROGRESS in claims:
        return Stage.AT_WORK
    return Stage.COMING if ClaimStatus.HELD in claims else Stage.SOUGHT
