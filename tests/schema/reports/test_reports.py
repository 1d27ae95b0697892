"""reports: what waits for the desk."""

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, VILLAGE, make_case, make_member, make_report

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
