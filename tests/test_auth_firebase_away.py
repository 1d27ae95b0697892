"""While Firebase can't be asked, who is signed in stays so, and nobody waits for it."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import jwt
import pytest
from annotated_types import Le
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from structlog.testing import capture_logs

from kurir_api.auth.firebase import AGAIN_SECONDS, PATIENCE_SECONDS, REVOCATION_SECONDS, Firebase
from kurir_api.errors import Unauthenticated
from kurir_api.settings import Settings
from tests.servers import served

PROJECT = "demo-kurir"
SIGNED_IN, SIGNED_OUT = "+6281327000771", "+6281327000772"


class Google:
    """A stand-in for its Identity Toolkit, which may be away; and a clock."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.signed_out = {SIGNED_OUT}
        self.now = 1_000.0
        path = f"/identitytoolkit.googleapis.com/v1/projects/{PROJECT}/accounts:lookup"
        self.app = Starlette(routes=[Route(path, self._lookup, methods=["POST"])])

    async def _lookup(self, request: Request) -> Response:
        self.asked += 1
        [uid] = (await request.json())["localId"]
        if self.away:
            return Response(status_code=403)
        await self.answers.wait()
        valid_from = 4_000_000_000 if uid in self.signed_out else 0
        return JSONResponse({"users": [{"localId": uid, "validSince": str(valid_from)}]})


def token_of(phone: str) -> str:
    """A token as the emulator gives them: unsigned."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": f"https://securetoken.google.com/{PROJECT}", "aud": PROJECT, "sub": phone, "user_id": phone}
    return jwt.encode(claims | {"iat": now, "exp": now + 3600, "phone_number": phone}, None, "none")


async def test_when_google_is_slow_a_socket_hears_within_60_seconds_that_its_token_was_revoked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    [recheck] = [bound.le for bound in Settings.model_fields["recheck_seconds"].metadata if isinstance(bound, Le)]
    asked_in_vain = REVOCATION_SECONDS - 1 + recheck + PATIENCE_SECONDS
    monkeypatch.setattr("kurir_api.auth.firebase.PATIENCE_SECONDS", 0.01)
    google, token, let_in = Google(), token_of(SIGNED_IN), []
    async with served(google.app) as url:
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", url.removeprefix("http://"))
        firebase = Firebase(PROJECT, None, lambda: google.now)
        await firebase.phone(token)
        await asyncio.gather(*firebase._asking.values())
        google.signed_out.add(SIGNED_IN)
        for seconds in (REVOCATION_SECONDS - 1, asked_in_vain, asked_in_vain + recheck + PATIENCE_SECONDS):
            google.now = 1_000.0 + seconds
            google.answers.clear()
            with suppress(Unauthenticated):
                await firebase.phone(token)
                let_in.append(seconds)
            google.answers.set()
            await asyncio.gather(*firebase._asking.values())
        await firebase.close()

    assert let_in == [14, 36]
    assert google.now == 1_058.0


async def test_while_firebase_is_away_its_last_word_holds_and_it_is_asked_every_quarter_of_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    google = Google()
    async with served(google.app) as url:
        monkeypatch.setenv("FIREBASE_AUTH_EMULATOR_HOST", url.removeprefix("http://"))
        firebase = Firebase(PROJECT, None, lambda: google.now)
        with pytest.raises(Unauthenticated):
            await firebase.phone(token_of(SIGNED_OUT))
        google.away = True
        google.now += REVOCATION_SECONDS + 1

        with capture_logs() as logs:
            for _ in range(3):
                assert await firebase.phone(token_of(SIGNED_IN)) == SIGNED_IN  # of whom nothing was heard yet
                with pytest.raises(Unauthenticated):
                    await firebase.phone(token_of(SIGNED_OUT))

        assert (google.asked, [log["event"] for log in logs]) == (2, ["firebase can't be asked who signed out"])
        google.away = False
        google.now += AGAIN_SECONDS
        assert await firebase.phone(token_of(SIGNED_IN)) == SIGNED_IN
        assert google.asked == 3
        await firebase.close()
