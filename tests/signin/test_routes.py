"""Signing in by phone without Firebase, as an app does it over HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from structlog.testing import capture_logs

from kurir_api.dispatch.text_outbox import deliver_due_texts
from kurir_api.dispatch.text_senders.memory import MemoryTextSender
from kurir_api.models import Member, Notification, Session, SessionEnd, SignInCode, new_id
from kurir_api.services.sessions.codes import (
    MOST_A_DAY,
    MOST_TRIES,
    STANDS_FOR,
    ask_for_code,
    forget_sign_ins,
    send_codes,
)
from kurir_api.services.sessions.granting import LOST_ANSWER, UNUSED, sign_in
from tests.api import Api
from tests.factories import make_member

PHONE, STRANGER = "+6281327000444", "+6281327000555"
BY_CODE = "urn:kurir:grant-type:phone-code"


class Phone:
    """An app on a member's phone: what it is texted, and what it posts."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def posts(self, path: str, **fields: str) -> httpx.Response:
        """The answer to a form."""
        return await self._http.post(f"/auth/{path}", data=fields)

    async def code(self, number: str = PHONE) -> str:
        """The code that is texted to it once it asks for one; "" when none comes."""
        assert (await self.posts("code", phone=number)).status_code == 202
        texts, now = MemoryTextSender(), datetime.now(UTC)
        await send_codes(now)
        await deliver_due_texts(texts, now)
        return "".join(re.findall(r"\b\d{8}\b", " ".join(text.text for text in texts.messages)))

    async def signs_in(self) -> dict[str, Any]:
        """The tokens of a new session."""
        answer = await self.posts(
            "token", grant_type=BY_CODE, phone=PHONE, code=await self.code(), device="Sri's\0 phone"
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refreshes(self, token: str) -> httpx.Response:
        """The answer to a refresh token."""
        return await self.posts("token", grant_type="refresh_token", refresh_token=token)

    async def is_let_in(self, token: str) -> bool:
        """Whether the access token is accepted."""
        headers = {"Authorization": f"Bearer {token}"}
        answer = await self._http.post("/graphql", json={"query": "{ me { name } }"}, headers=headers)
        return answer.json()["data"] is not None


@pytest.fixture
async def phone(api: Api) -> AsyncIterator[Phone]:
    """A phone, over the served application."""
    async with httpx.AsyncClient(base_url=api.url, timeout=30) as http:
        yield Phone(http)


def wrong(code: str) -> str:
    """Another code."""
    return f"{(int(code) + 1) % 100_000_000:08}"


async def test_a_code_by_text_begins_a_session_with_tokens_of_a_quarter_of_an_hour(phone: Phone) -> None:
    member = await make_member(phone=PHONE)

    answer = await phone.signs_in()

    claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
    session = await Session.get()
    assert (answer["token_type"], answer["expires_in"], claims["exp"] - claims["iat"]) == ("Bearer", 900, 900)
    assert (claims["sub"], claims["sid"]) == (str(member.id), str(session.id))
    assert (session.member_id, session.device, session.generation) == (member.id, "Sri's phone", 0)
    assert await phone.is_let_in(answer["access_token"])


async def test_nobody_learns_from_the_answer_who_is_a_member(phone: Phone) -> None:
    await make_member(phone=PHONE)

    known, unknown = await phone.posts("code", phone=PHONE), await phone.posts("code", phone=STRANGER)
    assert (
        (known.status_code, known.content)
        == (unknown.status_code, unknown.content)
        == (202, b'{"valid_seconds":600}')
    )

    texts, now = MemoryTextSender(), datetime.now(UTC)
    await send_codes(now)
    await deliver_due_texts(texts, now)
    assert [text.phone for text in texts.messages] == [PHONE]
    refused = [
        await phone.posts("token", grant_type=BY_CODE, phone=one, code="00000000") for one in (PHONE, STRANGER)
    ]
    assert refused[0].content == refused[1].content
    assert (refused[0].status_code, refused[0].json()["error"]) == (400, "invalid_grant")


async def test_the_code_is_kept_nowhere_in_clear_and_gone_once_it_was_sent(phone: Phone) -> None:
    await make_member(phone=PHONE)

    with capture_logs() as logs:
        code = await phone.code()

    row, text = await SignInCode.get(), await Notification.get()
    assert (row.phone_sealed, text.sent_at is not None, text.data) == (None, True, {"time_zone": "Asia/Jakarta"})
    assert code not in str([dict(row), dict(text), logs])
    assert PHONE not in str([dict(row), dict(text), logs])


async def test_fifty_wrong_tries_use_a_code_up_and_a_new_one_replaces_it(phone: Phone) -> None:
    await make_member(phone=PHONE)
    first = await phone.code()
    await SignInCode.all().update(tries=MOST_TRIES - 1)

    async def tried(code: str) -> int:
        return (await phone.posts("token", grant_type=BY_CODE, phone=PHONE, code=code)).status_code

    assert [await tried(code) for code in (wrong(first), first)] == [400, 400]
    second = await phone.code()
    assert [await tried(code) for code in (second, second)] == [200, 400]


async def test_from_however_many_networks_a_number_gets_720_codes_a_day(phone: Phone) -> None:
    await make_member(phone=PHONE)
    await phone.code()
    [row] = await SignInCode.all()
    yesterday = datetime.now(UTC) - timedelta(days=1)
    rows = [
        SignInCode(
            id=new_id(), phone_index=row.phone_index, tries=MOST_TRIES, created_at=yesterday + timedelta(minutes=1)
        )
        for _ in range(MOST_A_DAY - 1)
    ]
    await SignInCode.bulk_create(rows)
    await SignInCode.filter(id=row.id).update(tries=MOST_TRIES)

    assert await phone.code() == ""
    await SignInCode.filter(id=rows[0].id).update(created_at=yesterday)
    assert len(await phone.code()) == 8


async def test_whoever_asks_the_codes_on_the_members_phone_are_good_until_one_is_used(phone: Phone) -> None:
    await make_member(phone=PHONE)
    mine = await phone.code()
    assert await phone.code() == ""  # a stranger's asking: the code that was just sent stands
    await SignInCode.all().update(created_at=datetime.now(UTC) - STANDS_FOR)
    strangers = await phone.code()

    answers = [await phone.posts("token", grant_type=BY_CODE, phone=PHONE, code=code) for code in (mine, strangers)]

    assert [answer.status_code for answer in answers] == [200, 400]


async def test_one_networks_tries_neither_use_up_a_code_nor_keep_its_owner_out(phone: Phone) -> None:
    await make_member(phone=PHONE)
    code = await phone.code()
    now = datetime.now(UTC)

    for _ in range(10):
        assert await sign_in(PHONE, wrong(code), None, now) is None

    assert await sign_in(PHONE, code, None, now) is not None


async def test_that_codes_are_guessed_is_logged_whatever_their_numbers(phone: Phone) -> None:
    now = datetime.now(UTC)
    for last in range(7):
        await ask_for_code(f"{PHONE[:-1]}{last}", now)
    await SignInCode.filter(phone_index__not_in=SignInCode.phone.indexes(f"{PHONE[:-1]}6")).update(tries=MOST_TRIES)

    with capture_logs() as logs:
        await forget_sign_ins(now)
        await SignInCode.filter(tries=0).update(tries=1)
        await forget_sign_ins(now)

    assert [(log["event"], log["tries"]) for log in logs] == [("sign-in codes are being guessed", 301)]


async def test_a_code_is_good_for_ten_minutes(phone: Phone) -> None:
    await make_member(phone=PHONE)
    code = await phone.code()
    await SignInCode.all().update(created_at=datetime.now(UTC) - timedelta(minutes=10, seconds=1))

    assert (await phone.posts("token", grant_type=BY_CODE, phone=PHONE, code=code)).status_code == 400


async def test_a_network_gets_five_codes_an_hour_for_a_number_and_a_code_is_sent_every_two_minutes(
    phone: Phone,
) -> None:
    answers = [await phone.posts("code", phone=STRANGER) for _ in range(11)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert (1 <= len(refused) <= 6, refused[-1].json()["error"]) == (True, "too_many_requests")
    assert 0 < int(refused[-1].headers["retry-after"]) <= 86_400
    assert await SignInCode.all().count() == 1
    await SignInCode.all().update(created_at=datetime.now(UTC) - STANDS_FOR)
    await ask_for_code(STRANGER, datetime.now(UTC))
    assert await SignInCode.all().count() == 2


async def test_a_refresh_token_works_once_and_its_successor_goes_on(phone: Phone) -> None:
    await make_member(phone=PHONE)
    first = (await phone.signs_in())["refresh_token"]

    second = (await phone.refreshes(first)).json()["refresh_token"]
    third = (await phone.refreshes(second)).json()

    assert len({first, second, third["refresh_token"]}) == 3
    assert await phone.is_let_in(third["access_token"])
    assert (await Session.get()).generation == 2


async def test_a_spent_token_that_comes_again_ends_the_session_and_is_logged(phone: Phone) -> None:
    await make_member(phone=PHONE)
    stolen = (await phone.signs_in())["refresh_token"]
    second = (await phone.refreshes(stolen)).json()
    third = (await phone.refreshes(second["refresh_token"])).json()

    with capture_logs() as logs:
        answer = await phone.refreshes(stolen)

    session = await Session.get()
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert (session.end_reason, [log["event"] for log in logs if log["log_level"] == "warning"]) == (
        SessionEnd.REUSED,
        ["a spent refresh token came again"],
    )
    assert (await phone.refreshes(third["refresh_token"])).status_code == 400
    assert not await phone.is_let_in(third["access_token"])


async def test_where_an_answer_was_lost_the_same_successor_is_given_again_for_half_a_minute(phone: Phone) -> None:
    await make_member(phone=PHONE)
    first = (await phone.signs_in())["refresh_token"]

    answers = [(await phone.refreshes(first)).json()["refresh_token"] for _ in range(2)]
    assert answers[0] == answers[1]
    await Session.all().update(last_used_at=datetime.now(UTC) - LOST_ANSWER - timedelta(seconds=1))

    assert (await phone.refreshes(first)).status_code == 400
    assert (await Session.get()).end_reason is SessionEnd.REUSED


async def test_a_session_of_which_nothing_is_heard_for_ninety_days_is_over(phone: Phone) -> None:
    await make_member(phone=PHONE)
    token = (await phone.signs_in())["refresh_token"]
    await Session.all().update(last_used_at=datetime.now(UTC) - UNUSED)

    assert (await phone.refreshes(token)).status_code == 400


async def test_signing_out_ends_the_session_at_once_and_never_fails(phone: Phone) -> None:
    await make_member(phone=PHONE)
    tokens = await phone.signs_in()
    assert await phone.is_let_in(tokens["access_token"])

    answers = [await phone.posts("revoke", token=token) for token in (tokens["refresh_token"], "no token", "a.b.c")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not await phone.is_let_in(tokens["access_token"])
    assert (await Session.get()).end_reason is SessionEnd.SIGNED_OUT


async def test_a_member_who_was_taken_out_is_refused_at_once(phone: Phone) -> None:
    member = await make_member(phone=PHONE)
    tokens = await phone.signs_in()
    await Member.filter(id=member.id).update(active=False)

    assert not await phone.is_let_in(tokens["access_token"])
    assert (await phone.refreshes(tokens["refresh_token"])).status_code == 400
    assert await phone.code() == ""


@pytest.mark.parametrize(
    ("path", "fields", "error"),
    [
        ("code", {}, "invalid_request"),
        ("code", {"phone": "0812"}, "invalid_request"),
        ("token", {}, "invalid_request"),
        ("token", {"grant_type": "password"}, "unsupported_grant_type"),
        ("token", {"grant_type": "refresh_token"}, "invalid_request"),
        ("token", {"grant_type": "refresh_token", "refresh_token": "a.0.b"}, "invalid_grant"),
        ("token", {"grant_type": "refresh_token", "refresh_token": "é.0.é"}, "invalid_grant"),
        ("token", {"grant_type": BY_CODE, "phone": PHONE, "code": "a\0"}, "invalid_request"),
        ("revoke", {}, "invalid_request"),
    ],
)
async def test_what_cannot_be_granted_is_said_in_oauths_terms(
    phone: Phone, path: str, fields: dict[str, str], error: str
) -> None:
    answer = await phone.posts(path, **fields)

    assert (answer.status_code, answer.json()["error"], answer.headers["cache-control"]) == (400, error, "no-store")
    assert answer.json()["error_description"].isascii()


async def test_codes_are_forgotten_after_a_day_and_sessions_three_months_after_their_end(phone: Phone) -> None:
    await make_member(phone=PHONE)
    await phone.posts("revoke", token=(await phone.signs_in())["refresh_token"])
    now = datetime.now(UTC)

    await forget_sign_ins(now + timedelta(hours=25))
    assert (await SignInCode.all().count(), await Session.all().count()) == (0, 1)
    await forget_sign_ins(now + timedelta(days=91))
    assert await Session.all().count() == 0
