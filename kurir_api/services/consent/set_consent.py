"""A patient agrees to what is kept of them, or withdraws that."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import NotAllowed, NotFound, Problems
from kurir_api.models import HOLDING, AccessAction, Case, CaseStatus, Claim, FamilyLink, Patient, Task
from kurir_api.services.accesses import note
from kurir_api.services.desks.people import desks_from
from kurir_api.services.recurrences.ending import end_recurrences
from kurir_api.services.texts import LONGEST_NOTE, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_patients


@dataclass(frozen=True, kw_only=True)
class SetConsent(Command):
    """`consent` False withdraws it. `note`: who said so, and how."""

    patient_id: UUID
    consent: bool
    note: str | None = None


@use_case
async def set_consent(principal: Principal, command: SetConsent) -> UUID:
    """The patient's id. Withdrawn, nobody reads what is sealed from this commit on: whoever resolves it asks the row.
    Family links end, recurring tasks are made no more; of the tasks that are open holders and the desk are told, and
    the desk decides. Given again, it is all there again.

    Raises NotFound, NotAllowed (the patient is another desk's), InvalidInput.
    """
    now = datetime.now(UTC)
    found = await visible_patients(principal).get_or_none(id=command.patient_id)
    if found is None:
        raise NotFound
    if not principal.reaches(found.region_id, *DESK):
        raise NotAllowed
    problems = Problems()
    said = fitting(problems, "note", command.note, LONGEST_NOTE)
    problems.refuse()
    # Cases first, as everywhere; locked, so that nothing is planned for them meanwhile.
    cases = Case.filter(patient_id=found.id).exclude(status=CaseStatus.CLOSED).order_by("id")
    open_cases = await cases.select_for_update(no_key=True)
    patient = await Patient.select_for_update().get(id=found.id)
    if patient.erased_at is not None:
        raise NotFound
    withdrawn_at = None if command.consent else patient.consent_withdrawn_at or now
    new = withdrawn_at is not None and not patient.withheld
    patient.consent, patient.consent_note = command.consent, said
    patient.consent_by_id, patient.consent_at, patient.consent_withdrawn_at = principal.member_id, now, withdrawn_at
    await patient.save(
        update_fields=["consent", "consent_note_sealed", "consent_by_id", "consent_at", "consent_withdrawn_at"]
    )
    note(patient, AccessAction.WRITTEN, ("consent",), who=principal)
    if new:
        await FamilyLink.filter(case__patient_id=patient.id, revoked_at__isnull=True).update(revoked_at=now)
        for case in open_cases:
            await end_recurrences(case, None, now)
            await _tell(case, principal, now)
    return patient.id


async def _tell(case: Case, principal: Principal, now: datetime) -> None:
    """The holders of the case's tasks, and its desk but for who wrote it down."""
    holders: dict[UUID, list[UUID]] = {}
    for task_id, member_id in await Claim.filter(task__case_id=case.id, status__in=HOLDING).values_list(
        "task_id", "member_id"
    ):
        holders.setdefault(task_id, []).append(member_id)
    for task in await Task.filter(id__in=list(holders)).order_by("id"):
        await notify(NotificationKind.CONSENT_WITHDRAWN, holders[task.id], task, now=now, urgent=task.urgent)
    desks = await desks_from(case.desk_id)
    await notify(
        NotificationKind.CONSENT_WITHDRAWN,
        [member for member in (desks[0] if desks else ()) if member != principal.member_id],
        None,
        now=now,
        regency_code=case.regency_code,
        number=case.number,
        case_id=str(case.id),
    )
