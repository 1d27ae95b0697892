"""Who moves a referral where, what happens to its clock, and who hears of it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.auth import Principal
from kurir_api.errors import InvalidTransition, NotAllowed, NotFound
from kurir_api.models import (
    Escalation,
    Message,
    Notification,
    Organization,
    Patient,
    Referral,
    ReferralStatus,
    Role,
    TransitionLog,
)
from kurir_api.services.referrals.ending import revoke_planned
from kurir_api.services.referrals.move_referral import MoveReferral, move_referral
from kurir_api.services.working_days.reckoning import working_days
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_member,
    make_organization,
    make_programme,
    make_referral,
    make_report,
    principal_for,
)
from tests.services.accesses.logged import logged
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")

S = ReferralStatus


async def officer_of(agency: Organization, region: str = "33.02") -> Principal:
    """One of its programme officers."""
    return await principal_for(Role.PROGRAMME_OFFICER, organization=agency, region=region)


async def referral_to(agency: Organization, **values: object) -> Referral:
    """From the village."""
    return await make_referral(await make_programme(organization=agency), **values)


def to(referral: Referral, status: ReferralStatus, note: str | None = None) -> MoveReferral:
    return MoveReferral(referral_id=referral.id, to=status, note=note)


async def test_an_officer_takes_it_up_works_on_it_and_grants_it_and_the_desk_confirms() -> None:
    agency = await make_organization()
    referral, officer = await referral_to(agency), await officer_of(agency)
    desk = await principal_for(Role.DESK_OFFICER)
    await Escalation.create(regency_code="33.02", kind="REFERRAL_LATE", referral=referral, due_at=NOW)

    for status in (S.ACCEPTED, S.IN_PROCESS):
        await move_referral(officer, to(referral, status))
    assert await Escalation.filter(ended_at__isnull=True).count() == 1
    await move_referral(officer, to(referral, S.GRANTED, "Mulai Desember."))
    await move_referral(desk, to(referral, S.CONFIRMED))

    await referral.refresh_from_db()
    assert (referral.status, referral.decision_note) == (S.CONFIRMED, "Mulai Desember.")
    assert referral.decided_at is not None
    assert referral.note == "Belum punya jaminan kesehatan."
    assert await Escalation.filter(ended_at__isnull=True).count() == 0
    assert await TransitionLog.filter(subject_id=referral.id).order_by("id").values_list("action", flat=True) == [
        "accept",
        "process",
        "grant",
        "confirm",
    ]


@pytest.mark.parametrize("status", [S.DECLINED, S.INFO_REQUESTED, S.PARTLY_GRANTED, S.REFUSED, S.REVOKED])
async def test_what_disappoints_is_explained(status: ReferralStatus) -> None:
    referral, desk = await make_referral(), await principal_for(Role.DESK_OFFICER)

    assert await problems(move_referral(desk, to(referral, status, " "))) == {"note": "Must not be empty."}


async def test_each_side_takes_its_own_steps_only() -> None:
    agency = await make_organization()
    referral, officer = await referral_to(agency), await officer_of(agency)
    desk = await principal_for(Role.COORDINATOR)

    await refused(move_referral(desk, to(referral, S.ACCEPTED)), NotAllowed)
    await refused(move_referral(officer, to(referral, S.REVOKED, "Salah.")), NotAllowed)
    await refused(move_referral(officer, to(referral, S.CONFIRMED)), NotAllowed)


async def test_another_agency_another_region_and_an_administrator_know_nothing_of_it() -> None:
    agency = await make_organization()
    referral = await referral_to(agency)
    for stranger in (
        await officer_of(await make_organization()),
        await officer_of(agency, "33.02.24"),
        await officer_of(agency, OTHER_REGENCY),
        await principal_for(Role.ADMIN),
        await principal_for(Role.DESK_OFFICER, region="33.02.24"),
    ):
        await refused(move_referral(stranger, to(referral, S.ACCEPTED)), NotFound)


async def test_nothing_is_granted_before_it_is_in_process() -> None:
    agency = await make_organization()
    referral, officer = await referral_to(agency), await officer_of(agency)

    refusal = await refused(move_referral(officer, to(referral, S.GRANTED)), InvalidTransition)

    assert (refusal.current, refusal.allowed) == ("SENT", ("IN_PROCESS",))


async def test_while_the_programme_waits_for_an_answer_its_time_stands_still() -> None:
    agency = await make_organization()
    days = await working_days((await referral_to(agency)).regency_code)
    now = datetime.now(UTC)
    asked_at, left = now - timedelta(days=20), 3
    referral = await referral_to(
        agency, status=S.INFO_REQUESTED, asked_at=asked_at, due_at=days.due(asked_at, left), sent_at=asked_at
    )
    desk = await principal_for(Role.DESK_OFFICER)

    await move_referral(desk, to(referral, S.SENT, "KK terlampir."))

    await referral.refresh_from_db()
    escalation = await Escalation.get(referral=referral)
    assert (referral.status, referral.asked_at, referral.note) == (S.SENT, None, "KK terlampir.")
    assert referral.due_at == days.due(datetime.now(UTC), left)
    assert escalation.due_at == referral.due_at - timedelta(hours=16)


async def test_who_asks_at_the_last_moment_gets_one_more_working_day() -> None:
    referral = await make_referral(status=S.INFO_REQUESTED, asked_at=NOW, due_at=NOW + timedelta(hours=3))
    days, desk = await working_days("33.02"), await principal_for(Role.DESK_OFFICER)

    await move_referral(desk, to(referral, S.SENT))

    assert (await Referral.get(id=referral.id)).due_at == days.due(datetime.now(UTC), 1)


async def test_the_desk_is_told_two_working_days_after_it_was_asked() -> None:
    agency = await make_organization()
    referral, officer = await referral_to(agency), await officer_of(agency)

    await move_referral(officer, to(referral, S.INFO_REQUESTED, "Mohon fotokopi KK."))

    await referral.refresh_from_db()
    assert referral.asked_at is not None
    late = (await working_days("33.02")).due(referral.asked_at, 2)
    told_at = (await Escalation.get(referral=referral)).due_at
    assert told_at is not None
    assert late < told_at <= late + timedelta(days=2, hours=8)


async def test_who_sent_it_and_the_desk_that_answers_for_it_hear_of_the_decision() -> None:
    agency = await make_organization()
    sender = await make_member(role=Role.DESK_OFFICER)
    at_the_desk = await make_member(role=Role.COORDINATOR, region=VILLAGE)
    await make_member(role=Role.DESK_OFFICER)
    await make_member(role=Role.VOLUNTEER, region=VILLAGE)
    referral = await referral_to(agency, status=S.IN_PROCESS, sent_by=sender)

    await move_referral(await officer_of(agency), to(referral, S.REFUSED, "Desil 8."))

    told = await Notification.filter(kind="REFERRAL_DECIDED")
    assert {one.member_id for one in told} == {sender.id, at_the_desk.id}
    assert told[0].data["said"] == {"id": "Ditolak", "en": "Refused"}
    assert "Desil" not in str([one.data for one in told])


async def test_where_nobody_sits_at_the_desk_the_next_one_above_hears_of_the_decision() -> None:
    agency = await make_organization()
    above = await make_member(role=Role.DESK_OFFICER, region=SUBDISTRICT)
    sender = await make_member(role=Role.DESK_OFFICER, region=VILLAGE, active=False)
    referral = await referral_to(agency, status=S.IN_PROCESS, sent_by=sender)

    await move_referral(await officer_of(agency), to(referral, S.GRANTED))

    assert await Notification.all().values_list("kind", "member_id") == [("REFERRAL_DECIDED", above.id)]


async def test_officers_hear_that_it_comes_again_or_was_revoked() -> None:
    agency = await make_organization()
    officer = await officer_of(agency)
    desk = await principal_for(Role.DESK_OFFICER)
    referral = await referral_to(agency, status=S.INFO_REQUESTED, asked_at=NOW)

    await move_referral(desk, to(referral, S.SENT))
    await move_referral(desk, to(referral, S.REVOKED, "Sudah dibantu desa."))

    assert await Notification.all().order_by("id").values_list("kind", "member_id") == [
        ("REFERRAL_SENT", officer.member_id),
        ("REFERRAL_REVOKED", officer.member_id),
    ]


async def test_with_consent_who_reported_hears_of_it_in_the_thread() -> None:
    agency, case = await make_organization(), await make_case()
    await make_report(case=case, status="CASE_OPENED", number=27)
    await make_report(case=case, status="LINKED")
    officer = await officer_of(agency)
    asked = await referral_to(agency, case=case, status=S.IN_PROCESS)
    unasked = await make_referral(await make_programme(organization=agency), case=case, status=S.IN_PROCESS)
    await Referral.filter(id=unasked.id).update(consent=False, consent_note_sealed=b"x")

    await move_referral(officer, to(asked, S.GRANTED))
    await move_referral(officer, to(unasked, S.GRANTED))

    assert [message.text for message in await Message.filter(incoming=False)] == [
        "Permohonan Anda, laporan No. 27, disetujui. Petugas akan menghubungi Anda."
    ]


async def test_whoever_reported_hears_nothing_once_the_patient_withdrew_consent() -> None:
    agency, case = await make_organization(), await make_case()
    await make_report(case=case, status="CASE_OPENED")
    referral = await referral_to(agency, case=case, status=S.IN_PROCESS)
    await Patient.filter(id=referral.patient_id).update(consent=False, consent_withdrawn_at=NOW)

    await move_referral(await officer_of(agency), to(referral, S.GRANTED))

    assert await Message.all().count() == 0


async def test_what_is_written_of_the_patient_is_in_the_log_of_accesses() -> None:
    agency = await make_organization()
    referral, officer = await referral_to(agency), await officer_of(agency)
    desk = await principal_for(Role.DESK_OFFICER)

    await move_referral(officer, to(referral, S.INFO_REQUESTED, "Surat keterangan?"))
    await move_referral(desk, to(referral, S.SENT, "Terlampir."))
    await move_referral(officer, to(referral, S.ACCEPTED))

    assert await logged(patient_id=referral.patient_id) == [
        ("WRITTEN", ["decisionNote"], "moveReferral"),
        ("WRITTEN", ["referralNote"], "moveReferral"),
    ]


async def test_two_officers_at_once_decide_once() -> None:
    agency = await make_organization()
    referral = await referral_to(agency, status=S.IN_PROCESS)
    officers = [await officer_of(agency) for _ in range(4)]

    found = await asyncio.gather(
        *(move_referral(officer, to(referral, S.GRANTED)) for officer in officers), return_exceptions=True
    )

    assert sorted(type(one).__name__ for one in found) == ["InvalidTransition"] * 3 + ["UUID"]
    assert await TransitionLog.filter(subject_id=referral.id).count() == 1


async def test_when_the_patient_died_what_nobody_has_begun_is_revoked() -> None:
    case, agency = await make_case(), await make_organization()
    officer = await officer_of(agency)
    planned = [
        await referral_to(agency, case=case),
        await referral_to(agency, patient=await Patient.get(id=case.patient_id)),
    ]
    begun = await referral_to(agency, case=case, status=S.IN_PROCESS)
    await Escalation.create(regency_code="33.02", kind="REFERRAL_LATE", referral=planned[0], due_at=NOW)

    await revoke_planned(case, NOW)

    statuses = {one.id: one.status for one in await Referral.all()}
    assert statuses == {planned[0].id: "REVOKED", planned[1].id: "REVOKED", begun.id: "IN_PROCESS"}
    assert await Escalation.filter(ended_at=NOW).count() == 1
    assert await Notification.filter(kind="REFERRAL_REVOKED", member_id=officer.member_id).count() == 2
    reasons = {log.reason for log in await TransitionLog.filter(machine="referral")}
    assert reasons == {"Pasien meninggal dunia."}
