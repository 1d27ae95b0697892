"""The demo: complete, repeatable, quick to load and to find again."""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from stdnum.id import nik
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from kurir_api.auth import principal_of_member
from kurir_api.demo.history import CASES, first_months
from kurir_api.demo.kebumen import KEBUMEN, ORGANIZATIONS_OF_KEBUMEN, desk_members
from kurir_api.demo.load import Demo, load
from kurir_api.demo.people import ORGANIZATIONS, REGENCY, VOLUNTEER, WIB, invented_members
from kurir_api.demo.referrals import SENT
from kurir_api.models import (
    Capability,
    Case,
    CaseStatus,
    Claim,
    ClaimStatus,
    Cost,
    CostStatus,
    Device,
    Member,
    Membership,
    Need,
    Notification,
    Organization,
    OrganizationKind,
    Patient,
    Rate,
    Region,
    Report,
    ReportStatus,
    Role,
    Task,
    TaskStatus,
    TransitionLog,
    Wave,
    WorkEntry,
)
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.settings import Environment, Settings, SettingsError
from tests.counting import Statements
from tests.demo.conftest import Loaded
from tests.factories import make_device, make_member

EVERYBODY = (*invented_members(), *desk_members())


async def test_there_are_165_members_each_with_a_role_and_a_phone(demo: Demo) -> None:
    roles = Counter(await Membership.all().values_list("regency_code", "role"))
    assert roles == {
        (REGENCY, Role.VOLUNTEER): 126,
        (REGENCY, Role.PARTNER_REVIEWER): 6,
        (REGENCY, Role.COORDINATOR): 3,
        (REGENCY, Role.DESK_OFFICER): 3,
        (REGENCY, Role.ADMIN): 1,
        (REGENCY, Role.PROGRAMME_OFFICER): 1,
        (KEBUMEN, Role.VOLUNTEER): 17,
        (KEBUMEN, Role.PARTNER_REVIEWER): 1,
        (KEBUMEN, Role.COORDINATOR): 1,
        (KEBUMEN, Role.DESK_OFFICER): 3,
        (KEBUMEN, Role.ADMIN): 1,
        (KEBUMEN, Role.PROGRAMME_OFFICER): 2,
    }
    assert await Member.all().count() == await Device.all().count() == 165


async def test_there_is_every_kind_of_organisation_and_each_has_members(demo: Demo) -> None:
    assert set(await Organization.all().values_list("kind", flat=True)) == set(OrganizationKind)
    staffed = set(await Membership.all().values_list("organization__name", flat=True))
    assert staffed == {*ORGANIZATIONS, *ORGANIZATIONS_OF_KEBUMEN}


def test_members_live_in_all_27_subdistricts() -> None:
    assert len({one.village[:8] for one in invented_members()}) == 27


def test_the_same_people_are_invented_every_time() -> None:
    assert (*invented_members(), *desk_members()) == EVERYBODY


def test_names_and_phones_differ_and_phones_are_valid_in_form() -> None:
    people = EVERYBODY
    assert len({one.name for one in people}) == 165
    assert len({one.phone for one in people}) == 165
    assert all(phonenumbers.is_valid_number(phonenumbers.parse(one.phone)) for one in people)


def test_35_volunteers_may_drive_85_members_are_on_duty_and_34_have_quiet_hours() -> None:
    people = invented_members()
    assert Counter(one.role for one in people if "AMBULANCE_LICENCE" in one.capabilities) == {Role.VOLUNTEER: 35}
    assert sum(one.available for one in people) == 85
    assert sum(one.quiet is not None for one in people) == 34


async def test_no_licence_has_lapsed(demo: Demo) -> None:
    today = datetime.now(UTC).astimezone(ZoneInfo("Asia/Jakarta")).date()
    ends = await Capability.filter(code="AMBULANCE_LICENCE").values_list("valid_until", flat=True)
    assert ends
    assert all(end > today for end in ends)


async def test_homes_are_in_the_regency(demo: Demo) -> None:
    members = await Member.all()
    centres = {region.code: region for region in await Region.all()}
    for one in EVERYBODY:
        village = centres[one.village]
        assert abs(one.home[0] - village.latitude) <= 0.005
        assert abs(one.home[1] - village.longitude) <= 0.005
    assert {(member.home_latitude, member.home_longitude) for member in members} == {one.home for one in EVERYBODY}


async def test_cases_stand_at_every_stage(demo: Demo) -> None:
    tasks = Counter(await Task.all().values_list("status", flat=True))
    claims = Counter(await Claim.all().values_list("status", flat=True))
    reports = Counter(await Report.all().values_list("status", flat=True))

    assert tasks.pop(TaskStatus.VERIFIED) == claims.pop(ClaimStatus.VERIFIED)
    assert tasks == {
        TaskStatus.DRAFT: 4,
        TaskStatus.OPEN: 2,
        TaskStatus.FILLED: 1,
        TaskStatus.IN_PROGRESS: 1,
        TaskStatus.DONE: 1,
    }
    assert claims == {ClaimStatus.HELD: 1, ClaimStatus.IN_PROGRESS: 1, ClaimStatus.COMPLETED: 1}
    assert Counter(await Case.filter(status=CaseStatus.OPEN).values_list("regency_code", flat=True)) == {
        REGENCY: 5,
        KEBUMEN: 2,
    }
    assert reports == {ReportStatus.CASE_OPENED: 5 + CASES, ReportStatus.RECEIVED: 6}


async def test_half_a_year_of_work_is_in_the_books_and_they_balance(demo: Demo) -> None:
    past = await WorkEntry.filter(task__status=TaskStatus.VERIFIED)

    assert await Case.filter(status=CaseStatus.CLOSED).count() == CASES
    assert len(past) == await Task.filter(status=TaskStatus.VERIFIED).count() > 150
    months = first_months(datetime.now(WIB).date())
    assert {entry.booked_on.replace(day=1) for entry in past} == set(months)
    assert await faults_of_books(REGENCY) == []


async def test_costs_wait_for_every_kind_of_decision_and_pledges_are_open(demo: Demo) -> None:

    waiting = Cost.filter(task__status=TaskStatus.DONE)
    assert Counter(await waiting.values_list("status", flat=True)) == {
        CostStatus.SUBMITTED: 1,
        CostStatus.RETURNED: 1,
        CostStatus.APPROVED: 1,
    }
    need = await Need.get()
    assert (need.amount, need.pledged, need.closed_at) == (750_000, 550_000, None)
    assert await Rate.all().count() == 3


async def test_the_volunteer_whom_one_may_be_holds_the_filled_task(demo: Demo) -> None:
    claim = await Claim.get(status=ClaimStatus.HELD).select_related("task", "member")
    assert claim.member_id == demo.volunteer.id
    assert claim.member.phone == VOLUNTEER
    assert claim.task.status == TaskStatus.FILLED


async def test_patients_are_marked_as_examples_with_national_ids_valid_in_form(demo: Demo) -> None:
    patients = await Patient.all()
    assert len(patients) == 5 + 2 + len(SENT) + CASES
    for patient in patients:
        assert patient.name.endswith("(contoh)")
        assert nik.is_valid(patient.national_id)
        assert nik.get_birth_date(patient.national_id) == patient.birth_date


async def test_one_may_be_a_volunteer_a_coordinator_a_desk_officer_and_a_reviewer(demo: Demo) -> None:
    people = (demo.volunteer, demo.coordinator, demo.desk_officer, demo.reviewer)
    principals = [await principal_of_member(person.id) for person in people]
    assert [principal.scopes[0].role for principal in principals] == [
        Role.VOLUNTEER,
        Role.COORDINATOR,
        Role.DESK_OFFICER,
        Role.PARTNER_REVIEWER,
    ]
    assert principals[0].organizations() == principals[3].organizations()


async def test_loading_again_changes_nothing_and_takes_one_statement(demo: Demo, settings: Settings) -> None:
    before = await _fingerprint()
    with Statements() as statements:
        again = await load(settings)
    assert again == demo
    assert len(statements) == 1
    assert await _fingerprint() == before


def test_people_are_added_in_a_statement_per_table(loaded: Loaded) -> None:
    inserts = Counter(sql.split('"')[1] for sql in loaded.statements if sql.startswith("INSERT"))
    assert [inserts[table] for table in ("member", "membership", "capability", "device")] == [1] * 4
    assert [inserts[table] for table in ("region", "facility", "programme")] == [2] * 3
    assert sum("access_head" in sql for sql in loaded.statements) == 2
    assert len(loaded.statements) <= 800


async def test_a_load_that_fails_leaves_nothing(db: None, settings: Settings) -> None:
    await make_device(await make_member(), token=f"demo-{VOLUNTEER}")
    before = await _fingerprint()
    with pytest.raises(IntegrityError):
        await load(settings)
    assert await _fingerprint() == before


async def test_production_refuses_invented_people(db: None, settings: Settings) -> None:
    production = settings.model_copy(update={"environment": Environment.PRODUCTION})
    with pytest.raises(SettingsError, match="KURIR_ENVIRONMENT: the demo's invented people don't belong"):
        await load(production)
    assert await Member.all().count() == 0


async def _fingerprint() -> list[str]:
    """Every row of the tables the demo fills."""
    models = (Region, Organization, Member, Membership, Capability, Device, Patient, Case, Report, Task, Claim)
    tables = [model._meta.db_table for model in (*models, Wave, Notification, TransitionLog)]
    connection = get_connection("default")
    return [
        (
            await connection.execute_query_dict(
                f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) AS all FROM {t} t"
            )
        )[0]["all"]
        for t in tables
    ]
