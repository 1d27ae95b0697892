"""reports: what waits for the desk."""

from kurir_api.models import Member, Role
from tests.api import Api
from tests.counting import Statements
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_member,
    make_message,
    make_referral,
    make_report,
)

REPORTS = """query ($status: [ReportStatus!], $channel: Channel) {
  reports(status: $status, channel: $channel) { edges { node { text } } }
}"""


async def texts(api: Api, caller: Member, **variables: object) -> list[str]:
    edges = (await api.data(caller, REPORTS, **variables))["reports"]["edges"]
    return [edge["node"]["text"] for edge in edges]


async def test_the_desk_reads_its_regions_reports_newest_first(api: Api) -> None:
    for text, region in (("satu", VILLAGE), ("dua", "33.02.24.1003"), ("tiga", VILLAGE)):
        await make_report(text=text, region=region)

    regency = await make_member(role=Role.DESK_OFFICER)
    village = await make_member(role=Role.DESK_OFFICER, region=VILLAGE)
    elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    assert await texts(api, regency) == ["tiga", "dua", "satu"]
    assert await texts(api, village) == ["tiga", "satu"]
    assert await texts(api, elsewhere) == []


async def test_a_volunteer_reads_what_they_took_down_themselves(api: Api) -> None:
    sri = await make_member()
    await make_report(text="dari WhatsApp")
    await make_report(text="dicatat Sri", taken_by=sri)

    assert await texts(api, sri) == ["dicatat Sri"]


async def test_they_can_be_chosen_by_state_and_channel(api: Api) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)
    await make_report(text="baru, WhatsApp")
    await make_report(text="baru, SMS", channel="SMS")
    await make_report(text="ditolak, SMS", channel="SMS", status="REJECTED")

    assert await texts(api, officer, status=["RECEIVED"]) == ["baru, SMS", "baru, WhatsApp"]
    assert await texts(api, officer, channel="SMS") == ["ditolak, SMS", "baru, SMS"]
    assert await texts(api, officer, channel="SMS", status=["RECEIVED"]) == ["baru, SMS"]
    assert await texts(api, officer, status=[]) == []


async def test_one_that_led_to_a_case_names_it_to_those_who_may_know_the_case(api: Api) -> None:
    sri = await make_member()
    await make_report(taken_by=sri, status="CASE_OPENED", case=await make_case(number="3302-2026-0042"))
    document = "{ reports { edges { node { status case { number } } } } }"

    to_desk = await api.data(await make_member(role=Role.DESK_OFFICER), document)
    to_reporter = await api.data(sri, document)

    assert to_desk["reports"]["edges"] == [{"node": {"status": "CASE_OPENED", "case": {"number": "3302-2026-0042"}}}]
    assert to_reporter["reports"]["edges"] == [{"node": {"status": "CASE_OPENED", "case": None}}]


async def test_they_can_be_chosen_by_desk_by_number_and_by_who_still_waits(api: Api) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)
    closed = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=NOW)
    await make_report(text="diserahkan", desk_id=SUBDISTRICT, number=17)
    await make_report(text="kasusnya berjalan", status="LINKED", case=await make_case())
    await make_report(text="kasusnya selesai", status="CASE_OPENED", case=closed)
    for status, text in (("SENT", "rujukannya berjalan"), ("CONFIRMED", "rujukannya selesai")):
        decided = {"decided_at": NOW} if status == "CONFIRMED" else {}
        await make_referral(status=status, report=await make_report(text=text, status="REFERRED"), **decided)
    await make_report(text="tidak dapat dihubungi", status="UNREACHABLE")
    document = """query ($desk: String, $number: Int, $waiting: Boolean) {
        reports(desk: $desk, number: $number, waiting: $waiting) { edges { node { text waitingSince } } }
    }"""

    async def chosen(**by: object) -> dict[str, str | None]:
        edges = (await api.data(officer, document, **by))["reports"]["edges"]
        return {edge["node"]["text"]: edge["node"]["waitingSince"] for edge in edges}

    waiting = dict.fromkeys(("rujukannya berjalan", "kasusnya berjalan", "diserahkan"), NOW.isoformat())
    over = dict.fromkeys(("tidak dapat dihubungi", "rujukannya selesai", "kasusnya selesai"))
    assert await chosen(desk=SUBDISTRICT) == {"diserahkan": NOW.isoformat()}
    assert await chosen(number=17) == {"diserahkan": NOW.isoformat()}
    assert await chosen(waiting=True) == waiting
    assert await chosen() == waiting | over


async def test_places_named_later_in_the_conversation_are_offered_too(api: Api) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)
    report = await make_report(text="Tolong, ibu saya jatuh", region=REGENCY)
    await make_message(report, "Kami di Karangnangka")
    await make_message(report, "Apakah dekat Berkoh?", incoming=False)

    found = await api.data(officer, "{ reports { edges { node { regionCandidates { code name } } } } }")

    assert found["reports"]["edges"][0]["node"] == {"regionCandidates": [{"code": VILLAGE, "name": "Karangnangka"}]}


async def test_a_page_takes_as_many_statements_for_many_as_for_one(api: Api) -> None:
    officer = await make_member(role=Role.DESK_OFFICER)
    document = """{ reports { edges { node {
        number waitingSince desk { code } regionCandidates { code } possibleDuplicates { number }
        timeline { edges { node { action } } }
    } } } }"""

    async def taken() -> int:
        await api.data(officer, document)
        with Statements() as statements:
            await api.data(officer, document)
        return len(statements)

    for _ in range(2):
        await make_message(await make_report(), "di Karangnangka")
    few = await taken()
    for _ in range(5):
        await make_message(await make_report(), "di Karangnangka")

    assert await taken() == few
