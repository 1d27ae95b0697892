"""Whose data an account read, and what else it could have seen of which the log of accesses says nothing."""

from datetime import timedelta

import pytest

from kurir_api.auth import Principal
from kurir_api.models import (
    AccessAction,
    AccessEntry,
    Claim,
    ClaimStatus,
    Member,
    Patient,
    Role,
    TaskStatus,
    TransitionLog,
)
from kurir_api.services.accesses import accounted, note
from kurir_api.services.members.deactivate_member import deactivate_phone
from kurir_api.services.privacy.breach_scope import Period, breach_scope
from tests.factories import NOW, REGENCY, make_claim, make_member, make_patient, make_report, make_task, principal_for
from tests.services.accesses.logged import logged

pytestmark = pytest.mark.usefixtures("db")
PHONE = "+6281327000888"


async def nameable(member: Member, since_hours: int, until_hours: int) -> int:
    """How many patients the member's phone could have named in a period after NOW."""
    await Patient.all().update(created_at=NOW - timedelta(days=1))
    since, until = (NOW + timedelta(hours=hours) for hours in (since_hours, until_hours))
    return (await breach_scope(Period(since=since, until=until, member=member.id), NOW)).nameable


async def read_by(caller: Principal, patient: Patient, name: str) -> None:
    """The caller reads a field."""
    async with accounted("case"):
        note(patient, AccessAction.READ, (name,), who=caller)


async def test_it_names_whose_data_an_account_read_in_a_period_and_until_when_to_notify() -> None:
    one, other = await make_patient(name="=Sutinah"), await make_patient(name="Sarwono")
    stolen, kus = await principal_for(Role.COORDINATOR), await principal_for(Role.COORDINATOR)
    await read_by(stolen, one, "phone")
    await read_by(stolen, one, "diagnosis")
    await read_by(kus, other, "phone")
    await make_report()
    entries = await AccessEntry.all().order_by("number")
    period = Period(since=entries[0].at, until=entries[-1].at + timedelta(seconds=1), member=stolen.member_id)

    scope = await breach_scope(period, NOW)
    of_all = await breach_scope(Period(since=entries[0].at, until=entries[-1].at), NOW)

    header, line = scope.csv.splitlines()
    assert header == "patient_id,regency,name,fields,accesses,first_at,last_at"
    assert line.startswith(f"{one.id},{REGENCY},'=Sutinah,diagnosis phone,2,")
    assert (scope.patients, scope.notify_by) == (1, NOW + timedelta(days=3))
    assert of_all.patients == 1
    assert (scope.nameable, scope.reports, of_all.nameable) == (2, 1, 2)
    assert [entry[2] for entry in await logged(action="EXPORTED")] == ["privacy breach-scope"] * 2


async def test_it_counts_whom_a_volunteer_helped_then_also_once_the_phone_is_shut_out() -> None:
    await make_patient()
    volunteer = await make_member(phone=PHONE)
    claim = await make_claim(await make_task(status=TaskStatus.FILLED), volunteer, claimed_at=NOW)
    await deactivate_phone(PHONE, NOW + timedelta(hours=2))
    await claim.refresh_from_db()

    assert claim.status == ClaimStatus.REVOKED
    assert [await nameable(volunteer, *hours) for hours in ((-2, 0), (0, 1), (1, 3), (3, 9))] == [0, 1, 1, 0]


async def test_whoever_still_holds_a_task_is_counted_however_long_ago_it_was_taken() -> None:
    volunteer = await make_member()
    await make_claim(await make_task(status=TaskStatus.FILLED), volunteer, claimed_at=NOW)

    assert await TransitionLog.filter(subject_id=(await Claim.get()).id).count() == 0
    assert await nameable(volunteer, 48, 49) == 1
