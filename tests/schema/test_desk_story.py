"""A resident's story as the desk lives it, over HTTP alone: from a WhatsApp message to a closed case, over a week of
holidays. The timeline that a supervisor reads at its end is printed.
"""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import time_machine
from pydantic import SecretStr

from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import Member, Organization, Role
from kurir_api.services.places.load_places import load_places
from kurir_api.services.programmes.load_programmes import load_programmes
from kurir_api.settings import Settings
from kurir_api.worker import Worker
from tests.api import Answer, Api
from tests.conftest import empty
from tests.factories import REGENCY, make_member

WIB = ZoneInfo("Asia/Jakarta")
SECRET = "the app's secret"
MESSAGE = "Ibu saya harus cuci darah di Margono, tidak ada kendaraan. Desa Karangnangka Kedungbanteng RT 2."
TOLD = """timeline(first: 100) { edges { node { at summary actor { name } subject {
    ... on Task { kind { name } }
    ... on Claim { task { kind { name } } }
    ... on Referral { programme { name } } } } } }"""
KARANGNANGKA = "33.02.23.2005"
AT_HOME = {"latitude": -7.3825, "longitude": 109.2215}
TIMELINE = """
    16 Mar 09.00  Kurir    Laporan dicatat
    16 Mar 09.20  Kus      Kasus dibuka
    16 Mar 09.20  Kus      Laporan menjadi kasus
    16 Mar 09.20  Kus      Tugas ditulis (Jaminan kesehatan)
    16 Mar 09.20  Kus      Tugas ditawarkan kepada relawan (Jaminan kesehatan)
    16 Mar 09.20  Kus      Tugas ditulis (Antar jemput ambulans)
    16 Mar 09.20  Kus      Tugas ditawarkan kepada relawan (Antar jemput ambulans)
    17 Mar 13.00  Sri      Relawan mengambil tugas (Antar jemput ambulans)
    17 Mar 13.00  Kurir    Semua tempat tugas terisi (Antar jemput ambulans)
    17 Mar 13.00  Sri      Relawan berangkat (Antar jemput ambulans)
    17 Mar 13.00  Kurir    Tugas mulai dikerjakan (Antar jemput ambulans)
    17 Mar 13.00  Sri      Relawan menyelesaikan tugas (Antar jemput ambulans)
    17 Mar 13.00  Kurir    Tugas selesai (Antar jemput ambulans)
    17 Mar 13.00  Kus      Tugas diperiksa dan diterima (Antar jemput ambulans)
    17 Mar 13.00  Kurir    Pekerjaan relawan diterima (Antar jemput ambulans)
    17 Mar 15.00  Kus      Pasien masuk rumah sakit
    26 Mar 16.00  Sri      Relawan mengambil tugas (Jaminan kesehatan)
    26 Mar 16.00  Kurir    Semua tempat tugas terisi (Jaminan kesehatan)
    26 Mar 16.00  Sri      Relawan berangkat (Jaminan kesehatan)
    26 Mar 16.00  Kurir    Tugas mulai dikerjakan (Jaminan kesehatan)
    26 Mar 16.00  Sri      Relawan menyelesaikan tugas (Jaminan kesehatan)
    26 Mar 16.00  Kurir    Tugas selesai (Jaminan kesehatan)
    26 Mar 16.00  Kus      Tugas diperiksa dan diterima (Jaminan kesehatan)
    26 Mar 16.00  Kurir    Pekerjaan relawan diterima (Jaminan kesehatan)
    26 Mar 16.00  Kurir    Jaminan kesehatan aktif
    28 Mar 10.00  Kus      Pasien pulang dari rumah sakit
    28 Mar 10.00  Kus      Tugas ditulis (Kunjungan pasca-perawatan)
    28 Mar 10.00  Kus      Tugas ditawarkan kepada relawan (Kunjungan pasca-perawatan)
    28 Mar 10.00  Sri      Relawan mengambil tugas (Kunjungan pasca-perawatan)
    28 Mar 10.00  Kurir    Semua tempat tugas terisi (Kunjungan pasca-perawatan)
    28 Mar 10.00  Sri      Relawan berangkat (Kunjungan pasca-perawatan)
    28 Mar 10.00  Kurir    Tugas mulai dikerjakan (Kunjungan pasca-perawatan)
    28 Mar 10.00  Sri      Relawan menyelesaikan tugas (Kunjungan pasca-perawatan)
    28 Mar 10.00  Kurir    Tugas selesai (Kunjungan pasca-perawatan)
    28 Mar 10.00  Kus      Tugas diperiksa dan diterima (Kunjungan pasca-perawatan)
    28 Mar 10.00  Kurir    Pekerjaan relawan diterima (Kunjungan pasca-perawatan)
    30 Mar 09.00  Kus      Rujukan dikirim: BPJS mandiri menunggak. (Rekomendasi KIS PBI)
    31 Mar 09.00  Petugas  Rujukan diterima (Rekomendasi KIS PBI)
    31 Mar 10.00  Petugas  Rujukan diproses (Rekomendasi KIS PBI)
    02 Apr 11.00  Petugas  Rujukan disetujui (Rekomendasi KIS PBI)
    06 Apr 09.00  Kus      Hasil rujukan dikonfirmasi (Rekomendasi KIS PBI)
    10 Apr 09.00  Kus      Kasus ditutup
"""


@dataclass
class Stage:
    """The served api, a worker, a clock, and everybody in the story."""

    api: Api
    worker: Worker
    clock: time_machine.Traveller
    kus: Member
    sri: Member
    officer: Member

    async def at(self, when: str) -> None:
        """It is that time in Banyumas, such as "2026-03-17 15:00"; the worker did what was due until then."""
        self.clock.move_to(datetime.fromisoformat(when).replace(tzinfo=WIB))
        await self.worker.run_until_idle()

    async def do(self, who: Member, mutation: str, select: str, **values: Any) -> Answer:
        """The answer's one thing, which must be a success."""
        answer = await self.api.do(who, mutation, select, **values)
        assert answer.pop("__typename").endswith("Success"), answer
        found: Answer = next(iter(answer.values()))
        return found

    async def case(self, case_id: str, select: str) -> Answer:
        """The case as the coordinator sees it now."""
        data = await self.api.data(self.kus, f"query ($id: ID!) {{ case(id: $id) {{ {select} }} }}", id=case_id)
        found: Answer = data["case"]
        return found

    async def carry_out(self, task_id: str) -> None:
        """A volunteer claims the task, does it, and the coordinator verifies it."""
        claim = await self.do(self.sri, "claimTask", "claim { id }", taskId=task_id)
        for action in ("startClaim", "completeClaim"):
            await self.do(self.sri, action, "claim { status }", claimId=claim["id"])
        done = await self.do(self.kus, "verifyTask", "task { status }", taskId=task_id)
        assert done == {"status": "VERIFIED"}


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 3, 16, 9, tzinfo=WIB), tick=False) as traveller:
        yield traveller


@pytest.fixture
async def stage(settings: Settings, clock: time_machine.Traveller) -> AsyncIterator[Stage]:
    with_whatsapp = settings.model_copy(update={"whatsapp_app_secret": SecretStr(SECRET)})
    async with Api.opened(with_whatsapp) as api:
        await load_places(REGENCY)
        await load_programmes(REGENCY)
        programme = await Organization.get(programmes__code="KIS_PBI")
        yield Stage(
            api=api,
            worker=Worker(settings, MemorySender(), MemoryTextSender()),
            clock=clock,
            kus=await make_member("Kus", Role.COORDINATOR),
            sri=await make_member("Sri", home=(-7.37, 109.2215), capabilities=("AMBULANCE_LICENCE",)),
            officer=await make_member("Petugas", Role.PROGRAMME_OFFICER, organization=programme),
        )
        await empty()


async def test_from_a_message_over_a_week_of_holidays_to_a_closed_case(stage: Stage) -> None:
    report = await a_message_comes_by_whatsapp(stage)

    await stage.at("2026-03-16 09:20")
    case_id, tasks = await a_case_is_opened_with_its_needs(stage, report)

    await stage.at("2026-03-17 13:00")
    await the_ambulance_brings_her_to_hospital(stage, tasks["AMBULANCE_RUN"])
    await stage.at("2026-03-17 15:00")
    await she_is_admitted(stage, case_id)
    await the_countdown_stands_still_over_the_holidays(stage, case_id)
    await stage.at("2026-03-26 15:00")
    await the_desk_is_told_a_day_before(stage)

    await stage.at("2026-03-26 16:00")
    await the_insurance_is_made_active(stage, case_id, tasks["HEALTH_INSURANCE"])

    await stage.at("2026-03-28 10:00")
    await she_is_discharged_and_looked_after(stage, case_id)
    await stage.at("2026-03-30 09:00")
    referral = await she_is_referred_for_subsidised_insurance(stage, case_id)
    await the_programme_grants_it(stage, referral)

    await stage.at("2026-04-10 09:00")
    closed = await stage.do(
        stage.kus, "moveCase", "case { status outcome }", caseId=case_id, status="CLOSED", outcome="RECOVERED"
    )
    assert closed == {"status": "CLOSED", "outcome": "RECOVERED"}
    assert await printed_timeline(stage, case_id) == TIMELINE


async def a_message_comes_by_whatsapp(stage: Stage) -> Answer:
    body = json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [
                {
                    "id": "10001",
                    "changes": [
                        {
                            "field": "messages",
                            "value": {
                                "messaging_product": "whatsapp",
                                "metadata": {"display_phone_number": "628110000", "phone_number_id": "1055"},
                                "contacts": [{"profile": {"name": "Wahyuni"}, "wa_id": "6281298765432"}],
                                "messages": [
                                    {
                                        "from": "6281298765432",
                                        "id": "wamid.1",
                                        "timestamp": str(int(datetime.now(WIB).timestamp())),
                                        "type": "text",
                                        "text": {"body": MESSAGE},
                                    }
                                ],
                            },
                        }
                    ],
                }
            ],
        }
    ).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    async with httpx.AsyncClient(base_url=stage.api.url) as meta:
        headers = {"X-Hub-Signature-256": f"sha256={signature}"}
        assert (await meta.post("/intake/whatsapp", content=body, headers=headers)).status_code == 200
    await stage.worker.run_until_idle()
    found = await stage.api.data(
        stage.kus, "{ reports { edges { node { id number status region { code } waitingSince } } } }"
    )
    [edge] = found["reports"]["edges"]
    report: Answer = edge["node"]
    assert report | {"id": None} == {
        "id": None,
        "number": 1,
        "status": "RECEIVED",
        "region": {"code": KARANGNANGKA},
        "waitingSince": "2026-03-16T02:00:00+00:00",
    }
    return report


async def a_case_is_opened_with_its_needs(stage: Stage, report: Answer) -> tuple[str, dict[str, str]]:
    hospital = await stage.api.data(stage.kus, "{ facilities { id name } }")
    margono = next(one["id"] for one in hospital["facilities"] if "Margono" in one["name"])
    ruled = await stage.do(
        stage.kus, "setInsuranceRule", "facility { insuranceRule }", facilityId=margono, rule="WORKING_DAYS"
    )
    assert ruled == {"insuranceRule": "WORKING_DAYS"}
    case = await stage.do(
        stage.kus,
        "openCase",
        "case { id waitingSince tasks { edges { node { id kind { code } waitingSince } } } }",
        reportId=report["id"],
        patient={
            "name": "Sutinah",
            "region": KARANGNANGKA,
            "address": "Karangnangka RT 2 RW 1",
            "location": AT_HOME,
            "consent": True,
        },
        phase="BEFORE_HOSPITAL",
        facilityId=margono,
        needs=["HEALTH_INSURANCE"],
    )
    needs = [edge["node"] for edge in case["tasks"]["edges"]]
    assert {case["waitingSince"], *(need["waitingSince"] for need in needs)} == {report["waitingSince"]}
    for need in needs:
        published = await stage.do(stage.kus, "publishTask", "task { status }", taskId=need["id"])
        assert published == {"status": "OPEN"}
    run = await stage.do(
        stage.kus,
        "createTask",
        "task { id }",
        caseId=case["id"],
        kind="AMBULANCE_RUN",
        startsAt="2026-03-17T12:00:00+07:00",
        endsAt="2026-03-17T15:00:00+07:00",
        publish=True,
    )
    return case["id"], {"AMBULANCE_RUN": run["id"]} | {need["kind"]["code"]: need["id"] for need in needs}


async def the_ambulance_brings_her_to_hospital(stage: Stage, task_id: str) -> None:
    await stage.carry_out(task_id)


async def she_is_admitted(stage: Stage, case_id: str) -> None:
    moved = await stage.do(
        stage.kus,
        "moveCase",
        "case { phase insurance { status rule dueAt minutesLeft holidays { day } } }",
        caseId=case_id,
        phase="IN_HOSPITAL",
    )
    # Nine hours of the 17th, then the 25th and 26th whole, and fifteen of the 27th: 72. The 21st begins a weekend.
    assert moved == {
        "phase": "IN_HOSPITAL",
        "insurance": {
            "status": "RUNNING",
            "rule": "WORKING_DAYS",
            "dueAt": "2026-03-27T08:00:00+00:00",
            "minutesLeft": 10 * 24 * 60,
            "holidays": [{"day": f"2026-03-{day}"} for day in (18, 19, 20, 23, 24)],
        },
    }


async def the_countdown_stands_still_over_the_holidays(stage: Stage, case_id: str) -> None:
    select = "insurance { status minutesLeft dueAt }"
    for when, days in (("2026-03-20 15:00", 7), ("2026-03-24 15:00", 3)):
        await stage.at(when)
        assert (await stage.case(case_id, select))["insurance"] == {
            "status": "RUNNING",
            "minutesLeft": days * 24 * 60,
            "dueAt": "2026-03-27T08:00:00+00:00",
        }


async def the_desk_is_told_a_day_before(stage: Stage) -> None:
    inbox = await stage.api.data(stage.kus, "{ myNotifications(first: 1) { edges { node { kind } } } }")
    assert inbox["myNotifications"]["edges"] == [{"node": {"kind": "INSURANCE_DUE"}}]


async def the_insurance_is_made_active(stage: Stage, case_id: str, task_id: str) -> None:
    await stage.carry_out(task_id)

    insurance = (await stage.case(case_id, "insurance { status insuredAt }"))["insurance"]
    assert insurance == {"status": "MET", "insuredAt": "2026-03-26T09:00:00+00:00"}


async def she_is_discharged_and_looked_after(stage: Stage, case_id: str) -> None:
    moved = await stage.do(stage.kus, "moveCase", "case { phase }", caseId=case_id, phase="AFTER_HOSPITAL")
    assert moved == {"phase": "AFTER_HOSPITAL"}
    visit = await stage.do(stage.kus, "createTask", "task { id }", caseId=case_id, kind="POST_CARE", publish=True)
    await stage.carry_out(visit["id"])


async def she_is_referred_for_subsidised_insurance(stage: Stage, case_id: str) -> str:
    referral = await stage.do(
        stage.kus,
        "refer",
        "referral { id status dueAt waitingSince }",
        programme="KIS_PBI",
        caseId=case_id,
        note="BPJS mandiri menunggak.",
        consent=True,
        documents=["ID_CARD", "FAMILY_CARD", "POVERTY_CERT"],
    )
    # Sent on Monday the 30th; three working days on, Good Friday not yet come: the end of Thursday, 2 April.
    assert referral | {"id": None} == {
        "id": None,
        "status": "SENT",
        "dueAt": "2026-04-02T17:00:00+00:00",
        "waitingSince": "2026-03-16T02:00:00+00:00",
    }
    referral_id: str = referral["id"]
    return referral_id


async def the_programme_grants_it(stage: Stage, referral_id: str) -> None:
    for when, who, to in (
        ("2026-03-31 09:00", stage.officer, "ACCEPTED"),
        ("2026-03-31 10:00", stage.officer, "IN_PROCESS"),
        ("2026-04-02 11:00", stage.officer, "GRANTED"),
        ("2026-04-06 09:00", stage.kus, "CONFIRMED"),
    ):
        await stage.at(when)
        moved = await stage.do(who, "moveReferral", "referral { status }", referralId=referral_id, to=to)
        assert moved == {"status": to}


async def printed_timeline(stage: Stage, case_id: str) -> str:
    """What a supervisor reads, oldest first, in Banyumas's time."""
    file = await stage.case(case_id, TOLD)
    lines = []
    for edge in reversed(file["timeline"]["edges"]):
        event = edge["node"]
        at = datetime.fromisoformat(event["at"]).astimezone(WIB)
        actor = event["actor"]["name"] if event["actor"] else "Kurir"
        lines.append(f"    {at:%d %b %H.%M}  {actor:<7}  {event['summary']}{_about(event['subject'])}")
    told = "\n" + "\n".join(lines) + "\n"
    print(told)  # noqa: T201 - it is what the story is told for
    return told


def _about(subject: Answer) -> str:
    """Which task or programme it is about."""
    kind = (subject.get("task") or subject).get("kind") or subject.get("programme")
    return f" ({kind['name']})" if kind else ""
