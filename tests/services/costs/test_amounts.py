"""Every rupiah counts: whatever is logged and corrected, the case's total is the sum of what stands."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kurir_api.auth import principal_of_member
from kurir_api.errors import InvalidInput, Problems
from kurir_api.models import Case, Cost, CostCategory, Role, TransitionLog
from kurir_api.services.cases.spending import spent_on
from kurir_api.services.costs.edit_cost import EditCost, edit_cost
from kurir_api.services.costs.log_cost import LogCost, log_cost
from kurir_api.services.money.amounts import LARGEST, check_rupiah
from tests.conftest import empty
from tests.factories import NOW, make_case, make_claim, make_member, make_task, principal_for

AMOUNTS = st.integers(min_value=-5, max_value=LARGEST + 5) | st.sampled_from([0, 1, LARGEST])
STEPS = st.lists(st.tuples(st.integers(min_value=0, max_value=5), AMOUNTS), max_size=12)
"""Each step: which cost to correct, or, where there is none yet, a new one; and the amount."""


@given(st.integers())
def test_an_amount_is_one_rupiah_to_a_thousand_million(amount: int) -> None:
    problems = Problems()

    check_rupiah(problems, "amount", amount)

    assert [problem.path for problem in problems.found] == ([] if 1 <= amount <= 1_000_000_000 else [("amount",)])


@pytest.mark.usefixtures("db")
@settings(max_examples=25)
@given(steps=STEPS)
async def test_the_total_is_the_sum_of_what_stands_after_any_logging_and_correcting(
    steps: list[tuple[int, int]],
) -> None:
    await empty()
    case = await make_case()
    claim = await make_claim(await make_task(case), await make_member())
    volunteer, coordinator = await principal_of_member(claim.member_id), await principal_for(Role.COORDINATOR)
    standing: list[tuple[object, int]] = []
    accepted = 0
    for which, amount in steps:
        corrected = which < len(standing)
        if corrected:
            call = edit_cost(volunteer, EditCost(cost_id=standing[which][0], amount=amount))
        else:
            spent = {"category": CostCategory.FUEL, "spent_on": NOW.date()}
            call = log_cost(volunteer, LogCost(task_id=claim.task_id, amount=amount, **spent))
        if not 1 <= amount <= LARGEST:
            with pytest.raises(InvalidInput):
                await call
            continue
        cost_id = await call
        accepted += 1
        standing[which : which + corrected] = [(cost_id, amount)]

    total = sum(amount for _, amount in standing)
    assert await spent_on(coordinator, [case.id]) == ({case.id: total} if standing else {})
    assert await spent_on(volunteer, [case.id]) == ({case.id: total} if standing else {})
    assert await Cost.all().count() == len(standing)
    assert await TransitionLog.filter(machine="cost").count() == accepted
    assert await Case.all().count() == 1
