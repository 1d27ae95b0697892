"""May this principal know this? What depends on more than the row being visible."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.models import HOLDING, LIVE_REFERRAL, Claim, ReferralStatus, Role
from kurir_api.services.visibility import DESK, decided_referrals
from kurir_api.task_kinds import PatientField, task_kinds


def revealed_fields(principal: Principal, region_code: str, held_kinds: Iterable[str]) -> frozenset[PatientField]:
    """What the principal may read of a patient in the region, holding claims of tasks of these kinds for them.

    A coordinator everything; a holder what the kinds of task need; the desk writes it down without reading it again.
    """
    if principal.reaches(region_code, Role.COORDINATOR):
        return frozenset(PatientField)
    return frozenset[PatientField]().union(*(task_kinds()[kind].reveals for kind in held_kinds))


def may_locate(principal: Principal, region_code: str, held_kinds: Iterable[str]) -> bool:
    """Whether the principal may know where a patient in the region is: the desk, and holders who need the address."""
    return principal.reaches(region_code, *DESK) or PatientField.ADDRESS in revealed_fields(
        principal, region_code, held_kinds
    )


OFFICERS_NEED = frozenset({PatientField.PHONE, PatientField.ADDRESS})
"""What officers read of a patient while a referral to their programme is live: they call, and visit."""


class Deciding(StrEnum):
    """What an officer has to do with a patient: nothing, only decided referrals, or a live one."""

    NOTHING = "NOTHING"
    DONE = "DONE"
    LIVE = "LIVE"


async def deciding(principal: Principal, patient_ids: Iterable[UUID]) -> Mapping[UUID, Deciding]:
    """By patient, what the principal decides as an officer of a programme they were referred to; what was revoked
    isn't theirs to know any more. At most one statement.
    """
    found: dict[UUID, Deciding] = {}
    if principal.has_any((Role.PROGRAMME_OFFICER,)):
        referrals = decided_referrals(principal).filter(patient_id__in=list(patient_ids))
        referrals = referrals.exclude(status=ReferralStatus.REVOKED)
        for patient_id, status in await referrals.values_list("patient_id", "status"):
            live = status in LIVE_REFERRAL or found.get(patient_id) is Deciding.LIVE
            found[patient_id] = Deciding.LIVE if live else Deciding.DONE
    return found


async def held_kinds(principal: Principal, patient_ids: Iterable[UUID]) -> Mapping[UUID, frozenset[str]]:
    """By patient, the kinds of the tasks for them that the principal holds now. One statement."""
    held = Claim.filter(
        member_id=principal.member_id, status__in=HOLDING, task__case__patient_id__in=list(patient_ids)
    )
    found: defaultdict[UUID, frozenset[str]] = defaultdict(frozenset)
    for patient_id, kind in await held.values_list("task__case__patient_id", "task__kind"):
        found[patient_id] |= {kind}
    return found
