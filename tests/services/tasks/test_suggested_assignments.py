"""Who could take all the open tasks of a region: what the use case adds to the solver."""

from datetime import timedelta

import pytest

from kurir_api.errors import InvalidInput
from kurir_api.models import Role, Task, new_id
from kurir_api.services.tasks.suggested_assignments import MOST_TASKS, suggested_assignments
from tests.factories import NOW, REGENCY, VILLAGE, make_case, principal_for

pytestmark = pytest.mark.usefixtures("db")


async def make_tasks(count: int) -> None:
    """Open visits, one a day."""
    case = await make_case()
    days = [NOW + timedelta(days=day) for day in range(count)]
    await Task.bulk_create(
        Task(
            id=new_id(),
            regency_code=REGENCY,
            region_id=VILLAGE,
            case_id=case.id,
            number=number,
            kind="POST_CARE",
            status="OPEN",
            urgency="NORMAL",
            latitude=-7.3825,
            longitude=109.2215,
            area_latitude=-7.3825,
            area_longitude=109.2215,
            starts_at=day,
            ends_at=day + timedelta(hours=2),
            waiting_since=NOW,
            created_at=NOW,
        )
        for number, day in enumerate(days, 1)
    )


async def test_as_many_tasks_as_an_answer_can_hold_are_assigned_and_one_more_is_refused() -> None:
    caller = await principal_for(Role.COORDINATOR)
    await make_tasks(MOST_TASKS + 1)

    with pytest.raises(InvalidInput) as refused:
        await suggested_assignments(caller, REGENCY, NOW)
    assert refused.value.message("en") == (
        "Correct the input: region: More than 500 tasks are open here; choose a smaller region."
    )

    found = await suggested_assignments(caller, REGENCY, NOW + timedelta(hours=2))
    assert (found.slots, len(found.unfilled)) == (500, 500)
