"""What still waits in the month that is to be closed next."""

from datetime import UTC, date, datetime

import pytest

from kurir_api.models import CostStatus, LineDecision, Role
from kurir_api.services.contributions.open_month import OpenMonth, open_month
from tests.counting import Statements
from tests.factories import (
    OTHER_REGENCY,
    REGENCY,
    VILLAGE,
    make_closed_month,
    make_cost,
    make_line_review,
    make_member,
    make_organization,
    make_work_entry,
    principal_for,
)
from tests.services.contributions.scene import done_for, spent, worked

pytestmark = pytest.mark.usefixtures("db")

OCTOBER = date(2026, 10, 1)


async def asked(role: Role = Role.COORDINATOR, region: str = REGENCY) -> OpenMonth | None:
    """What somebody with that role there is told of Banyumas."""
    return await open_month(await principal_for(role, region=region), REGENCY)


async def test_with_nothing_on_the_books_it_is_this_month() -> None:
    this = datetime.now(UTC).date().replace(day=1)

    assert await asked() == OpenMonth(this, 0, 0, 0)


async def test_before_any_is_closed_it_is_the_oldest_with_entries() -> None:
    await worked(await make_organization(), await make_member(), on=date(2026, 11, 3))
    await spent(await make_organization(), await make_member(), 85_000, on=date(2026, 10, 31))

    assert await asked() == OpenMonth(OCTOBER, 0, 0, 0)


async def test_then_it_is_the_one_after_the_last_closed() -> None:
    await make_closed_month(date(2026, 9, 1))

    assert await asked() == OpenMonth(OCTOBER, 0, 0, 0)


async def test_costs_wait_until_they_are_decided_on_those_of_earlier_months_too() -> None:
    await make_closed_month(date(2026, 9, 1))
    claim = await done_for(await make_organization(), await make_member())
    for amount, status, day in (
        (1, CostStatus.SUBMITTED, date(2026, 10, 31)),
        (2, CostStatus.ENDORSED, OCTOBER),
        (4, CostStatus.RETURNED, date(2026, 9, 30)),
        (8, CostStatus.SUBMITTED, date(2026, 11, 1)),
        (16, CostStatus.APPROVED, OCTOBER),
        (32, CostStatus.REJECTED, OCTOBER),
    ):
        await make_cost(claim, amount, status=status, spent_on=day)

    assert await asked() == OpenMonth(OCTOBER, pending_costs=3, pending_amount=7, disputed_lines=0)


async def test_disputed_lines_of_the_month_count_while_they_stand() -> None:
    await make_closed_month(date(2026, 9, 1))
    lazis, sri = await make_organization(), await make_member()
    lines = [await worked(lazis, sri, on=day) for day in (OCTOBER, OCTOBER, date(2026, 11, 1))]
    for line in (*lines, (await spent(lazis, sri, 1, on=OCTOBER))[0]):
        await make_line_review(line, LineDecision.DISPUTED)
    await make_line_review(await worked(lazis, sri, on=OCTOBER), LineDecision.CONFIRMED)
    await make_work_entry(await lines[0].claim, -90, -12_000, tasks=-1, reverses=lines[0], booked_on=OCTOBER)

    assert await asked() == OpenMonth(OCTOBER, 0, 0, disputed_lines=2)


@pytest.mark.parametrize(
    ("role", "region", "told"),
    [
        (Role.ADMIN, REGENCY, True),
        (Role.COORDINATOR, VILLAGE, False),
        (Role.COORDINATOR, OTHER_REGENCY, False),
        (Role.PARTNER_REVIEWER, REGENCY, False),
    ],
)
async def test_it_is_for_whoever_may_close_it(role: Role, region: str, told: bool) -> None:
    await make_closed_month(date(2026, 9, 1))

    assert (await asked(role, region) is not None) == told


async def test_it_takes_a_few_statements() -> None:
    kus = await principal_for(Role.COORDINATOR)

    with Statements() as sent:
        await open_month(kus, REGENCY)

    assert len(sent) <= 5
