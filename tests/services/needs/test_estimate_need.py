"""The desk estimates what a case or a task will cost, and corrects it."""

import asyncio

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import NotAllowed, NotFound
from kurir_api.models import Case, CaseStatus, Need, Organization, Role, TaskStatus
from kurir_api.services.needs.estimate_need import EstimateNeed, estimate_need
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    make_case,
    make_claim,
    make_member,
    make_need,
    make_task,
    principal_for,
)
from tests.services.needs.books import agree, pledged
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


async def estimated(caller: Principal, case: Case, amount: int, **values: object) -> Need:
    """The need afterwards."""
    command = EstimateNeed(case_id=case.id, amount=amount, **values)  # type: ignore[arg-type]
    return await Need.get(id=await estimate_need(caller, command))


@pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.COORDINATOR])
async def test_the_desk_estimates_a_case(role: Role) -> None:
    case, caller = await make_case(), await principal_for(role)

    need = await estimated(caller, case, 750_000)

    assert (need.case_id, need.task_id, need.amount, need.pledged, need.closed_at) == (
        case.id,
        None,
        750_000,
        0,
        None,
    )
    assert (need.regency_code, need.estimated_by_id) == ("33.02", caller.member_id)


async def test_a_task_has_a_need_of_its_own(coordinator: Principal) -> None:
    task = await make_task()
    case = await task.case
    of_case, of_task = await estimated(coordinator, case, 1), await estimated(coordinator, case, 2, task_id=task.id)
    assert {need.id: (need.task_id, need.amount) for need in await Need.all()} == {
        of_case.id: (None, 1),
        of_task.id: (task.id, 2),
    }


async def test_again_it_is_corrected(coordinator: Principal) -> None:
    case = await make_case()
    first = await estimated(coordinator, case, 500_000)
    assert (await estimated(coordinator, case, 650_000)).id == first.id
    assert (await Need.get()).amount == 650_000


async def test_two_at_the_same_time_make_one_need(coordinator: Principal) -> None:
    case = await make_case()
    ids = await asyncio.gather(
        *(estimate_need(coordinator, EstimateNeed(case_id=case.id, amount=amount)) for amount in range(1, 9))
    )
    assert len(set(ids)) == await Need.all().count() == 1


async def test_lowered_to_what_is_pledged_it_is_closed_and_raised_it_is_open_again(
    coordinator: Principal, lazis: Organization
) -> None:
    case = await make_case()
    need = await estimated(coordinator, case, 500_000)
    await pledged(coordinator, need, lazis, 200_000)

    lowered = await estimated(coordinator, case, 200_000)
    assert lowered.closed_at is not None
    assert (await estimated(coordinator, case, 200_000)).closed_at == lowered.closed_at
    assert (await estimated(coordinator, case, 200_001)).closed_at is None
    await agree(need)


async def test_below_what_is_pledged_is_refused(coordinator: Principal, lazis: Organization) -> None:
    case = await make_case()
    await pledged(coordinator, await estimated(coordinator, case, 500_000), lazis, 200_000)
    assert await problems(estimate_need(coordinator, EstimateNeed(case_id=case.id, amount=199_999))) == {
        "amount": "Rp 200,000 is pledged already; give at least as much."
    }


async def test_an_amount_and_a_task_that_do_not_fit_are_named(coordinator: Principal) -> None:
    command = EstimateNeed(case_id=(await make_case()).id, task_id=(await make_task()).id, amount=0)
    assert await problems(estimate_need(coordinator, command)) == {
        "amount": "Give Rp 1 to Rp 1,000,000,000.",
        "taskId": "No task of this case; choose from the list.",
    }


async def test_for_a_closed_case_nothing_is_needed_any_more(coordinator: Principal) -> None:
    case = await make_case(status=CaseStatus.CLOSED, outcome="RECOVERED", closed_at=NOW)
    assert await problems(estimate_need(coordinator, EstimateNeed(case_id=case.id, amount=1))) == {
        "caseId": "This case is closed; nothing is needed any more."
    }


@pytest.mark.parametrize("status", [TaskStatus.CANCELLED, TaskStatus.EXPIRED, TaskStatus.FAILED])
async def test_nor_for_a_task_that_will_not_be_done(coordinator: Principal, status: TaskStatus) -> None:
    task = await make_task(status=status)
    need = await make_need(task=task)
    command = EstimateNeed(case_id=task.case_id, task_id=task.id, amount=600_000)
    assert await problems(estimate_need(coordinator, command)) == {
        "taskId": "This task will not be done any more; choose another, or the case as a whole."
    }
    assert (await Need.get(id=need.id)).amount == 500_000


@pytest.mark.parametrize("status", [TaskStatus.DRAFT, TaskStatus.DONE, TaskStatus.VERIFIED])
async def test_but_for_one_that_is_done(coordinator: Principal, status: TaskStatus) -> None:
    task = await make_task(status=status)
    assert (await estimated(coordinator, await task.case, 1, task_id=task.id)).amount == 1


@pytest.mark.parametrize("region", ["33.02.24", OTHER_REGENCY])
async def test_other_desks_know_of_no_such_case(region: str) -> None:
    other = await principal_for(Role.COORDINATOR, region=region)
    await refused(estimate_need(other, EstimateNeed(case_id=(await make_case()).id, amount=1)), NotFound)


async def test_who_holds_a_task_estimates_nothing() -> None:
    task, holder = await make_task(), await make_member()
    await make_claim(task, holder)
    caller = await principal_of_member(holder.id)
    await refused(estimate_need(caller, EstimateNeed(case_id=task.case_id, amount=1)), NotAllowed)


async def test_a_need_that_another_pledged_for_meanwhile_keeps_the_promise(
    coordinator: Principal, lazis: Organization
) -> None:
    need = await make_need(amount=100)
    command = EstimateNeed(case_id=need.case_id, amount=50)

    await asyncio.gather(
        pledged(coordinator, need, lazis, 60), estimate_need(coordinator, command), return_exceptions=True
    )

    await agree(need)
