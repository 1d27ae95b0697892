"""The main job, from a message to a verified and costed run, as the clients live it. One story, told once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import Member, Role
from kurir_api.settings import Settings
from kurir_api.worker import Worker
from tests.api import Answer, Api
from tests.factories import VILLAGE, make_device, make_facility, make_member, make_organization

WIB = ZoneInfo("Asia/Jakarta")
MESSAGE = "Ibu saya harus cuci darah besok di Margono, tidak ada kendaraan. Karangnangka RT 2."
SUTINAH = {
    "name": "Sutinah",
    "nationalId": "3302235208580003",
    "region": VILLAGE,
    "address": "Karangnangka RT 2 RW 1",
    "location": {"latitude": -7.3825, "longitude": 109.2215},
    "phone": "081234567890",
    "diagnosis": "gagal ginjal",
    "consent": True,
}
WHOM_AND_WHERE = "title address case { patient { name diagnosis phone } }"
SEEN_BY_HOLDER = {
    "title": "Antar Bu Sutinah",
    "address": "Karangnangka RT 2 RW 1",
    "case": {"patient": {"name": "Sutinah", "diagnosis": "gagal ginjal", "phone": "+6281234567890"}},
}
SEEN_BY_OTHERS = {"title": "Antar jemput ambulans", "address": None, "case": None}


@dataclass(frozen=True)
class Stage:
    """The served API, and everybody in the story."""

    api: Api
    desk: Member
    kus: Member
    sri: Member
    budi: Member

    async def do(self, who: Member, mutation: str, select: str, **values: Any) -> Answer:
        """The answer's one thing, which must be a success."""
        answer = await self.api.do(who, mutation, select, **values)
        assert answer.pop("__typename").endswith("Success"), answer
        found: Answer = next(iter(answer.values()))
        return found

    async def task(self, who: Member, task: Answer, select: str) -> Answer:
        """The task as somebody sees it now."""
        data = await self.api.data(who, f"query ($id: ID!) {{ task(id: $id) {{ {select} }} }}", id=task["id"])
        found: Answer = data["task"]
        return found


async def test_a_message_becomes_a_run_that_is_done_confirmed_and_costed(api: Api, settings: Settings) -> None:
    stage, phones = await set_the_stage(api), MemorySender()
    worker = Worker(settings, phones, MemoryTextSender())

    report = await a_message_reaches_the_desk(stage)
    case = await the_coordinator_opens_a_case_and_ticks_the_needs(stage, report)
    task = await the_run_of_tomorrow_is_published(stage, case)

    await worker.run_until_idle()
    await the_nearest_who_can_are_alerted(stage, task)
    their_phones_show_nothing_of_the_patient(phones)

    holder, other, claim = await both_tap_and_one_wins(stage, task)
    assert await stage.task(holder, task, WHOM_AND_WHERE) == SEEN_BY_HOLDER
    assert await stage.task(other, task, WHOM_AND_WHERE) == SEEN_BY_OTHERS

    await worker.run_until_idle()
    assert [token for token, _ in phones.shown] == [f"phone of {holder.name}"]
    taken = await stage.task(stage.kus, task, "status waves { status }")
    assert taken == {"status": "FILLED", "waves": [{"status": "FILLED"}]}

    await the_holder_drives_and_logs_what_it_cost(stage, holder, claim, task)
    assert await stage.task(holder, task, WHOM_AND_WHERE) == SEEN_BY_OTHERS

    assert await stage.do(stage.kus, "verifyTask", "task { status }", taskId=task["id"]) == {"status": "VERIFIED"}
    await worker.run_until_idle()
    assert (phones.pushes[-1].token, phones.pushes[-1].title) == (
        f"phone of {holder.name}",
        "Tugas diverifikasi: Antar jemput ambulans",
    )
    await the_case_tells_the_whole_story(stage, case, holder)


async def set_the_stage(api: Api) -> Stage:
    """Two drivers who can, one without a licence and one off duty, who live nearer."""
    lazis = await make_organization("Lazis Serayu")

    async def driver(name: str, latitude: float, **values: Any) -> Member:
        usual = {"capabilities": ("AMBULANCE_LICENCE",), "organization": lazis}
        member = await make_member(name, home=(latitude, 109.2215), **usual | values)
        await make_device(member, f"phone of {name}")
        return member

    await driver("Tanpa SIM", -7.38, capabilities=())
    await driver("Libur", -7.38, available=False)
    await make_facility("RSUD Margono")
    return Stage(
        api=api,
        desk=await make_member("Desa", Role.DESK_OFFICER, VILLAGE),
        kus=await make_member("Kus", Role.COORDINATOR),
        sri=await driver("Sri", -7.37),
        budi=await driver("Budi", -7.36),
    )


async def a_message_reaches_the_desk(stage: Stage) -> Answer:
    report = await stage.do(
        stage.desk,
        "submitReport",
        "report { id status region { name } }",
        channel="WHATSAPP",
        text=MESSAGE,
        reporterPhone="081298765432",
        region=VILLAGE,
    )
    assert (report["status"], report["region"]) == ("RECEIVED", {"name": "Karangnangka"})
    return report


async def the_coordinator_opens_a_case_and_ticks_the_needs(stage: Stage, report: Answer) -> Answer:
    (margono,) = (await stage.api.data(stage.kus, '{ facilities(kind: "hospital") { id } }'))["facilities"]
    case = await stage.do(
        stage.kus,
        "openCase",
        "case { id status tasks { edges { node { status kind { code } } } } }",
        reportId=report["id"],
        patient=SUTINAH,
        phase="BEFORE_HOSPITAL",
        facilityId=margono["id"],
        needs=["WAITING_COST"],
    )
    assert case["status"] == "OPEN"
    assert case["tasks"]["edges"] == [{"node": {"status": "DRAFT", "kind": {"code": "WAITING_COST"}}}]
    return case


async def the_run_of_tomorrow_is_published(stage: Stage, case: Answer) -> Answer:
    tomorrow = datetime.now(WIB).date() + timedelta(days=1)
    task = await stage.do(
        stage.kus,
        "createTask",
        "task { id status destination { name } }",
        caseId=case["id"],
        kind="AMBULANCE_RUN",
        title="Antar Bu Sutinah",
        startsAt=datetime.combine(tomorrow, time(6), WIB).isoformat(),
        endsAt=datetime.combine(tomorrow, time(10), WIB).isoformat(),
        publish=True,
    )
    assert (task["status"], task["destination"]) == ("OPEN", {"name": "RSUD Margono"})
    return task


async def the_nearest_who_can_are_alerted(stage: Stage, task: Answer) -> None:
    select = "waves { status alerts { rank status member { name } } }"
    assert (await stage.task(stage.kus, task, select))["waves"] == [
        {
            "status": "WAITING",
            "alerts": [
                {"rank": 1, "status": "SENT", "member": {"name": "Sri"}},
                {"rank": 2, "status": "SENT", "member": {"name": "Budi"}},
            ],
        }
    ]


def their_phones_show_nothing_of_the_patient(phones: MemorySender) -> None:
    assert [(push.token, push.title) for push in phones.pushes] == [
        ("phone of Sri", "Segera: Antar jemput ambulans dibutuhkan · 1,3 km"),
        ("phone of Budi", "Segera: Antar jemput ambulans dibutuhkan · 2,4 km"),
    ]
    for secret in ("Sutinah", "RT 2", "ginjal", "3302235208580003", "81234567890"):
        assert secret not in repr(phones.pushes)


async def both_tap_and_one_wins(stage: Stage, task: Answer) -> tuple[Member, Member, str]:
    """The winner, the other, and the id of the claim."""
    first, second = await asyncio.gather(
        *(
            stage.api.do(member, "claimTask", "claim { id status }", taskId=task["id"])
            for member in (stage.sri, stage.budi)
        )
    )
    pairs = [(first, second, stage.sri, stage.budi), (second, first, stage.budi, stage.sri)]
    won, lost, holder, other = next(pair for pair in pairs if pair[0]["__typename"] == "ClaimTaskSuccess")
    assert won["claim"]["status"] == "HELD"
    assert lost["__typename"] == "TaskAlreadyClaimed"
    return holder, other, won["claim"]["id"]


async def the_holder_drives_and_logs_what_it_cost(stage: Stage, holder: Member, claim: str, task: Answer) -> None:
    for action, status in (("startClaim", "IN_PROGRESS"), ("completeClaim", "COMPLETED")):
        assert await stage.do(holder, action, "claim { status }", claimId=claim) == {"status": status}
    cost = await stage.do(
        holder,
        "logCost",
        "cost { status organization { name } }",
        taskId=task["id"],
        category="FUEL",
        amount=85_000,
        spentOn=datetime.now(WIB).date().isoformat(),
    )
    assert cost == {"status": "SUBMITTED", "organization": {"name": "Lazis Serayu"}}


async def the_case_tells_the_whole_story(stage: Stage, case: Answer, holder: Member) -> None:
    document = """query ($id: ID!) { case(id: $id) {
        costTotal timeline { edges { node { summary actor { name } } } }
    } }"""
    told = (await stage.api.data(stage.kus, document, id=case["id"]))["case"]
    events = [edge["node"] for edge in reversed(told["timeline"]["edges"])]
    assert told["costTotal"] == 85_000
    assert [(event["actor"] and event["actor"]["name"], event["summary"]) for event in events] == [
        ("Desa", "Laporan dicatat"),
        ("Kus", "Kasus dibuka"),
        ("Kus", "Laporan menjadi kasus"),
        ("Kus", "Tugas ditulis"),
        ("Kus", "Tugas ditulis"),
        ("Kus", "Tugas ditawarkan kepada relawan"),
        (holder.name, "Relawan mengambil tugas"),
        (None, "Semua tempat tugas terisi"),
        (holder.name, "Relawan berangkat"),
        (None, "Tugas mulai dikerjakan"),
        (holder.name, "Relawan menyelesaikan tugas"),
        (None, "Tugas selesai"),
        (holder.name, "Biaya dicatat"),
        ("Kus", "Tugas diperiksa dan diterima"),
        (None, "Pekerjaan relawan diterima"),
    ]
