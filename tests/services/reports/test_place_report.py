"""The desk finds out where help is needed, and another desk answers for it."""

import pytest

from kurir_api.dispatch.geo import Point
from kurir_api.errors import InvalidTransition, NotAllowed, NotFound
from kurir_api.models import Escalation, Report, Role, TransitionLog
from kurir_api.services.reports.place_report import PlaceReport, desk_after, place_report
from kurir_api.services.reports.waiting import TOLD_AFTER, arm_waiting
from tests.factories import OTHER_VILLAGE, REGENCY, SUBDISTRICT, VILLAGE, make_report, principal_for
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")
BERKOH = "33.02.24.1003"
NOT_YOURS = {"region": "Choose a village or sub-district of your own desk's; elsewhere, hand the report up."}


async def test_the_region_and_its_desk_change_and_the_new_desk_will_be_told() -> None:
    officer, report = await principal_for(Role.DESK_OFFICER), await make_report(region=REGENCY)
    await arm_waiting(report)
    await Escalation.all().update(times_told=3)

    assert await place_report(officer, PlaceReport(report_id=report.id, region=VILLAGE)) == report.id

    await report.refresh_from_db()
    entry, armed = await TransitionLog.get(), await Escalation.get()
    assert (report.region_id, report.desk_id, report.status) == (VILLAGE, VILLAGE, "RECEIVED")
    assert (entry.action, entry.actor_id) == ("place", officer.member_id)
    assert (armed.due_at, armed.times_told) == (entry.at + TOLD_AFTER, 0)


async def test_the_point_changes_where_one_is_given() -> None:
    officer, report = await principal_for(Role.DESK_OFFICER), await make_report()
    await arm_waiting(report)
    armed = (await Escalation.get()).due_at

    await place_report(officer, PlaceReport(report_id=report.id, region=VILLAGE, location=Point(-7.38, 109.22)))
    await place_report(officer, PlaceReport(report_id=report.id, region=VILLAGE))

    await report.refresh_from_db()
    assert (report.latitude, report.longitude) == (-7.38, 109.22)
    assert (await Escalation.get()).due_at == armed  # the same desk, which knows of it


@pytest.mark.parametrize(
    ("desk", "placed", "after"),
    [
        (VILLAGE, BERKOH, BERKOH),
        (SUBDISTRICT, VILLAGE, SUBDISTRICT),
        (SUBDISTRICT, BERKOH, "33.02.24"),
        (SUBDISTRICT, REGENCY, REGENCY),
        (REGENCY, BERKOH, REGENCY),
    ],
)
def test_one_that_was_handed_up_stays_as_high(desk: str, placed: str, after: str) -> None:
    assert desk_after(Report(region_id=VILLAGE, desk_id=desk), placed) == after


@pytest.mark.parametrize("region", [OTHER_VILLAGE, "33", "33.02.99", "33.02.23.2004.1", ""])
async def test_only_within_its_regency(region: str) -> None:
    officer, report = await principal_for(Role.COORDINATOR, region="33"), await make_report()

    assert await problems(place_report(officer, PlaceReport(report_id=report.id, region=region))) == NOT_YOURS


async def test_a_desk_places_it_within_its_own_region() -> None:
    officer, report = await principal_for(Role.DESK_OFFICER, region=SUBDISTRICT), await make_report()

    assert await problems(place_report(officer, PlaceReport(report_id=report.id, region=BERKOH))) == NOT_YOURS


async def test_who_took_it_down_does_not_decide_where_it_is() -> None:
    volunteer = await principal_for()
    report = await make_report(taken_by_id=volunteer.member_id)

    await refused(place_report(volunteer, PlaceReport(report_id=report.id, region=VILLAGE)), NotAllowed)


async def test_elsewhere_it_is_not_found() -> None:
    officer, report = await principal_for(Role.DESK_OFFICER, region=OTHER_VILLAGE), await make_report()

    await refused(place_report(officer, PlaceReport(report_id=report.id, region=OTHER_VILLAGE)), NotFound)


async def test_what_was_taken_up_stays_where_it_is() -> None:
    officer, report = await principal_for(Role.DESK_OFFICER), await make_report(status="LINKED")

    await refused(place_report(officer, PlaceReport(report_id=report.id, region=VILLAGE)), InvalidTransition)
