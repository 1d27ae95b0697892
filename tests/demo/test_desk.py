"""What lies on the demo's desks: of everything something, so that one may look at it."""

from collections import Counter
from datetime import UTC, datetime

from kurir_api.auth import principal_of_member
from kurir_api.demo.kebumen import BABADSARI, KEBUMEN
from kurir_api.demo.load import Demo
from kurir_api.demo.people import KARANGNANGKA, REGENCY
from kurir_api.demo.registry import registered
from kurir_api.models import (
    Case,
    Escalation,
    EscalationKind,
    Hotline,
    Message,
    Recurrence,
    Referral,
    ReferralStatus,
    RegistryPerson,
    Report,
    ReportStatus,
)
from kurir_api.services.cases.insurance import InsuranceStatus, insurance_status
from kurir_api.services.referrals.lateness import overdue
from kurir_api.services.reports.duplicates import possible_duplicates
from kurir_api.services.reports.recognising import candidates


async def test_each_regency_has_a_hotline(demo: Demo) -> None:
    assert sorted(await Hotline.all().values_list("regency_code", "channel")) == [
        (REGENCY, "whatsapp"),
        (KEBUMEN, "whatsapp"),
    ]


async def test_where_a_message_may_be_from_two_villages_the_desk_has_to_choose(demo: Demo) -> None:
    report = await Report.get(regency_code=KEBUMEN, region_id=KEBUMEN)
    places = await candidates(report.text or "", KEBUMEN)
    assert [place.name for place in places] == ["Kaliputih", "Kaliputih"]
    assert await Message.filter(report_id=report.id, incoming=True).count() == 2


async def test_two_messages_of_one_village_are_likely_about_the_same_need(demo: Demo) -> None:
    caller = await principal_of_member(demo.village_desk.id)
    first, second = await Report.filter(region_id=BABADSARI, status=ReportStatus.RECEIVED).order_by("number")
    found = await possible_duplicates(caller, [first, second])
    assert {report_id: [one.id for one in likely] for report_id, likely in found.items()} == {
        first.id: [second.id],
        second.id: [first.id],
    }


async def test_referrals_stand_at_every_stage_and_one_is_overdue(demo: Demo) -> None:
    assert Counter(await Referral.filter(regency_code=KEBUMEN).values_list("status", flat=True)) == {
        ReferralStatus.SENT: 2,
        ReferralStatus.INFO_REQUESTED: 1,
        ReferralStatus.ACCEPTED: 1,
        ReferralStatus.IN_PROCESS: 1,
        ReferralStatus.GRANTED: 1,
        ReferralStatus.REFUSED: 1,
    }
    now = datetime.now(UTC)
    assert [overdue(row, now) for row in await Referral.all()].count(True) == 1


async def test_an_admitted_patient_s_countdown_runs_and_dialysis_comes_again(demo: Demo) -> None:
    case = await Case.get(admitted_at__not_isnull=True)
    assert insurance_status(case, datetime.now(UTC)) is InsuranceStatus.RUNNING
    assert await Escalation.filter(kind=EscalationKind.INSURANCE_DUE, case_id=case.id).count() == 1
    assert (await Recurrence.get()).rule == "FREQ=WEEKLY;BYDAY=MO,TH"


async def test_the_registry_knows_twenty_people_of_each_village(demo: Demo) -> None:
    assert Counter(await RegistryPerson.all().values_list("region_id", flat=True)) == {
        village: len(registered(village)) for village in (KARANGNANGKA, BABADSARI)
    }
