"""While Firebase can't be asked, who is signed in stays so, and nobody waits for it."""

from datetime import UTC, datetime

import jwt
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from structlog.testing import capture_logs

from kurir_api.auth.firebase import AGAIN_SECONDS, REVOCATION_SECONDS, Firebase
from kurir_api.errors import Unauthenticated
from tests.servers import served

PROJECT = "demo-kurir"
SIGNED_IN, SIGNED_OUT = "+6281327000771", "+6281327000772"


class Google:
    """A stand-in for its Identity Toolkit, which may be away; and a clock."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.now = 1_000.0
        path = f"/identitytoolkit.googleapis.com/v1/projects/{PROJECT}/accounts:lookup"
        self.app = Starlette(routes=[Route(path, self._lookup, methods=["POST"])])

    async def _lookup(self, request: Request) -> Response:
        self.asked += 1
        [uid] = (await request.json())["localId"]
        if self.away:
            return Response(status_code=403)
        valid_from = 4_000_000_000 if uid == SIGNED_OUT else 0
        return JSONResponse({"users": [{"localId": uid, "validSince": str(valid_from)}]})


def token_of(phone: str) -> str:
    """A token as the emulator gives them: unsigned."""
    now = int(datetime.now(UTC).timestamp())
    claims = {"iss": f"https://securetoken.google.com/{PROJECT}", "aud": PROJECT, "sub": phone, "user_id": phone}
    return jwt.encode(claims | {"iat": now, "exp": now + 3600, "phone_number": phone}, None, "none")


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
