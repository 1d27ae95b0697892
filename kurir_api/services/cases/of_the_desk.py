"""The case that a desk works on."""

from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidTransition, NotAllowed, NotFound
from kurir_api.models import Case, CaseStatus
from kurir_api.services.visibility import DESK, visible_cases

WORKED_ON = (CaseStatus.OPEN, CaseStatus.ON_HOLD)


async def case_of_the_desk(principal: Principal, case_id: UUID) -> Case:
    """The case, if the caller's desk is around it. Raises NotFound, NotAllowed (a claim's holder sees it, too)."""
    case = await visible_cases(principal).get_or_none(id=case_id)
    if case is None:
        raise NotFound
    if not principal.reaches(case.region_id, *DESK):
        raise NotAllowed
    return case


async def lock_worked_on(case_id: UUID) -> Case:
    """The case, locked, so that nobody closes it meanwhile. Raises InvalidTransition when somebody has."""
    case = await Case.select_for_update(no_key=True).get(id=case_id)
    if case.status == CaseStatus.CLOSED:
        raise InvalidTransition(case.status, WORKED_ON)
    return case
