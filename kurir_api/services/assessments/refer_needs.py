"""The desk refers what a household needs to the programmes that own it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Problems, Words
from kurir_api.models import LIVE_REFERRAL, AccessAction, Assessment, Case, Patient, Programme, Referral
from kurir_api.services.accesses import note
from kurir_api.services.assessments.answers import needed
from kurir_api.services.consent.withheld import refuse_withheld
from kurir_api.services.referrals.refer import refuse_closed, send_referral
from kurir_api.services.texts import LONGEST_NOTE, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_assessments
from kurir_api.services.working_days.reckoning import working_days


@dataclass(frozen=True, kw_only=True)
class ReferNeeds(Command):
    """`programmes`: codes, None: all that the household needs. Without `consent`, `consent_note` says why they are
    sent all the same.
    """

    assessment_id: UUID
    programmes: tuple[str, ...] | None = None
    consent: bool
    consent_note: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReferredNeeds:
    """The new referrals' ids, and in both languages which programmes were left out."""

    assessment_id: UUID
    referral_ids: tuple[UUID, ...]
    warnings: tuple[Words, ...]


@use_case
async def refer_needs(principal: Principal, command: ReferNeeds) -> ReferredNeeds:
    """Refer to all of the programmes or, when one can't be, to none; those with a live referral are left out.

    Raises NotFound, NotAllowed, InvalidInput.
    """
    now = datetime.now(UTC)
    seen = await visible_assessments(principal).get_or_none(id=command.assessment_id)
    if seen is None:
        raise NotFound
    # Locked, so that nobody closes the case or changes the answers meanwhile.
    case = await Case.select_for_update().get(id=seen.case_id)
    assessment = await Assessment.select_for_update().get(id=command.assessment_id)
    if not principal.reaches(assessment.region_id, *DESK):
        raise NotAllowed
    subject = await refuse_withheld("assessmentId", case.id)
    note(subject, AccessAction.USED, ("assessment",), who=principal)
    programmes = await _checked(command, assessment, case)
    live = await _live(assessment, programmes)
    patient = await Patient.get(id=assessment.patient_id)
    days = await working_days(assessment.regency_code)
    sent = [
        await send_referral(
            principal,
            programme,
            patient,
            case=case,
            consent=command.consent,
            consent_note=command.consent_note,
            now=now,
            days=days,
        )
        for programme in programmes
        if programme.id not in live
    ]
    await Assessment.filter(id=assessment.id, referred_at__isnull=True).update(referred_at=now)
    return ReferredNeeds(
        assessment_id=assessment.id,
        referral_ids=tuple(referral.id for referral in sent),
        warnings=tuple(_left_out(one, live[one.id]) for one in programmes if one.id in live),
    )


async def _checked(command: ReferNeeds, assessment: Assessment, case: Case) -> list[Programme]:
    """The active programmes that are meant, by code. Raises InvalidInput."""
    problems = Problems()
    refuse_closed(problems, "assessmentId", case)
    fitting(problems, "consentNote", command.consent_note, LONGEST_NOTE, required=not command.consent)
    wanted = needed(assessment) if command.programmes is None else list(dict.fromkeys(command.programmes))
    rows = Programme.filter(regency_code=assessment.regency_code, active=True, code__in=wanted)
    programmes = await rows.order_by("code")
    known = {programme.code for programme in programmes}
    for n, code in enumerate(command.programmes or ()):
        if code not in known:
            problems.add(
                f"programmes.{n}", id="Pilih program yang masih berjalan.", en="Choose a programme that is active."
            )
    if not programmes and not problems.found:
        problems.add(
            "programmes",
            id="Tidak ada program berjalan yang dibutuhkan; sebutkan programnya.",
            en="No active programme is needed; name the programmes.",
        )
    problems.refuse()
    return programmes


async def _live(assessment: Assessment, programmes: Sequence[Programme]) -> dict[UUID, str]:
    """By programme the number of the patient's live referral to it."""
    rows = Referral.filter(
        patient_id=assessment.patient_id,
        programme_id__in=[programme.id for programme in programmes],
        status__in=LIVE_REFERRAL,
    )
    return {row.programme_id: row.number for row in await rows}


def _left_out(programme: Programme, number: str) -> Words:
    return Words(
        id=f"{programme.code}: sudah dirujuk, No. {number}.",
        en=f"{programme.code}: already referred, No. {number}.",
    )
