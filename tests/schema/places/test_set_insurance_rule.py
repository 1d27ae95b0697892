"""setInsuranceRule and holidays through the API."""

from datetime import date

from kurir_api.models import Holiday, Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, VILLAGE, make_facility, make_member
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, reaches, refused

HOLIDAYS = "query ($year: Int!) { holidays(year: $year) { day name kind region { code } } }"


@reaches("FacilitySuccess", "setInsuranceRule")
async def test_a_hospitals_rule_is_set_and_read(api: Api) -> None:
    facility = await make_facility()
    caller = await make_member(role=Role.ADMIN)

    answer = await done(
        api,
        caller,
        "setInsuranceRule",
        "facility { insuranceRule }",
        facilityId=id_of(facility),
        rule="WORKING_DAYS",
    )

    assert answer["facility"] == {"insuranceRule": "WORKING_DAYS"}


@reaches("NotFound", "setInsuranceRule")
async def test_another_regencys_hospital_is_not_found(api: Api) -> None:
    facility, elsewhere = await make_facility(), await make_member(role=Role.ADMIN, region=OTHER_REGENCY)
    values = {"facilityId": id_of(facility), "rule": "WORKING_DAYS"}

    assert await refused(api, elsewhere, "setInsuranceRule", **values) == NOT_FOUND


@reaches("NotAllowed", "setInsuranceRule")
async def test_a_villages_coordinator_does_not_set_it(api: Api) -> None:
    facility, village = await make_facility(), await make_member(role=Role.COORDINATOR, region=VILLAGE)
    values = {"facilityId": id_of(facility), "rule": "WORKING_DAYS"}

    assert await refused(api, village, "setInsuranceRule", **values) == NOT_ALLOWED


@reaches("IdempotencyKeyReused", "setInsuranceRule")
async def test_the_same_key_with_another_rule_is_refused(api: Api) -> None:
    facility, caller = await make_facility(), await make_member(role=Role.COORDINATOR)
    values = {"facilityId": id_of(facility), "idempotencyKey": "k1"}
    await api.do(caller, "setInsuranceRule", **values, rule="WORKING_DAYS")

    assert await refused(api, caller, "setInsuranceRule", **values, rule="CALENDAR_DAYS") == KEY_REUSED


async def test_holidays_of_a_year_are_said_in_the_callers_language(api: Api) -> None:
    for regency in ("", OTHER_REGENCY):
        await Holiday.create(
            day=date(2026, 3, 19), regency_code=regency, kind="NATIONAL", name_id="Nyepi", name_en="Day of silence"
        )
    member = await make_member(locale="en")

    assert await api.data(member, HOLIDAYS, year=2026) == {
        "holidays": [{"day": "2026-03-19", "name": "Day of silence", "kind": "NATIONAL", "region": None}]
    }
    assert await api.data(member, HOLIDAYS, year=2027) == {"holidays": []}
    assert (await api.errors(member, HOLIDAYS, year=1))[0]["extensions"]["code"] == "BAD_USER_INPUT"
