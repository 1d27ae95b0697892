"""closeMonth and closedMonths through the API."""

from datetime import date

import pytest

from kurir_api.models import ClosedMonth, Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, REGENCY, VILLAGE, make_closed_month, make_member
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused

OCTOBER = {"region": REGENCY, "month": "2026-10-01"}


@reaches("CloseMonthSuccess", "closeMonth")
async def test_the_answer_is_the_closed_month(api: Api) -> None:
    kus = await make_member("Kus", Role.COORDINATOR)

    answer = await done(api, kus, "closeMonth", "month { month digest closedBy { name } }", **OCTOBER)

    digest = (await ClosedMonth.get()).digest
    assert answer["month"] == {"month": "2026-10-01", "digest": digest, "closedBy": {"name": "Kus"}}


@reaches("NotFound", "closeMonth")
async def test_another_regency_is_not_found(api: Api) -> None:
    other = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await refused(api, other, "closeMonth", **OCTOBER) == NOT_FOUND


@reaches("NotAllowed", "closeMonth")
async def test_a_villages_coordinator_may_not(api: Api) -> None:
    village = await make_member(role=Role.COORDINATOR, region=VILLAGE)

    assert await refused(api, village, "closeMonth", **OCTOBER) == NOT_ALLOWED


@reaches("InvalidInput", "closeMonth")
async def test_months_are_closed_in_order(api: Api) -> None:
    kus = await make_member(role=Role.COORDINATOR)
    await make_closed_month(date(2026, 8, 1))

    assert await refused(api, kus, "closeMonth", **OCTOBER) == invalid_input(
        ("month", "Tutup 2026-09 lebih dahulu.", "Close 2026-09 first.")
    )


@reaches("IdempotencyKeyReused", "closeMonth")
async def test_the_same_key_with_another_month_is_refused(api: Api) -> None:
    kus = await make_member(role=Role.COORDINATOR)
    await api.do(kus, "closeMonth", region=REGENCY, month="2026-09-01", idempotencyKey="k1")

    assert await refused(api, kus, "closeMonth", **OCTOBER, idempotencyKey="k1") == KEY_REUSED


@pytest.mark.parametrize(
    ("role", "region", "seen"),
    [
        (Role.COORDINATOR, VILLAGE, ["2026-10-01", "2026-09-01"]),
        (Role.PARTNER_REVIEWER, REGENCY, ["2026-10-01", "2026-09-01"]),
        (Role.ADMIN, REGENCY, ["2026-10-01", "2026-09-01"]),
        (Role.COORDINATOR, OTHER_REGENCY, []),
    ],
)
async def test_whoever_answers_for_the_books_sees_which_months_are_closed(
    api: Api, role: Role, region: str, seen: list[str]
) -> None:
    caller = await make_member(role=role, region=region)
    await make_closed_month(date(2026, 9, 1))
    await make_closed_month(date(2026, 10, 1))

    found = await api.data(caller, '{ closedMonths(region: "33.02") { edges { node { month } } } }')

    assert [edge["node"]["month"] for edge in found["closedMonths"]["edges"]] == seen
