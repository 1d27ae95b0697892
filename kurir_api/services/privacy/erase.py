"""Removes for good what tells who a patient is, and what ailed them; money, counts and logs stay under a bare id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from asyncpg.exceptions import DeadlockDetectedError
from tortoise.expressions import F, Q
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from kurir_api.errors import InvalidInput
from kurir_api.models import (
    LIVE_REFERRAL,
    AccessAction,
    AccessBy,
    Assessment,
    Case,
    CaseStatus,
    Cost,
    FamilyLink,
    InboundMessage,
    LineDecision,
    LineReview,
    Message,
    Notification,
    Patient,
    Recurrence,
    Referral,
    Report,
    Task,
    TransitionLog,
    WorkEntry,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.privacy.export import LOGGED
from kurir_api.services.privacy.held import Held, held_about, lock_reports
from kurir_api.services.use_case import ATTEMPTS

log = structlog.get_logger("kurir.privacy")

ERASED = "(dihapus)"
"""Stands where there has to be something."""

STAYS = (
    "cases, tasks and their states, without words: what was done is counted",
    "costs, the ledgers, receipts with their pictures: the books are kept for ten years (UU KUP art. 28(11))",
    "what reviewers and coordinators say of costs and lines from now on: erase again when all are settled",
    "letters' numbers and codes, without the person: who is shown one can still check it",
    "the log of accesses and look-ups of aid: they show that the data was treated rightly (UU PDP art. 31)",
    "backups made before: erase again after restoring one",
)
"""What isn't removed, and why."""

NOBODY: Mapping[str, Any] = dict.fromkeys(
    (
        "reporter_name_sealed",
        "reporter_phone_sealed",
        "reporter_phone_index",
        "via",
        "sender_sealed",
        "sender_index",
        "latitude",
        "longitude",
    )
)
"""Who reported, and where."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed: of each table what, and how many rows had it. What stays, and why, in sentences."""

    removed: Mapping[str, int]
    stays: tuple[str, ...]


async def erase(patient: Patient, now: datetime) -> Erasure:
    """Erase the patient; again, also what came since. It can't be undone. Raises InvalidInput while a case is open or
    a referral undecided.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return await _erase(patient, now)
        except DeadlockDetectedError:
            continue
    return await _erase(patient, now)


async def _erase(patient: Patient, now: datetime) -> Erasure:
    async with in_transaction(), accounted("privacy erase", within=True):
        # In the order in which everybody locks them.
        await lock_reports(patient)
        tasks = await Task.filter(case__patient_id=patient.id).values_list("id", flat=True)
        await Cost.filter(task_id__in=tasks).order_by("id").select_for_update(no_key=True).only("id")
        await Case.filter(patient_id=patient.id).order_by("id").select_for_update(no_key=True)
        row = await Patient.select_for_update().get(id=patient.id)
        await _refuse_while_open(row)
        held = await held_about(row)
        removed = {"patient": int(row.erased_at is None)}
        removed |= await _words(held) | await _notes_of_the_books(row, held) | await _conversations(held)
        removed["assessment"] = await Assessment.filter(patient_id=row.id).delete()
        removed["family_link"] = await FamilyLink.filter(case_id__in=held.case_ids).delete()
        await _person(row, now)
        note(row, AccessAction.ERASED, ("name", *LOGGED), who=AccessBy.COMMAND)
    # Outside of the database: a restored backup doesn't know who was erased since.
    log.warning("patient_erased", patient=str(row.id))
    return Erasure(removed, STAYS + _shared(held))


async def _refuse_while_open(patient: Patient) -> None:
    cases = await Case.filter(patient_id=patient.id).exclude(status=CaseStatus.CLOSED)
    referrals = await Referral.filter(patient_id=patient.id, status__in=LIVE_REFERRAL)
    if numbers := ", ".join([row.number for row in cases] + [row.number for row in referrals]):
        raise InvalidInput.of(
            "patient",
            id=f"Masih berjalan: {numbers}. Tutup dahulu; selama itu pencabutan persetujuan menutup datanya.",
            en=f"Still open: {numbers}. Close these first; until then withdrawing consent hides the data.",
        )


def _shared(held: Held) -> tuple[str, ...]:
    if not held.shared:
        return ()
    numbers = ", ".join(str(report.number) for report in held.shared)
    return (
        f"reports that are another patient's, too, or wait for the desk, with their conversations: {numbers}. They "
        "go with the last of their patients to be erased; of those that wait let the desk decide, and erase again",
    )


async def _words(held: Held) -> dict[str, int]:
    """What people wrote about the patient, and where tasks took place."""
    at_the_area: dict[str, Any] = {"latitude": F("area_latitude"), "longitude": F("area_longitude")}
    tasks, referrals = Task.filter(id__in=held.task_ids), Referral.filter(id__in=held.referral_ids)
    elsewhere = tasks.exclude(latitude=F("area_latitude"), longitude=F("area_longitude"))
    removed = {
        "task": await _emptied(tasks, "title", "instructions"),
        "place of a task": await elsewhere.update(**at_the_area),
        "recurrence": await _emptied(Recurrence.filter(case_id__in=held.case_ids), "title", "instructions"),
        "timeline reasons": await _emptied(TransitionLog.filter(held.happened), "reason"),
        "referral": await _emptied(referrals, "note", "decision_note"),
    }
    await _emptied(referrals.filter(consent=True), "consent_note")
    await _replaced(referrals.filter(consent=False), "consent_note")
    return removed


async def _notes_of_the_books(patient: Patient, held: Held) -> dict[str, int]:
    """Rupiah, minutes and metres stay; a dispute stays one."""
    reviews = LineReview.filter(id__in=await LineReview.filter(held.reviewed).values_list("id", flat=True))
    return {
        "cost notes": await _emptied(Cost.filter(task_id__in=held.task_ids), "note", "review_note"),
        "reasons of corrected work": await _emptied(WorkEntry.filter(patient_id=patient.id), "reason"),
        "notes on lines": await _emptied(reviews.exclude(decision=LineDecision.DISPUTED), "note")
        + await _replaced(reviews.filter(decision=LineDecision.DISPUTED), "note"),
    }


async def _conversations(held: Held) -> dict[str, int]:
    """What was reported, and what was written to whom. What reporters wrote since, and nobody has dealt with, stays:
    it may be a call for help.
    """
    texts = Notification.filter(id__in=[row.id for row in held.texts])
    undealt = InboundMessage.filter(id__in=[row.id for row in held.undealt])
    removed = {
        "message": await Message.filter(report_id__in=held.report_ids).delete(),
        "text messages to the patient": await texts.delete(),
        "message that could not be dealt with": await undealt.update(content_sealed=None, sender_index=None),
        "report": await _replaced(Report.filter(id__in=held.report_ids), "text"),
    }
    await Report.filter(id__in=held.report_ids).update(**NOBODY)
    return removed


async def _emptied(rows: QuerySet[Any], *names: str) -> int:
    """Of how many rows something sealed was taken away."""
    full: dict[str, Any] = {f"{name}_sealed__isnull": False for name in names}
    nothing: dict[str, Any] = {f"{name}_sealed": None for name in names}
    return await rows.filter(Q(join_type=Q.OR, **full)).update(**nothing)


async def _replaced(rows: QuerySet[Any], name: str) -> int:
    """Of how many rows what is sealed, and has to be there, is no longer what it was."""
    told = [row for row in await rows if getattr(row, name) != ERASED]
    for row in told:
        setattr(row, name, ERASED)
        await row.save(update_fields=[f"{name}_sealed"])
    return len(told)


async def _person(patient: Patient, now: datetime) -> None:
    """The row itself keeps its id, regency and region."""
    patient.name, patient.name_tokens = ERASED, []
    patient.national_id = patient.family_card = patient.phone = None
    patient.address = patient.landmark = patient.diagnosis = patient.consent_note = None
    for column in ("birth_date", "sex", "latitude", "longitude"):
        setattr(patient, column, None)
    patient.consent, patient.erased_at = False, patient.erased_at or now
    patient.consent_withdrawn_at = patient.consent_withdrawn_at or now
    await patient.save()
