"""Whoever visited writes down what the household has and needs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import orjson

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, NotAllowed, NotFound, Problems
from kurir_api.models import AccessAction, Assessment, Claim, Patient, Task, TaskStatus, new_id
from kurir_api.services.accesses import Subject, note
from kurir_api.services.assessments.checking import check_answers
from kurir_api.services.assessments.forms import Answers, Form, form_of, forms
from kurir_api.services.consent.withheld import lock_subject, note_withheld
from kurir_api.services.moments import has_come
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import ANSWERING, DESK, visible_tasks

NO_VISIT = (TaskStatus.DRAFT, TaskStatus.CANCELLED, TaskStatus.EXPIRED)


@dataclass(frozen=True, kw_only=True)
class SubmitAssessment(Command):
    """The `answers` to this `version` of the form of the task's kind. `at`: when they were given; None: now."""

    task_id: UUID
    version: int
    answers: Answers
    at: datetime | None = None


@use_case
async def submit_assessment(principal: Principal, command: SubmitAssessment) -> UUID:
    """The id of the task's assessment, which replaces an earlier one until the desk has referred.

    Raises NotFound, NotAllowed (the caller neither holds the task nor is of its desk), InvalidInput.
    """
    now = datetime.now(UTC)
    seen = await visible_tasks(principal).get_or_none(id=command.task_id)
    if seen is None:
        raise NotFound
    # The patient before tasks, as everywhere.
    subject = await lock_subject(seen.case_id)
    # Locked: of two who submit at once one comes second, and replaces.
    task = await Task.select_for_update().get(id=command.task_id)
    if not principal.reaches(task.region_id, *DESK) and not await _answers_for(principal, task):
        raise NotAllowed
    at = min(_checked(command, task, subject, now), now)
    note(subject, AccessAction.WRITTEN, ("assessment",), who=principal, ground=f"task:{task.id}")
    known = await Assessment.select_for_update().get_or_none(task_id=task.id)
    if known is None:
        return await _first(principal, command, task, at)
    _refuse_unless_replaceable(known, at)
    known.version, known.filled_by_id, known.filled_at = command.version, principal.member_id, at
    known.answers = _text(command.answers)
    await known.save(update_fields=["version", "filled_by_id", "filled_at", "answers_sealed"])
    return known.id


async def _answers_for(principal: Principal, task: Task) -> bool:
    return await Claim.filter(task_id=task.id, member_id=principal.member_id, status__in=ANSWERING).exists()


def _checked(command: SubmitAssessment, task: Task, subject: Subject, now: datetime) -> datetime:
    """When the answers, which fit the form, were given. Raises InvalidInput."""
    at = command.at or now
    problems = Problems()
    note_withheld(problems, "taskId", subject)
    has_come(problems, "at", at, now)
    if task.status in NO_VISIT:
        problems.add("taskId", id="Kunjungan itu tidak jadi.", en="There is no such visit.")
    form = _form(problems, command, task)
    if form is not None:
        check_answers(problems, "answers", form, command.answers)
    problems.refuse()
    return at


def _form(problems: Problems, command: SubmitAssessment, task: Task) -> Form | None:
    form = form_of(task.kind, command.version)
    if task.kind not in forms():
        problems.add("taskId", id="Tugas jenis ini tidak punya formulir.", en="This kind of task has no form.")
    elif form is None:
        known = ", ".join(str(version) for version in forms()[task.kind])
        problems.add("version", id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
    return form


def _refuse_unless_replaceable(known: Assessment, at: datetime) -> None:
    """Raises InvalidInput."""
    if known.referred_at is not None:
        raise InvalidInput.of(
            "taskId",
            id="Sudah dirujuk, jadi tidak bisa diubah; buat kunjungan baru.",
            en="Already referred, so it can't be changed; make another visit.",
        )
    if at < known.filled_at:
        raise InvalidInput.of(
            "at",
            id="Sudah ada jawaban yang lebih baru; muat ulang sebelum mengubahnya.",
            en="There are newer answers; load them before you change any.",
        )


async def _first(principal: Principal, command: SubmitAssessment, task: Task, at: datetime) -> UUID:
    patient = await Patient.get(cases__id=task.case_id)
    assessment = Assessment(
        id=new_id(),
        regency_code=task.regency_code,
        task_id=task.id,
        case_id=task.case_id,
        patient_id=patient.id,
        region_id=patient.region_id,
        kind=task.kind,
        version=command.version,
        filled_by_id=principal.member_id,
        filled_at=at,
    )
    assessment.answers = _text(command.answers)
    await assessment.save(force_create=True)
    return assessment.id


def _text(answers: Answers) -> str:
    return orjson.dumps(answers).decode()
