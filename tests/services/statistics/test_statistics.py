"""The figures over the database: exact for the office, guarded for everybody else."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import InvalidInput, NotFound
from kurir_api.models import CostCategory, Organization, Patient, Role, TransitionLog
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.statistics.facts import Waiting
from kurir_api.services.statistics.statistics import Costs, ProgrammeCounts, Span, Statistics, statistics
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    add_membership,
    make_alert,
    make_case,
    make_claim,
    make_cost,
    make_ledger_entries,
    make_member,
    make_organization,
    make_patient,
    make_programme,
    make_referral,
    make_report,
    make_task,
    make_wave,
    make_work_entry,
    principal_for,
)

pytestmark = pytest.mark.usefixtures("db")

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
AUTUMN = Period(date(2026, 10, 1), date(2026, 11, 30))
OCTOBER_12 = date(2026, 10, 12)
IN_OCTOBER = datetime(2026, 10, 12, 2, 0, tzinfo=UTC)
BERKOH = "33.02.24.1003"
CLOSED = {"status": "CLOSED", "outcome": "RECOVERED", "closed_at": NOW}


async def helped(
    patient: Patient | None = None,
    day: date = OCTOBER_12,
    cost: int = 0,
    *,
    in_kind: bool = False,
    partner: Organization | None = None,
    **task: Any,
) -> Patient:
    """A patient for whom a task was completed that day, of 90 minutes and 12 km; with a cost if it isn't 0."""
    patient = patient or await make_patient()
    case = await make_case(patient, opened_at=IN_OCTOBER, **CLOSED)
    claim = await make_claim(await make_task(case, status="DONE", **task), await make_member(organization=partner))
    await make_work_entry(claim, booked_on=day)
    if cost:
        await make_ledger_entries(await make_cost(claim, cost, in_kind=in_kind, spent_on=day))
    return patient


async def ask(principal: Principal, period: Period = OCTOBER, *regions: str) -> Statistics:
    """At NOW."""
    return await statistics(principal, period, regions, NOW)


async def test_the_office_gets_exact_figures_of_what_was_done_and_spent() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    patient = await helped(cost=50_001)
    await helped(patient, date(2026, 11, 3), cost=20_000, in_kind=True, kind="SHELTER_STAY")
    await helped(await make_patient(region=OTHER_VILLAGE))

    found = await ask(desk, AUTUMN)

    assert (found.beneficiaries, found.tasks_completed, found.cost, found.scope.guarded) == (1, 2, 50_001, False)
    assert [(one.start, one.beneficiaries, one.tasks_completed, one.cost) for one in found.by_month] == [
        (date(2026, 10, 1), 1, 1, 50_001),
        (date(2026, 11, 1), 1, 1, 0),
    ]
    assert found.by_year == [
        Span(
            start=date(2026, 1, 1),
            reports=0,
            cases=2,
            beneficiaries=1,
            tasks_completed=2,
            cost=50_001,
            median_minutes_to_claim=None,
        )
    ]
    assert found.by_kind == [
        ("AMBULANCE_RUN", Totals(1, 1, 90, 12_000, 50_001, 0)),
        ("SHELTER_STAY", Totals(1, 1, 90, 12_000, 0, 20_000)),
    ]
    assert found.costs_by_category == [Costs(CostCategory.FUEL, 50_001, 20_000)]


async def test_a_correction_takes_away_what_it_reverses() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    case = await make_case(opened_at=IN_OCTOBER)
    claim = await make_claim(await make_task(case), await make_member())
    entry = await make_work_entry(claim, booked_on=date(2026, 10, 3))
    await make_work_entry(claim, -90, -12_000, tasks=-1, booked_on=date(2026, 11, 5), reverses_id=entry.id)

    assert [(one.beneficiaries, one.tasks_completed) for one in (await ask(desk, AUTUMN)).by_month] == [
        (1, 1),
        (0, -1),
    ]
    assert (await ask(desk, AUTUMN)).beneficiaries == 0


async def test_what_replaces_a_line_of_the_same_month_changes_its_minutes_and_metres() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    claim = await make_claim(await make_task(await make_case(opened_at=IN_OCTOBER)), await make_member())
    september, october = date(2026, 9, 3), date(2026, 10, 3)
    entry = await make_work_entry(claim, booked_on=september)
    await make_work_entry(claim, -90, -12_000, tasks=-1, booked_on=october, reverses_id=entry.id)
    await make_work_entry(claim, 1_090, 13_000, booked_on=october)

    (kind,) = (await ask(desk)).by_kind

    assert kind == ("AMBULANCE_RUN", Totals(0, 0, 1_000, 1_000, 0, 0))


async def test_a_cost_taken_back_and_a_gift_as_large_are_both_told() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    claim = await make_claim(await make_task(await make_case(opened_at=IN_OCTOBER)), await make_member())
    await make_ledger_entries(await make_cost(claim, 50_000, in_kind=True, spent_on=OCTOBER_12))
    cost = await make_cost(claim, 50_000, spent_on=date(2026, 9, 3))
    await make_ledger_entries(cost)
    cost.amount, cost.spent_on = -50_000, OCTOBER_12
    await make_ledger_entries(cost)

    assert (await ask(desk)).costs_by_category == [Costs(CostCategory.FUEL, -50_000, 50_000)]


async def test_reports_and_cases_count_on_their_day_in_the_regency() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    midnight = datetime(2026, 9, 30, 17, 0, tzinfo=UTC)
    await make_report(received_at=midnight)
    await make_report(received_at=midnight - timedelta(seconds=1))
    await make_case(opened_at=midnight)
    await make_case(opened_at=midnight - timedelta(seconds=1), status="ON_HOLD")
    await make_case(opened_at=midnight - timedelta(days=90), **CLOSED)

    found = await ask(desk)

    assert [(one.reports, one.cases) for one in found.by_month] == [(1, 1)]
    assert (found.cases, found.open_cases) == (1, 2)


async def test_minutes_to_claim_are_from_publication_and_offers_count_once_accepted() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    case, coordinator = await make_case(), await make_member(role=Role.COORDINATOR)
    for minutes, status, assigned in ((4, "COMPLETED", False), (10, "HELD", True), (99, "DECLINED", True)):
        task = await make_task(case, published_at=IN_OCTOBER)
        claimed_at = IN_OCTOBER + timedelta(minutes=minutes)
        by = coordinator if assigned else None
        await make_claim(task, await make_member(), status, claimed_at=claimed_at, assigned_by=by)
    wave = await make_wave(task)
    for _ in range(3):
        await make_alert(wave, await make_member(), sent_at=IN_OCTOBER, status="SENT")
    await make_alert(wave, await make_member())

    found = await ask(desk)

    assert (found.median_minutes_to_claim, found.alerts_per_claim) == (7.0, 3.0)


async def test_waiting_are_undecided_reports_and_open_cases_with_a_task_that_nobody_took() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    await make_report(received_at=NOW - timedelta(minutes=30))
    await make_report(received_at=NOW - timedelta(minutes=999), status="REJECTED")
    case = await make_case(await make_patient(region=BERKOH), opened_at=NOW - timedelta(minutes=90))
    await make_task(case)
    await make_task(case, starts_at=NOW + timedelta(days=3))
    taken = await make_task(await make_case())
    await make_claim(taken, await make_member())

    assert (await ask(desk)).waiting == [
        Waiting(VILLAGE, 1, 0, 30, known=True),
        Waiting(BERKOH, 1, 1, 90, known=True),
    ]


async def test_members_are_the_active_ones_with_a_role_within_the_region() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    twice = await make_member(region=VILLAGE)
    await add_membership(twice, Role.VOLUNTEER, SUBDISTRICT)
    await make_member(region=VILLAGE, active=False)
    await make_member(region=OTHER_REGENCY)

    assert (await ask(desk)).members == 2
    assert (await ask(desk, OCTOBER, VILLAGE)).members == 1


@pytest.mark.parametrize(
    "role", [Role.VOLUNTEER, Role.PARTNER_REVIEWER, Role.PROGRAMME_OFFICER], ids=lambda role: role.value
)
async def test_outsiders_get_rounded_figures_of_five_and_more(role: Role) -> None:
    outsider = await principal_for(role)
    for _ in range(7):
        await helped(cost=61_234)
    await helped(await make_patient(region=BERKOH), cost=900_000, kind="SHELTER_STAY")

    found = await ask(outsider)

    assert found.scope.guarded
    assert (found.beneficiaries, found.tasks_completed, found.cost, found.cases) == (5, 5, 400_000, 5)
    assert found.by_kind == [("AMBULANCE_RUN", Totals(5, 5, 660, 84_000, 400_000, 0))]
    assert found.costs_by_category == [Costs(CostCategory.FUEL, 400_000, 0)]


async def test_referrals_count_by_programme_with_what_became_of_them() -> None:
    coordinator = await principal_for(Role.COORDINATOR)
    kis, pkh = await make_programme("KIS_PBI"), await make_programme("PKH")
    late = NOW - timedelta(days=1)
    await make_referral(kis, status="GRANTED", decided_at=NOW, sent_at=IN_OCTOBER)
    confirmed = await make_referral(kis, status="CONFIRMED", decided_at=NOW, sent_at=IN_OCTOBER)
    await TransitionLog.create(
        regency_code=REGENCY,
        machine="referral",
        subject_id=confirmed.id,
        action="confirm",
        source="PARTLY_GRANTED",
        target="CONFIRMED",
        at=NOW,
        recorded_at=NOW,
    )
    await make_referral(kis, status="IN_PROCESS", sent_at=IN_OCTOBER, due_at=late)
    await make_referral(kis, status="INFO_REQUESTED", asked_at=NOW, sent_at=IN_OCTOBER, due_at=late)
    await make_referral(pkh, status="REFUSED", decided_at=NOW, sent_at=IN_OCTOBER)
    await make_referral(pkh)

    found = await ask(coordinator)

    assert sorted(found.by_programme, key=lambda one: -one.referrals) == [
        ProgrammeCounts(kis.id, 4, 2, 1),
        ProgrammeCounts(pkh.id, 1, 0, 0),
    ]


async def test_outsiders_learn_of_grants_only_where_five_were_granted_something() -> None:
    outsider = await principal_for(Role.PROGRAMME_OFFICER)
    kis, sender = await make_programme("KIS_PBI"), await make_member()
    for n in range(6):
        granted = {"status": "GRANTED", "decided_at": NOW} if n < 4 else {}
        await make_referral(kis, sent_at=IN_OCTOBER, sent_by=sender, **granted)
    rare = await make_referral(await make_programme("PKH"), sent_at=IN_OCTOBER, sent_by=sender)

    assert (await ask(outsider)).by_programme == []

    await rare.delete()
    assert (await ask(outsider)).by_programme == [ProgrammeCounts(kis.id, 5, 0, 0)]


async def test_outsiders_learn_nothing_of_one_patient() -> None:
    outsider = await principal_for()
    for _ in range(7):
        await helped()
    questions = [(OCTOBER, REGENCY), (OCTOBER, SUBDISTRICT), (OCTOBER, "33.02.24")]
    before = [await ask(outsider, period, region) for period, region in questions]

    await helped(await make_patient(region=BERKOH))

    assert [await ask(outsider, period, region) for period, region in questions] == before


async def test_calls_do_not_make_five_patients_of_one() -> None:
    outsider = await principal_for()
    patients = [await make_patient() for _ in range(4)]
    for patient in patients:
        case = await make_case(patient, opened_at=NOW)
        original = await make_report(case_id=case.id, status="CASE_OPENED", received_at=IN_OCTOBER)
        again = await make_report(duplicate_of_id=original.id, status="DUPLICATE", received_at=IN_OCTOBER)
        await make_report(duplicate_of_id=again.id, status="DUPLICATE", received_at=IN_OCTOBER)
    for _ in range(5):
        await make_report(received_at=IN_OCTOBER)
    before = (await ask(outsider)).by_month[0].reports

    case = await make_case(opened_at=NOW)
    await make_report(case_id=case.id, status="CASE_OPENED", received_at=IN_OCTOBER)

    assert (before, (await ask(outsider)).by_month[0].reports) == (0, 20)


async def test_a_duplicate_is_of_its_originals_patient() -> None:
    outsider = await principal_for()
    originals = []
    for _ in range(5):
        case = await make_case(opened_at=NOW)
        originals.append(await make_report(case_id=case.id, status="CASE_OPENED", received_at=NOW))
    for original in originals:
        await make_report(duplicate_of_id=original.id, status="DUPLICATE", received_at=IN_OCTOBER)

    assert (await ask(outsider)).by_month[0].reports == 5


async def test_a_partners_reviewer_knows_what_the_partner_did_and_nothing_by_taking_it_away() -> None:
    partner = await make_organization()
    reviewer = await principal_of_member((await make_member(role=Role.PARTNER_REVIEWER, organization=partner)).id)
    for _ in range(4):
        await helped(cost=61_234, partner=partner)
    before = await ask(reviewer)

    await helped(cost=900_000)

    assert (before.beneficiaries, before.tasks_completed, before.cost) == (4, 4, 244_936)
    after = await ask(reviewer)
    assert (after.beneficiaries, after.tasks_completed, after.cost) == (4, 4, 244_936)
    assert (after.by_kind, after.costs_by_category) == (before.by_kind, before.costs_by_category)


async def test_a_village_desk_knows_its_own_village_and_nothing_of_its_few_neighbours() -> None:
    desk = await principal_for(Role.DESK_OFFICER, region=VILLAGE)
    for _ in range(4):
        await helped()
    assert (await ask(desk, OCTOBER, VILLAGE)).beneficiaries == 4
    before = await ask(desk, OCTOBER, SUBDISTRICT)

    await helped(await make_patient(region="33.02.23"))

    assert await ask(desk, OCTOBER, SUBDISTRICT) == before
    assert before.scope.guarded


@pytest.mark.parametrize(
    ("period", "path"),
    [
        (Period(date(2026, 10, 2), date(2026, 10, 31)), "period.from"),
        (Period(date(2026, 10, 1), date(2026, 10, 30)), "period.to"),
        (AUTUMN, "period.to"),
        (Period(date(2015, 1, 1), date(2026, 10, 31)), "period.to"),
    ],
    ids=["not from the first", "not to the last", "not over yet", "more than ten years"],
)
async def test_outsiders_ask_for_whole_months_that_are_over(period: Period, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await ask(await principal_for(), period)

    assert [".".join(problem.path) for problem in refused.value.problems] == [path]


async def test_outsiders_may_not_ask_for_a_village() -> None:
    with pytest.raises(InvalidInput, match="Villages' figures are for their office only"):
        await ask(await principal_for(), OCTOBER, VILLAGE)


@pytest.mark.parametrize("region", [OTHER_REGENCY, OTHER_VILLAGE, "33", "33.02.99", "x", ""])
async def test_other_regions_look_like_none(region: str) -> None:
    with pytest.raises(NotFound):
        await ask(await principal_for(Role.COORDINATOR), OCTOBER, region)


async def test_without_a_region_all_regencies_that_one_works_in_are_meant() -> None:
    member = await make_member(role=Role.COORDINATOR, region=SUBDISTRICT)
    await add_membership(member, Role.VOLUNTEER, OTHER_VILLAGE)

    found = await ask(await principal_of_member(member.id))

    assert (found.scope.regions, found.scope.guarded) == ([REGENCY, OTHER_REGENCY], True)


async def test_where_one_knows_everything_no_others_patient_could_be() -> None:
    volunteer = await make_member()
    assert (await ask(await principal_of_member(volunteer.id))).scope.subdistricts == {REGENCY: 2}

    await add_membership(volunteer, Role.DESK_OFFICER, SUBDISTRICT)

    assert (await ask(await principal_of_member(volunteer.id))).scope.subdistricts == {REGENCY: 1}


async def test_it_takes_ten_statements_however_much_there_is() -> None:
    desk = await principal_for(Role.DESK_OFFICER)
    for _ in range(6):
        await helped(cost=1_000)
    await make_report()

    with Statements() as sent:
        await ask(desk, AUTUMN)

    assert len(sent) == 10
