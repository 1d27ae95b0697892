"""Statistics as files, by the links that the API gives."""

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import httpx

from kurir_api.links import signed
from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import (
    OTHER_REGENCY,
    VILLAGE,
    add_membership,
    make_case,
    make_claim,
    make_member,
    make_task,
    make_work_entry,
)
from tests.schema.statistics.test_statistics import LAST, MONTH

LINKS = """
query ($from: Date!, $to: Date!, $table: StatisticsTable!, $chart: StatisticsChart!) {
  statistics(period: {from: $from, to: $to}) { csvUrl(table: $table) chartUrl(chart: $chart) }
}
"""
DAYS = f"{MONTH['from']}_{MONTH['to']}"


async def links(api: Api, member: Member, table: str = "MONTHS", chart: str = "TASKS_BY_KIND") -> tuple[str, str]:
    """Of a table and a chart of the month."""
    found = (await api.data(member, LINKS, **MONTH, table=table, chart=chart))["statistics"]
    return found["csvUrl"], found["chartUrl"]


async def fetched(url: str) -> httpx.Response:
    """Without signing in."""
    async with httpx.AsyncClient(timeout=30) as http:
        return await http.get(url)


async def made(api: Api, member: Member, path: str, age: timedelta = timedelta()) -> httpx.Response:
    """What the member's genuine link to the path answers, made `age` ago."""
    return await fetched(api.url + signed(api.settings, path, datetime.now(UTC) - age, by=str(member.id)))


async def one_help() -> None:
    claim = await make_claim(await make_task(await make_case()), await make_member())
    await make_work_entry(claim, booked_on=LAST)


async def test_a_table_is_csv_as_indonesian_spreadsheets_open_it(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    await one_help()

    answer = await fetched((await links(api, desk))[0])

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == f'attachment; filename="statistik-33.02_{DAYS}_months.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.content.decode("utf-8-sig").split("\r\n") == [
        "Bulan;Laporan;Kasus baru;Penerima manfaat;Tugas selesai;Biaya (Rp)",
        f"{LAST:%Y-%m};0;0;1;1;0",
        "",
    ]


async def test_a_chart_is_an_svg_that_may_load_nothing(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    await one_help()

    answer = await fetched((await links(api, desk))[1])

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert answer.headers["content-disposition"] == f'inline; filename="statistik-33.02_{DAYS}_tasks-by-kind.svg"'
    texts = [text.text for text in ElementTree.fromstring(answer.text).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314
    assert "Antar jemput ambulans" in texts


async def test_files_are_guarded_like_the_figures(api: Api) -> None:
    volunteer = await make_member()
    await one_help()

    csv, chart = await links(api, volunteer)

    assert (await fetched(csv)).content.decode("utf-8-sig").splitlines()[1] == f"{LAST:%Y-%m};0;0;0;0;0"
    assert "Antar jemput" not in (await fetched(chart)).text


async def test_every_table_and_chart_has_a_link_that_works(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    tables = ["MONTHS", "KINDS", "CATEGORIES", "WAITING"]
    charts = ["BENEFICIARIES_BY_MONTH", "BENEFICIARIES_BY_YEAR", "COSTS_BY_CATEGORY", "MINUTES_TO_CLAIM", "WAITING"]

    urls = [(await links(api, desk, table=table))[0] for table in tables]
    urls += [(await links(api, desk, chart=chart))[1] for chart in charts]

    assert [(await fetched(url)).status_code for url in urls] == [200] * 9


async def test_of_several_regencies_a_file_tells_of_all(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    await add_membership(desk, Role.DESK_OFFICER, OTHER_REGENCY)

    csv, chart = await links(api, desk)

    assert f"/statistics/33.02-33.05/{DAYS}/months.csv?" in csv
    assert (await fetched(csv)).status_code == 200
    assert "Kabupaten Banyumas, Kabupaten Kebumen" in (await fetched(chart)).text


async def test_a_link_ends_with_its_time_its_member_and_its_letters(api: Api) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    path = f"/statistics/33.02/{DAYS}/months.csv"

    assert (await made(api, desk, path)).status_code == 200
    assert (await made(api, desk, path, timedelta(minutes=11))).status_code == 403
    assert (await fetched((await links(api, desk))[0].replace("33.02", "33.05"))).status_code == 403
    assert (await fetched(api.url + path)).status_code == 403
    desk.active = False
    await desk.save()
    assert (await made(api, desk, path)).status_code == 403


async def test_what_the_member_may_not_ask_is_not_found(api: Api) -> None:
    volunteer = await make_member()

    for path in (
        f"/statistics/33.05/{DAYS}/months.csv",
        f"/statistics/{VILLAGE}/{DAYS}/months.csv",
        f"/statistics/33.02/{DAYS}/patients.csv",
        f"/statistics/33.02/{DAYS}/patients.svg",
        "/statistics/33.02/2026-01-02_2026-01-31/months.csv",
        "/statistics/33.02/yesterday/months.csv",
    ):
        assert (await made(api, volunteer, path)).status_code == 404, path
