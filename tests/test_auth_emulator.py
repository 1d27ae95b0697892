"""Signing in by phone, as the apps do it: Firebase's Auth emulator, and the api as a process that believes it."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from kurir_api.auth import Authenticator
from kurir_api.auth.firebase import CLOCK_SKEW_SECONDS, REVOCATION_SECONDS, Firebase
from kurir_api.errors import Unauthenticated
from kurir_api.models import Member
from kurir_api.settings import Settings
from tests.auth_emulator import PROJECT, AuthEmulator
from tests.conftest import Figures
from tests.factories import make_member
from tests.processes import Ended, run, running
from tests.processes.office import KURIR, LISTENING, environment

pytestmark = [pytest.mark.npm, pytest.mark.usefixtures("db")]
PHONE, STRANGERS_PHONE, LOST_PHONE = "+6281327000222", "+6281327000333", "+6281327000334"
SIGN_IN_FIRST = "Masuk dahulu: kirim token yang berlaku sebagai `Authorization: Bearer ...`."


@pytest.fixture(scope="module")
async def emulator(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AuthEmulator]:
    """The emulator, for all tests of this module."""
    async with AuthEmulator.started(tmp_path_factory.mktemp("emulator")) as started:
        yield started


@pytest.fixture(scope="module")
async def token(emulator: AuthEmulator) -> str:
    """A token of the phone PHONE."""
    return await emulator.sign_in(PHONE)


@pytest.fixture(scope="module")
async def http(emulator: AuthEmulator, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an api that believes the emulator: a process of its own, so that the tests' doesn't."""
    env = environment(settings, firebase_project=PROJECT) | {"FIREBASE_AUTH_EMULATOR_HOST": emulator.address}
    async with (
        running(KURIR, "serve", says=LISTENING, env=env, cwd=settings.data_dir) as api,
        httpx.AsyncClient(base_url=api.ready[1], timeout=30) as client,
    ):
        yield client


async def who(http: httpx.AsyncClient, token: str, language: str = "id") -> dict[str, Any]:
    """The answer to who one is."""
    headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
    response = await http.post("/graphql", json={"query": "{ me { name phone } }"}, headers=headers)
    answer: dict[str, Any] = response.json()
    return answer


async def refused(http: httpx.AsyncClient, token: str, language: str = "id") -> str:
    """The words with which the token is refused."""
    answer = await who(http, token, language)
    assert answer["data"] is None
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    words: str = error["message"]
    return words


def changed(token: str, **claims: Any) -> str:
    """The token with other claims: the emulator signs nothing, so anybody can."""
    header, payload, signature = token.split(".")
    held = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    payload = base64.urlsafe_b64encode(json.dumps(held | claims).encode()).decode().rstrip("=")
    return f"{header}.{payload}.{signature}"


async def test_a_phone_that_signs_in_is_the_member_with_its_number(http: httpx.AsyncClient, token: str) -> None:
    await make_member("Sri Rahayu", phone=PHONE)

    assert await who(http, token) == {"data": {"me": {"name": "Sri Rahayu", "phone": PHONE}}}


async def test_a_number_that_nobody_was_invited_with_is_told_whom_to_ask(
    http: httpx.AsyncClient, emulator: AuthEmulator
) -> None:
    await make_member(phone=PHONE)
    stranger = await emulator.sign_in(STRANGERS_PHONE)

    assert await refused(http, stranger) == "Nomor ini belum terdaftar. Minta koordinator mengundang Anda."
    english = await refused(http, stranger, language="en")
    assert english == "This number is not registered. Ask your coordinator to invite you."


async def test_a_deactivated_member_is_refused_though_firebase_signs_the_phone_in(
    http: httpx.AsyncClient, token: str
) -> None:
    member = await make_member(phone=PHONE)
    await Member.filter(id=member.id).update(active=False)

    assert await refused(http, token) == "Nomor ini belum terdaftar. Minta koordinator mengundang Anda."


async def test_an_expired_token_is_refused(http: httpx.AsyncClient, token: str) -> None:
    await make_member(phone=PHONE)
    now = int(datetime.now(UTC).timestamp())

    expired = changed(token, iat=now - 3600, exp=now - CLOCK_SKEW_SECONDS - 1)

    assert await refused(http, expired) == SIGN_IN_FIRST


async def test_a_token_of_another_project_is_refused(http: httpx.AsyncClient, token: str) -> None:
    await make_member(phone=PHONE)

    other = changed(token, aud="demo-lain", iss="https://securetoken.google.com/demo-lain")

    assert await refused(http, other) == SIGN_IN_FIRST


async def test_a_damaged_token_is_refused(http: httpx.AsyncClient, token: str) -> None:
    await make_member(phone=PHONE)
    assert await refused(http, token[:-40]) == SIGN_IN_FIRST


async def test_an_api_that_knows_of_no_emulator_refuses_its_unsigned_tokens(settings: Settings, token: str) -> None:
    await make_member(phone=PHONE)
    authenticator = Authenticator(settings.model_copy(update={"firebase_project": PROJECT}))
    try:
        with pytest.raises(Unauthenticated):
            await authenticator.principal(token)
    finally:
        await authenticator.close()


async def test_whom_firebase_signed_out_is_refused_once_its_word_is_asked_for_again(
    emulator: AuthEmulator, monkeypatch: pytest.MonkeyPatch, figure: Figures
) -> None:
    token = await emulator.sign_in(LOST_PHONE)
    monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", emulator.address)
    asked_before, asks_now = Firebase(PROJECT, None), Firebase(PROJECT, None)
    try:
        assert await asked_before.phone(token) == LOST_PHONE
        await emulator.sign_out(token)

        assert await asked_before.phone(token) == LOST_PHONE
        with pytest.raises(Unauthenticated):
            await asks_now.phone(token)
    finally:
        await asked_before.close()
        await asks_now.close()
    figure("revocation <= 60 s: Firebase", f"asked about each user at most once in {REVOCATION_SECONDS} s")


async def test_production_refuses_to_start_beside_an_emulator(settings: Settings) -> None:
    env = environment(
        settings, environment="production", firebase_project=PROJECT, public_url="https://kurir.example.go.id"
    )

    ended = await run(KURIR, "serve", env=env | {"FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:9099"})

    assert ended == Ended(
        2,
        "",
        "Kurir can't start:\nFIREBASE_AUTH_EMULATOR_HOST: unset it; with it, forged tokens would be accepted\n",
    )
