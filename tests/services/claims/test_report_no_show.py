"""The member did not come."""

from datetime import timedelta

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.errors import InvalidTransition, NotAllowed
from kurir_api.models import Claim, ClaimStatus, Notification, Role, Task, TaskStatus, TransitionLog, Wave
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.report_no_show import report_no_show
from tests.factories import NOW, make_claim, make_member, make_task, principal_for

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.time_machine(NOW, tick=False)]


async def claimed(status: ClaimStatus) -> Claim:
    task_status = TaskStatus.IN_PROGRESS if status is ClaimStatus.IN_PROGRESS else TaskStatus.FILLED
    return await make_claim(await make_task(status=task_status), await make_member(), status)


@pytest.mark.parametrize("status", [ClaimStatus.HELD, ClaimStatus.IN_PROGRESS])
async def test_ends_the_claim_tells_its_member_and_asks_others(status: ClaimStatus) -> None:
    claim = await claimed(status)

    await report_no_show(await principal_for(Role.COORDINATOR), ClaimAction(claim_id=claim.id, note="Tidak di rumah"))

    await claim.refresh_from_db()
    task = await Task.get()
    assert (claim.status, task.status, task.slots_taken) == ("NO_SHOW", "OPEN", 0)
    assert [(wave.status, wave.due_at) for wave in await Wave.all()] == [("PLANNED", NOW)]
    assert [(row.kind, row.member_id) for row in await Notification.all()] == [("CLAIM_REVOKED", claim.member_id)]
    assert (await TransitionLog.get(subject_id=claim.id)).reason == "Tidak di rumah"


async def test_needs_no_reason_and_may_have_been_some_time_ago() -> None:
    claim, at = await claimed(ClaimStatus.HELD), NOW - timedelta(minutes=3)
    await Claim.filter(id=claim.id).update(claimed_at=at)

    await report_no_show(await principal_for(Role.COORDINATOR), ClaimAction(claim_id=claim.id, at=at))

    assert (await TransitionLog.get(subject_id=claim.id)).at == at


@pytest.mark.parametrize("status", [ClaimStatus.OFFERED, ClaimStatus.COMPLETED, ClaimStatus.RELEASED])
async def test_of_a_claim_that_nobody_waits_for_is_refused(status: ClaimStatus) -> None:
    claim = await claimed(status)

    with pytest.raises(InvalidTransition) as refusal:
        await report_no_show(await principal_for(Role.COORDINATOR), ClaimAction(claim_id=claim.id))

    assert (refusal.value.current, refusal.value.allowed) == (status, ("HELD", "IN_PROGRESS"))
    await claim.refresh_from_db()
    assert claim.status == status


async def test_is_not_for_the_holder() -> None:
    claim = await claimed(ClaimStatus.HELD)

    with pytest.raises(NotAllowed):
        await report_no_show(await principal_of_member(claim.member_id), ClaimAction(claim_id=claim.id))

    await claim.refresh_from_db()
    assert claim.status == "HELD"
