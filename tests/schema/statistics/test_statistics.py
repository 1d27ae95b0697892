"""statistics, as clients ask for it."""

from datetime import UTC, datetime, time, timedelta

from kurir_api.models import Role
from kurir_api.services.contributions.calendar import last_day
from tests.api import Api
from tests.counting import Statements
from tests.factories import (
    VILLAGE,
    make_case,
    make_claim,
    make_cost,
    make_ledger_entries,
    make_member,
    make_programme,
    make_referral,
    make_report,
    make_task,
    make_work_entry,
)

ASK = """
query ($from: Date!, $to: Date!, $region: String) {
  statistics(period: {from: $from, to: $to}, region: $region) {
    suppressed beneficiaries cases openCases members tasksCompleted cost medianMinutesToClaim alertsPerClaim
    byMonth { month reports cases beneficiaries tasksCompleted cost }
    byYear { year reports cases beneficiaries tasksCompleted cost }
    byKind { kind { code } totals { tasksCompleted beneficiaries minutes distanceM cost inKind } }
    costsByCategory { category cost inKind }
    byProgramme { programme { code name } referrals granted overdue }
    waiting { region { code name } waiting longestMinutes }
  }
}
"""
LAST = datetime.now(UTC).date().replace(day=1) - timedelta(days=15)
MONTH = {"from": f"{LAST:%Y-%m}-01", "to": str(last_day(LAST))}
"""A month that is over by any clock."""


async def one_help() -> None:
    """A patient was helped last month, with fuel for Rp50,000; a report waits."""
    claim = await make_claim(await make_task(await make_case()), await make_member())
    await make_work_entry(claim, booked_on=LAST)
    await make_ledger_entries(await make_cost(claim, spent_on=LAST))
    await make_report(received_at=datetime.now(UTC) - timedelta(minutes=90, seconds=5))
    sent_at = datetime.combine(LAST, time(12), UTC)
    programme = await make_programme("PKH", name_id="PKH")
    await make_referral(programme, sent_by_id=claim.member_id, sent_at=sent_at, due_at=sent_at)


async def test_the_office_gets_every_figure(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    await one_help()

    found = (await api.data(desk, ASK, **MONTH))["statistics"]

    span = {"reports": 0, "cases": 0, "beneficiaries": 1, "tasksCompleted": 1, "cost": 50_000}
    work = {"tasksCompleted": 1, "beneficiaries": 1, "minutes": 90, "distanceM": 12_000}
    assert found == {
        "suppressed": False,
        "beneficiaries": 1,
        "cases": 0,
        "openCases": 1,
        "members": 2,
        "tasksCompleted": 1,
        "cost": 50_000,
        "medianMinutesToClaim": None,
        "alertsPerClaim": None,
        "byMonth": [{"month": MONTH["from"]} | span],
        "byYear": [{"year": LAST.year} | span],
        "byKind": [{"kind": {"code": "AMBULANCE_RUN"}, "totals": work | {"cost": 50_000, "inKind": 0}}],
        "costsByCategory": [{"category": "FUEL", "cost": 50_000, "inKind": 0}],
        "byProgramme": [{"programme": {"code": "PKH", "name": "PKH"}, "referrals": 1, "granted": 0, "overdue": 1}],
        "waiting": [{"region": {"code": VILLAGE, "name": "Karangnangka"}, "waiting": 1, "longestMinutes": 90}],
    }


async def test_an_outsider_gets_nothing_that_tells_of_one_patient(api: Api) -> None:
    reviewer = await make_member(role=Role.PARTNER_REVIEWER)
    await one_help()

    found = (await api.data(reviewer, ASK, **MONTH))["statistics"]

    nothing = {"reports": 0, "cases": 0, "beneficiaries": 0, "tasksCompleted": 0, "cost": 0}
    assert found == {
        "suppressed": True,
        "beneficiaries": 0,
        "cases": 0,
        "openCases": 0,
        "members": 0,
        "tasksCompleted": 0,
        "cost": 0,
        "medianMinutesToClaim": None,
        "alertsPerClaim": None,
        "byMonth": [{"month": MONTH["from"]} | nothing],
        "byYear": [{"year": LAST.year} | nothing],
        "byKind": [],
        "costsByCategory": [],
        "byProgramme": [],
        "waiting": [],
    }


async def test_a_refusal_names_what_to_ask_instead(api: Api) -> None:
    volunteer = await make_member(locale="en")

    (whole,) = await api.errors(volunteer, ASK, **MONTH | {"from": f"{LAST:%Y-%m}-02"})
    (village,) = await api.errors(volunteer, ASK, **MONTH, region=VILLAGE)
    (elsewhere,) = await api.errors(volunteer, ASK, **MONTH, region="33.05")
    (backwards,) = await api.errors(volunteer, ASK, **{"from": "2026-02-01", "to": "2026-01-31"})

    assert "Begin with the first day of a month" in whole["message"]
    assert "choose a sub-district or regency" in village["message"]
    assert elsewhere["message"] == "Not found."
    assert "swap the two" in backwards["message"]


async def test_years_that_no_calendar_of_an_office_has_are_refused(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER, locale="en")

    (refused,) = await api.errors(desk, ASK, **{"from": "9999-01-01", "to": "9999-12-31"})
    (early,) = await api.errors(desk, ASK, **{"from": "1999-12-31", "to": "2000-01-01"})

    assert "Choose a year from 2000 to 2999" in refused["message"]
    assert "Choose a year from 2000 to 2999" in early["message"]


async def test_one_query_asks_for_nine_statistics_at_most(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)

    def asked(times: int) -> str:
        period = f'period: {{from: "{MONTH["from"]}", to: "{MONTH["to"]}"}}'
        return "{" + " ".join(f"a{n}: statistics({period}) {{ cases }}" for n in range(times)) + "}"

    assert len(await api.data(desk, asked(9))) == 9
    (refused,) = await api.errors(desk, asked(10))
    assert refused["message"] == "The query's cost is 5020; the maximum is 5000."


async def test_it_takes_as_many_statements_however_many_villages_wait(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    await one_help()
    with Statements() as few:
        await api.data(desk, ASK, **MONTH)
    for region in ("33.02.24.1003", "33.02.23"):
        await make_report(region=region, received_at=datetime.now(UTC))

    with Statements() as many:
        await api.data(desk, ASK, **MONTH)

    assert len(few) == len(many) == 13
