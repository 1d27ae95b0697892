"""May this principal know this? What depends on more than the row being visible."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.models import HOLDING, LIVE_REFERRAL, Claim, ReferralStatus, Role
from kurir_api.services.visibility import DESK, decided_referrals
from kurir_api.task_kinds import PatientField, task_kinds


def ground_to_read(
    principal: Principal, region_code: str, held: Mapping[str, UUID], field: PatientField
) -> str | None:
    """By what the principal may read the field of a patient in the region: "" as a coordinator, "claim:id" holding a
    claim of a kind of task that needs it, of those in `held`; None: they may not.

    The desk writes down what it doesn't read again.
    """
    if principal.reaches(region_code, Role.COORDINATOR):
        return ""
    return next((f"claim:{claim}" for kind, claim in held.items() if field in task_kinds()[kind].reveals), None)


def ground_to_locate(principal: Principal, region_code: str, held: Mapping[str, UUID]) -> str | None:
    """By what the principal may know where a patient in the region is: "" as the desk, else as for the address."""
    if principal.reaches(region_code, *DESK):
        return ""
    return ground_to_read(principal, region_code, held, PatientField.ADDRESS)


OFFICERS_NEED = frozenset({PatientField.PHONE, PatientField.ADDRESS})
"""What officers read of a patient while a referral to their programme is live: they call, and visit."""


class Deciding(StrEnum):
    """What an officer has to do with a patient: nothing, only decided referrals, or a live one."""

    NOTHING = "NOTHING"
    DONE = "DONE"
    LIVE = "LIVE"


class Decision(NamedTuple):
    """That, and "referral:id" of one that makes it so."""

    deciding: Deciding = Deciding.NOTHING
    ground: str = ""


async def decisions(principal: Principal, patient_ids: Iterable[UUID]) -> Mapping[UUID, Decision]:
    """By patient, what the principal decides as an officer of a programme they were referred to; what was revoked
    isn't theirs to know any more. At most one statement.
    """
    found: dict[UUID, Decision] = {}
    if principal.has_any((Role.PROGRAMME_OFFICER,)):
        referrals = decided_referrals(principal).filter(patient_id__in=list(patient_ids))
        referrals = referrals.exclude(status=ReferralStatus.REVOKED)
        for patient_id, status, referral_id in await referrals.values_list("patient_id", "status", "id"):
            if status in LIVE_REFERRAL:
                found[patient_id] = Decision(Deciding.LIVE, f"referral:{referral_id}")
            else:
                found.setdefault(patient_id, Decision(Deciding.DONE, f"referral:{referral_id}"))
    return found


async def held_kinds(principal: Principal, patient_ids: Iterable[UUID]) -> Mapping[UUID, Mapping[str, UUID]]:
    """By patient, the kinds of the tasks for them that the principal holds now, each with a claim. One statement."""
    held = Claim.filter(
        member_id=principal.member_id, status__in=HOLDING, task__case__patient_id__in=list(patient_ids)
    )
    found: defaultdict[UUID, dict[str, UUID]] = defaultdict(dict)
    for patient_id, kind, claim_id in await held.values_list("task__case__patient_id", "task__kind", "id"):
        found[patient_id][kind] = claim_id
    return found
