"""Whatever one puts in a file's address, or types to look something up: foreign, missing and malformed look alike."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, cycle

import httpx
import pytest

from kurir_api.links import signed
from kurir_api.models import Letter, Member, Role, SignInCode, new_id
from kurir_api.services.documents.codes import new_code
from kurir_api.services.sessions.codes import send_codes
from tests.api import Api
from tests.conftest import Figures
from tests.counting import Statements
from tests.factories import (
    OTHER_REGENCY,
    OTHER_VILLAGE,
    make_case,
    make_family_link,
    make_member,
    make_organization,
    make_patient,
    make_programme,
    make_receipt,
    make_referral,
    make_statement,
)
from tests.timing import TRIES, TURNS, Ask, assert_alike

DAYS = f"{date(2026, 1, 1)}_{date(2026, 6, 30)}"
PATHS = {
    "receipts": ("/receipts/", ""),
    "small receipts": ("/receipts/", "/small"),
    "letters": ("/letters/", ".pdf"),
    "statements as workbooks": ("/statements/", f"/{DAYS}.xlsx"),
    "statements": ("/statements/", f"/{DAYS}.pdf"),
    "years": ("/years/", "/2026.pdf"),
    "statistics": ("/statistics/", f"/{DAYS}/months.csv"),
}


@pytest.fixture
async def http(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without a token."""
    async with httpx.AsyncClient(base_url=api.url, timeout=30) as http:
        yield http


async def make_foreign() -> dict[str, str]:
    """Of each file one of Kebumen's: the id in its address."""
    agency = await make_organization(regency_code=OTHER_REGENCY)
    case = await make_case(await make_patient(region=OTHER_VILLAGE))
    referral = await make_referral(await make_programme("PKH", agency), case=case)
    member = await make_member(region=OTHER_REGENCY)
    receipt = await make_receipt(member=member)
    ids = {"receipts": receipt.id, "letters": referral.id, "statements": agency.id, "years": member.id}
    return {name: str(thing) for name, thing in ids.items()} | {"statistics": OTHER_REGENCY}


@pytest.mark.parametrize("kind", PATHS)
async def test_of_every_file_foreign_missing_and_malformed_are_one_answer_and_so_is_whatever_is_no_link(
    api: Api, http: httpx.AsyncClient, kind: str
) -> None:
    before, after = PATHS[kind]
    foreign = (await make_foreign())[before.strip("/")]
    missing = "33.99" if kind == "statistics" else str(new_id())
    caller = await make_member(role=Role.COORDINATOR)

    def link_to(thing: str, age: timedelta = timedelta()) -> str:
        return signed(api.settings, f"{before}{thing}{after}", datetime.now(UTC) - age, by=str(caller.id))

    async def asked(thing: str) -> tuple[int, str, int]:
        link = link_to(thing)
        with Statements() as sent:
            answer = await http.get(link)
        return answer.status_code, answer.text, len(sent)

    answers = [await asked(thing) for thing in (foreign, missing)]
    malformed = [await asked(thing) for thing in ("x", "0", foreign[:-1], f"{foreign}'--")]
    unsigned = [await http.get(f"{before}{thing}{after}") for thing in (foreign, missing, "x")]
    unsigned += [await http.get(link) for link in (link_to(foreign, timedelta(minutes=11)), f"{link_to(foreign)}0")]
    await Member.filter(id=caller.id).update(active=False)
    unsigned.append(await http.get(link_to(foreign)))

    assert answers[0] == answers[1]
    assert {answer[:2] for answer in (*answers, *malformed)} == {(404, "Tidak ditemukan.\nNot found.\n")}
    assert {(answer.status_code, answer.text) for answer in unsigned} == {(403, unsigned[0].text)}


async def test_what_could_be_guessed_without_an_account_takes_no_longer_when_it_is_there(
    http: httpx.AsyncClient, figure: Figures
) -> None:
    now, addresses = datetime.now(UTC), count()
    closed = await make_case(status="CLOSED", outcome="RECOVERED", closed_at=now)
    await make_family_link(token="expired", expires_at=now)
    await make_family_link(closed, "closed", expires_at=now + timedelta(days=1))
    statement, letter = (await make_statement(code=new_code())).code, (await make_letter()).code

    def asks(path: str, **query: str) -> Ask:
        """From another address each time: how often one may try is another test's."""
        return lambda: http.get(path, params=query, headers={"X-Forwarded-For": f"198.51.{next(addresses)}.1"})

    pairs = {
        "a family's link that is over": (asks("/keluarga", t="expired"), asks("/keluarga", t="unknown")),
        "a closed case's link": (asks("/keluarga", t="closed"), asks("/keluarga", t="unknown")),
        "most of a statement's code": (asks("/verify", code=almost(statement)), asks("/verify", code=new_code())),
        "most of a letter's code": (asks("/verify", code=almost(letter)), asks("/verify", code=new_code())),
    }
    for there, nowhere in pairs.values():
        await assert_same(there, nowhere)

    await assert_alike(figure, pairs)


async def test_a_members_phone_takes_as_long_as_a_strangers(http: httpx.AsyncClient, figure: Figures) -> None:
    # Each is asked for once, as a number has only so many tries; the first of them aren't timed.
    members, strangers = ([f"+62813{kind}{number:07}" for number in range(1 + TURNS * TRIES)] for kind in "27")
    for phone in members:
        await make_member(phone=phone)

    def asks(path: str, phones: list[str], **fields: str) -> Ask:
        turns = cycle(phones)
        return lambda: http.post(f"/auth/{path}", data=fields | {"phone": next(turns)})

    code = {"a phone that asks for a code": (asks("code", members), asks("code", strangers))}
    await assert_same(*code["a phone that asks for a code"])
    await assert_alike(figure, code)

    asked = await SignInCode.all().count() // 2
    await send_codes(datetime.now(UTC))
    given = {"grant_type": "urn:kurir:grant-type:phone-code", "code": "x"}
    tries = asks("token", members[:asked], **given), asks("token", strangers[:asked], **given)
    await assert_same(*tries)
    await assert_alike(figure, {"a phone's code": tries})


async def assert_same(there: Ask, nowhere: Ask) -> None:
    """In words and in statements."""
    told = []
    for ask in (there, nowhere):
        with Statements() as sent:
            answer = await ask()
        told.append((answer.status_code, answer.text, len(sent)))
    assert told[0] == told[1]
    assert told[0][0] in (202, 400, 404)


def almost(code: str) -> str:
    """Another code that begins like it."""
    return code[:-1] + ("0" if code[-1] != "0" else "1")


async def make_letter() -> Letter:
    """Of a referral, issued."""
    referral, desk = await make_referral(), await make_member(role=Role.DESK_OFFICER)
    return await Letter.create(
        regency_code=referral.regency_code,
        number="460/1/2026",
        code=new_code(),
        referral=referral,
        issued_by=desk,
        issued_at=datetime.now(UTC),
    )
