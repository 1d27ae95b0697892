"""The page that a patient's family sees: what is coming, nothing of whom, and two buttons."""

import re
from datetime import UTC, datetime, timedelta

import httpx

from kurir_api.models import Case, ClaimStatus, FamilyLink, Task, TaskStatus
from tests.api import Api
from tests.factories import make_case, make_claim, make_family_link, make_member, make_patient, make_report, make_task

TOKEN = "k7Qm-xE_example-token-of-27c"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def opened(api: Api, token: str = TOKEN, language: str = "id") -> httpx.Response:
    async with httpx.AsyncClient(base_url=api.url, headers={"Accept-Language": language}) as http:
        return await http.get("/keluarga", params={"t": token})


async def pressed(api: Api, word: str, number: object = 4821, token: str = TOKEN) -> httpx.Response:
    async with httpx.AsyncClient(base_url=api.url) as http:
        return await http.post("/keluarga", data={"t": token, "number": str(number), "word": word})


async def linked(**values: object) -> Case:
    """A case with a valid link."""
    now = datetime.now(UTC)
    case = await make_case()
    await make_family_link(case, TOKEN, **{"created_at": now, "expires_at": now + DAY} | values)
    return case


async def task(case: Case, status: TaskStatus, begins: timedelta = -HOUR, **values: object) -> Task:
    starts = datetime.now(UTC) + begins
    return await make_task(case, status=status, starts_at=starts, ends_at=starts + HOUR, **values)


def shown(page: httpx.Response) -> dict[int, tuple[str, bool]]:
    """By number, how far each task is, and whether there are buttons."""
    sections = re.findall(r"<section.*?</section>", page.text, re.DOTALL)
    found = {}
    for section in sections:
        number = re.search(r"No\. (\d+)", section)
        stage = re.search(r'class="stage">(.*?)</p>', section)
        assert number
        assert stage
        found[int(number[1])] = (stage[1], "<button" in section)
    return found


async def test_it_says_of_each_task_how_far_it_is_and_asks_when_it_should_have_come(api: Api) -> None:
    case = await linked()
    await task(case, TaskStatus.OPEN, number=1)
    coming = await task(case, TaskStatus.FILLED, HOUR, number=2)
    await make_claim(coming, await make_member())
    due = await task(case, TaskStatus.FILLED, number=3)
    await make_claim(due, await make_member(), ClaimStatus.OFFERED)
    work = await task(case, TaskStatus.IN_PROGRESS, number=4)
    await make_claim(work, await make_member(), ClaimStatus.IN_PROGRESS)
    await task(case, TaskStatus.DONE, number=5)
    await task(case, TaskStatus.VERIFIED, -DAY, number=6)
    await task(case, TaskStatus.CANCELLED, number=7)
    await task(case, TaskStatus.DRAFT, number=8)
    await task(case, TaskStatus.VERIFIED, -15 * DAY, number=9)
    await task(await make_case(), TaskStatus.OPEN, number=10)

    assert shown(await opened(api)) == {
        1: ("Sedang dicari relawan", False),
        2: ("Sudah ada relawan", False),
        3: ("Sedang dicari relawan", True),
        4: ("Sedang dikerjakan", True),
        5: ("Selesai", True),
        6: ("Selesai", False),
        7: ("Tidak jadi. Hubungi kantor", False),
    }


async def test_it_says_what_and_when_by_the_regencys_clock_in_either_language(api: Api) -> None:
    starts = datetime(2099, 11, 24, 0, tzinfo=UTC)
    await make_task(await linked(), starts_at=starts, ends_at=starts + 4 * HOUR)

    indonesian, english = await opened(api), await opened(api, language="en-GB,en;q=0.8")

    assert "<h2 id=" in indonesian.text
    assert "Antar jemput ambulans" in indonesian.text
    assert "Sel 24 Nov 07.00 WIB sampai Sel 24 Nov 11.00 WIB" in indonesian.text
    assert "Ambulance run" in english.text
    assert "Tue 24 Nov 07:00 WIB to Tue 24 Nov 11:00 WIB" in english.text
    assert 'lang="en"' in english.text


async def test_it_tells_nothing_of_the_patient_the_volunteer_or_the_place(api: Api) -> None:
    patient = await make_patient(name="Sutinah binti Karto", national_id="3302236501700003")
    case, now = await make_case(patient), datetime.now(UTC)
    await make_family_link(case, TOKEN, expires_at=now + DAY)
    await make_report(case=case, reporter_name="Wahyuni")
    row = await task(case, TaskStatus.IN_PROGRESS, title="Cuci darah Bu Sutinah", instructions="Rumah biru")
    await make_claim(row, await make_member("Slamet Riyadi"), ClaimStatus.IN_PROGRESS)

    page = (await opened(api)).text.casefold()

    for private in (
        "sutinah",
        "karto",
        "wahyuni",
        "slamet",
        "330223",
        "ginjal",
        "darah",
        "rumah",
        "rt 2",
        "81234567890",
    ):
        assert private not in page
    assert "karangnangka" not in page


async def test_no_other_page_learns_its_address_and_nothing_is_kept_or_loaded(api: Api) -> None:
    await linked()

    page = await opened(api)

    assert (page.status_code, page.headers["cache-control"], page.headers["referrer-policy"]) == (
        200,
        "no-store",
        "no-referrer",
    )
    assert page.headers["content-security-policy"].startswith("default-src 'none'; form-action 'self'")
    assert not re.findall(r'(?:src|href)="(?!data:)', page.text)


async def test_unknown_expired_and_revoked_links_and_those_of_closed_cases_look_alike(api: Api) -> None:
    now = datetime.now(UTC)
    await make_family_link(token="expired", expires_at=now)
    await make_family_link(token="revoked", expires_at=now + DAY, revoked_at=now)
    closed = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=now)
    await make_family_link(closed, "closed", expires_at=now + DAY)

    pages = [await opened(api, token) for token in ("unknown", "expired", "revoked", "closed", "")]

    assert {(page.status_code, page.text) for page in pages} == {(404, pages[0].text)}
    assert "Tautan ini tidak berlaku" in pages[0].text


async def test_a_button_says_that_it_came_and_a_second_press_changes_nothing(api: Api) -> None:
    row = await task(await linked(), TaskStatus.DONE, number=4821)

    pages = [await pressed(api, "CAME"), await pressed(api, "CAME")]

    await row.refresh_from_db()
    assert row.status == "VERIFIED"
    assert {page.status_code for page in pages} == {200}
    assert all("Terima kasih. Kami catat bahwa bantuan sudah datang." in page.text for page in pages)
    assert shown(pages[1]) == {4821: ("Selesai", False)}


async def test_the_other_says_that_it_did_not_and_after_that_a_volunteer_is_looked_for(api: Api) -> None:
    await task(await linked(), TaskStatus.DONE, number=4821)

    page = await pressed(api, "DID_NOT_COME")

    assert "Koordinator diberi tahu" in page.text
    assert "Jawaban Anda: belum datang" in page.text
    assert shown(page) == {4821: ("Sedang dicari relawan", False)}


async def test_another_cases_task_an_invalid_link_and_nonsense_change_nothing(api: Api) -> None:
    await linked()
    foreign = await task(await make_case(), TaskStatus.DONE, number=4821)

    assert "Terima kasih" not in (await pressed(api, "CAME")).text
    assert (await pressed(api, "CAME", token="unknown")).status_code == 404
    assert [(await pressed(api, *bad)).status_code for bad in (("NO",), ("CAME", "x"), ("CAME", "9" * 10))] == [
        400
    ] * 3

    await foreign.refresh_from_db()
    assert foreign.status == "DONE"


async def test_the_desk_sees_when_it_was_last_opened(api: Api) -> None:
    await linked()
    before = datetime.now(UTC)

    await opened(api)

    at = (await FamilyLink.get()).last_opened_at
    assert at is not None
    assert before <= at <= datetime.now(UTC)


async def test_whoever_tries_many_tokens_has_to_wait(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.url) as http:
        statuses = [(await http.get("/keluarga?t=guess")).status_code for _ in range(61)]
        if 429 not in statuses:  # a minute ended meanwhile
            statuses += [(await http.get("/keluarga?t=guess")).status_code for _ in range(60)]

    assert set(statuses) == {404, 429}
