"""Case.insurance, and the cases whose deadline is near, through the API."""

from datetime import UTC, date, datetime, timedelta

from kurir_api.models import Holiday, Member, Role
from tests.api import Api
from tests.counting import Statements
from tests.factories import NOW, VILLAGE, make_case, make_facility, make_member, make_patient
from tests.ids import id_of
from tests.schema.refusals import done

INSURANCE = (
    "insurance { admittedAt dueAt minutesLeft status insuredAt rule holidays { day name kind region { code } } }"
)
ONE = f"query ($id: ID!) {{ case(id: $id) {{ waitingSince desk {{ code }} {INSURANCE} }} }}"
CASES = """query ($desk: String, $before: DateTime) {
  cases(desk: $desk, insuranceDueBefore: $before) { edges { node { number } } }
}"""
DAY = timedelta(days=1)


async def coordinator() -> Member:
    return await make_member(role=Role.COORDINATOR, locale="en")


async def test_a_stay_counts_down_by_the_hospitals_rule(api: Api) -> None:
    now = datetime.now(UTC)
    case = await make_case(facility=await make_facility())

    answer = await done(
        api,
        await coordinator(),
        "moveCase",
        f"case {{ phase {INSURANCE} }}",
        caseId=id_of(case),
        phase="IN_HOSPITAL",
        admittedAt=(now - DAY).isoformat(),
    )

    found = answer["case"]["insurance"]
    assert (found["status"], found["rule"], found["insuredAt"]) == ("RUNNING", "CALENDAR_DAYS", None)
    assert datetime.fromisoformat(found["dueAt"]) == now + 2 * DAY
    assert found["minutesLeft"] in {2 * 24 * 60 - 1, 2 * 24 * 60}
    assert found["holidays"] == []


async def test_the_days_that_do_not_count_are_named_in_the_callers_language(api: Api) -> None:
    facility = await make_facility(insurance_rule="WORKING_DAYS")
    admitted_at, due_at = datetime(2026, 3, 17, 8, tzinfo=UTC), datetime(2026, 3, 27, 8, tzinfo=UTC)
    stay = {"phase": "IN_HOSPITAL", "admitted_at": admitted_at, "insurance_due_at": due_at}
    case = await make_case(facility=facility, **stay)
    saturday = date(2026, 3, 21)
    for day, regency in (
        (date(2026, 3, 16), ""),
        (date(2026, 3, 19), ""),
        (saturday, ""),
        (date(2026, 3, 26), "33.02"),
    ):
        await Holiday.create(day=day, regency_code=regency, kind="NATIONAL", name_id="Nyepi", name_en="Silence")

    found = (await api.data(await coordinator(), ONE, id=id_of(case)))["case"]["insurance"]

    assert found["holidays"] == [
        {"day": "2026-03-19", "name": "Silence", "kind": "NATIONAL", "region": None},
        {"day": "2026-03-26", "name": "Silence", "kind": "NATIONAL", "region": {"code": "33.02"}},
    ]
    assert (found["status"], found["minutesLeft"]) == ("MISSED", None)


async def test_a_day_that_begins_at_the_deadline_is_none_of_them(api: Api) -> None:
    midnight = datetime(2026, 3, 18, 17, tzinfo=UTC)
    stay = {"phase": "IN_HOSPITAL", "admitted_at": midnight - 3 * DAY, "insurance_due_at": midnight}
    case = await make_case(facility=await make_facility(insurance_rule="WORKING_DAYS"), **stay)
    await Holiday.create(day=date(2026, 3, 19), kind="NATIONAL", name_id="Nyepi", name_en="Silence")

    assert (await api.data(await coordinator(), ONE, id=id_of(case)))["case"]["insurance"]["holidays"] == []


async def test_before_there_was_a_stay_there_is_no_deadline(api: Api) -> None:
    case = await make_case(waiting_since=NOW - DAY)

    answer = await api.data(await coordinator(), ONE, id=id_of(case))

    assert answer["case"] == {
        "waitingSince": "2026-11-22T02:00:00+00:00",
        "desk": {"code": VILLAGE},
        "insurance": None,
    }


async def test_nobody_waits_for_a_closed_case(api: Api) -> None:
    case = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)

    assert (await api.data(await coordinator(), ONE, id=id_of(case)))["case"]["waitingSince"] is None


async def test_cases_can_be_chosen_by_desk_and_deadline(api: Api) -> None:
    patients = [await make_patient() for _ in range(4)]
    stay = {"phase": "IN_HOSPITAL", "admitted_at": NOW, "insurance_due_at": NOW + 3 * DAY}
    await make_case(patients[0], number="1", **stay)
    await make_case(patients[1], number="2", desk_id="33.02.23", **stay | {"insured_at": NOW})
    await make_case(patients[2], number="3", **stay | {"insurance_due_at": NOW + 5 * DAY})
    await make_case(patients[3], number="4")
    caller = await coordinator()

    async def numbers(**variables: str) -> list[str]:
        edges = (await api.data(caller, CASES, **variables))["cases"]["edges"]
        return [edge["node"]["number"] for edge in edges]

    assert await numbers(before=(NOW + 4 * DAY).isoformat()) == ["1"]
    assert await numbers(desk="33.02.23") == ["2"]
    assert await numbers(desk=VILLAGE) == ["4", "3", "1"]


async def test_deadlines_and_recurrences_of_many_cases_take_no_more_statements(api: Api) -> None:
    facility = await make_facility(insurance_rule="WORKING_DAYS")
    document = f"{{ cases {{ edges {{ node {{ {INSURANCE} recurrences {{ rule next }} }} }} }} }}"
    caller, counts = await coordinator(), []
    for _ in range(2):
        stay = {"phase": "IN_HOSPITAL", "admitted_at": NOW, "insurance_due_at": NOW + 3 * DAY}
        await make_case(facility=facility, **stay)
        with Statements() as statements:
            await api.data(caller, document)
        counts.append(len(statements))

    assert counts[0] == counts[1]
