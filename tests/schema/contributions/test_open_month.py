"""openMonth through the API."""

from datetime import date

from kurir_api.models import LineDecision, Role
from tests.api import Api
from tests.factories import VILLAGE, make_closed_month, make_cost, make_line_review, make_member, make_organization
from tests.services.contributions.scene import done_for, worked

QUERY = '{ openMonth(region: "33.02") { month pendingCosts pendingAmount disputedLines } }'


async def test_before_closing_one_sees_what_waits(api: Api) -> None:
    kus, lazis, sri = await make_member(role=Role.COORDINATOR), await make_organization(), await make_member()
    await make_closed_month(date(2026, 9, 1))
    await make_cost(await done_for(lazis, sri), 85_000, spent_on=date(2026, 10, 5))
    await make_line_review(await worked(lazis, sri, on=date(2026, 10, 5)), LineDecision.DISPUTED)

    assert (await api.data(kus, QUERY))["openMonth"] == {
        "month": "2026-10-01",
        "pendingCosts": 1,
        "pendingAmount": 85_000,
        "disputedLines": 1,
    }


async def test_a_villages_coordinator_gets_null(api: Api) -> None:
    village = await make_member(role=Role.COORDINATOR, region=VILLAGE)

    assert await api.data(village, QUERY) == {"openMonth": None}
