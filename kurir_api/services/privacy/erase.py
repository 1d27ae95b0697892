"""Removes for good what tells who a patient is, and what ailed them; money, counts and logs stay under a bare id."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tortoise.expressions import F, Q
from tortoise.transactions import in_transaction

from kurir_api.errors import InvalidInput, NotFound
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
    Message,
    Notification,
    Patient,
    Recurrence,
    Referral,
    Task,
    TransitionLog,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.privacy.export import LOGGED
from kurir_api.services.privacy.finding import Held, held_about
from kurir_api.services.threads.receiving import sender_indexes

ERASED = "(dihapus)"
"""Stands where there has to be something."""

STAYS = (
    "cases, tasks and their states, without words: what was done is counted",
    "costs, the ledger, receipts with their pictures: the books are kept for ten years (UU KUP art. 28(11))",
    "letters' numbers and codes, without the person: who is shown one can still check it",
    "the log of accesses and look-ups of aid: they show that the data was treated rightly (UU PDP art. 31)",
    "backups made before: erase again after restoring one",
)
"""What isn't removed, and why."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """What was removed: of each table what, and how many rows had it."""

    removed: Mapping[str, int]


async def erase(patient: Patient, now: datetime) -> Erasure:
    """Erase the patient. It can't be undone. Raises NotFound for one who was erased, InvalidInput while a case is
    open or a referral undecided.
    """
    async with in_transaction(), accounted("privacy erase", within=True):
        # Cases before the patient, as everywhere.
        await Case.filter(patient_id=patient.id).order_by("id").select_for_update(no_key=True)
        row = await Patient.select_for_update().get(id=patient.id)
        if row.erased_at is not None:
            raise NotFound
        await _refuse_while_open(row)
        held = await held_about(row)
        removed = await _words(held) | await _conversations(row, held)
        removed["assessment"] = await Assessment.filter(patient_id=row.id).delete()
        removed["family_link"] = await FamilyLink.filter(case_id__in=held.case_ids).delete()
        await _person(row, now)
        note(row, AccessAction.ERASED, ("name", *LOGGED), who=AccessBy.COMMAND)
    return Erasure({"patient": 1} | removed)


async def _refuse_while_open(patient: Patient) -> None:
    cases = await Case.filter(patient_id=patient.id).exclude(status=CaseStatus.CLOSED)
    referrals = await Referral.filter(patient_id=patient.id, status__in=LIVE_REFERRAL)
    if numbers := ", ".join([row.number for row in cases] + [row.number for row in referrals]):
        raise InvalidInput.of(
            "patient",
            id=f"Masih berjalan: {numbers}. Tutup dahulu; selama itu pencabutan persetujuan menutup datanya.",
            en=f"Still open: {numbers}. Close these first; until then withdrawing consent hides the data.",
        )


async def _words(held: Held) -> dict[str, int]:
    """What people wrote about the patient, and where tasks took place."""
    at_the_area: dict[str, Any] = {"latitude": F("area_latitude"), "longitude": F("area_longitude")}
    told = Q(case_id__in=held.case_ids) | Q(subject_id__in=[*held.referral_ids, *held.report_ids])
    referrals = Referral.filter(id__in=held.referral_ids)
    removed = {
        "task": await Task.filter(id__in=held.task_ids).update(
            title_sealed=None, instructions_sealed=None, **at_the_area
        ),
        "recurrence": await Recurrence.filter(case_id__in=held.case_ids).update(
            title_sealed=None, instructions_sealed=None
        ),
        "cost notes": await Cost.filter(task_id__in=held.task_ids).update(note_sealed=None, review_note_sealed=None),
        "timeline reasons": await TransitionLog.filter(told, reason_sealed__isnull=False).update(reason_sealed=None),
        "referral": await referrals.update(note_sealed=None, decision_note_sealed=None),
    }
    await referrals.filter(consent=True).update(consent_note_sealed=None)
    for referral in await referrals.filter(consent=False):
        referral.consent_note = ERASED  # without consent there has to be a reason
        await referral.save(update_fields=["consent_note_sealed"])
    return removed


async def _conversations(patient: Patient, held: Held) -> dict[str, int]:
    """What was reported, and what was written to whom. What reporters wrote since, and nobody has dealt with, stays:
    it may be a call for help.
    """
    phone = Notification.phone.indexes(patient.phone) if patient.phone else []
    senders = [
        index
        for report in held.reports
        if report.via and report.sender
        for index in sender_indexes(report.via, report.sender)
    ]
    failed = InboundMessage.filter(sender_index__in=senders, due_at__isnull=True, content_sealed__isnull=False)
    removed = {
        "message": await Message.filter(report_id__in=held.report_ids).delete(),
        "text messages to the patient": await Notification.filter(phone_index__in=phone).delete(),
        "message that could not be dealt with": await failed.update(content_sealed=None, sender_index=None),
        "report": len(held.reports),
    }
    for report in held.reports:
        report.text = ERASED
        report.reporter_name = report.reporter_phone = report.sender = report.via = None
        report.latitude = report.longitude = None
        await report.save()
    return removed


async def _person(patient: Patient, now: datetime) -> None:
    """The row itself keeps its id, regency and region."""
    patient.name, patient.name_tokens = ERASED, []
    patient.national_id = patient.family_card = patient.phone = None
    patient.address = patient.landmark = patient.diagnosis = patient.consent_note = None
    for column in ("birth_date", "sex", "latitude", "longitude"):
        setattr(patient, column, None)
    patient.consent, patient.erased_at = False, now
    patient.consent_withdrawn_at = patient.consent_withdrawn_at or now
    await patient.save()
