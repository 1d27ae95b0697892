"""POST /auth/code, /auth/token, /auth/revoke: forms in, JSON out."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kurir_api.auth import issue_token
from kurir_api.auth.tokens import session_seconds
from kurir_api.errors import ClientError, InvalidInput, TooMany, Words, asked_locale
from kurir_api.pages import client_address, fields_of, network
from kurir_api.services.phones import e164
from kurir_api.services.sessions.codes import VALID_FOR, ask_for_code
from kurir_api.services.sessions.granting import Grant, refresh, sign_in, sign_out
from kurir_api.settings import Settings

MAX_BODY = 4 * 1024
BY_CODE = "urn:kurir:grant-type:phone-code"
"""A grant of our own, named as RFC 6749 section 4.5 has it, by an absolute URI."""

UNKEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Endpoint = Callable[[Request, Mapping[str, str]], Awaitable[Response]]

MISSING = Words(id="Isi {field}.", en="Give {field}.")
NO_SUCH_GRANT = Words(
    id="grant_type: refresh_token atau urn:kurir:grant-type:phone-code.",
    en="grant_type: refresh_token or urn:kurir:grant-type:phone-code.",
)
WRONG_CODE = Words(
    id="Kode salah, sudah dipakai, atau lewat 10 menit. Periksa SMS terakhir, atau minta kode baru.",
    en="The code is wrong, used or older than 10 minutes. Look at the last text, or ask for a new code.",
)
OVER = Words(
    id="Sesi sudah berakhir; masuk lagi dengan nomor ponsel.", en="The session is over; sign in with the phone again."
)


class Refused(Exception):
    """A request that isn't granted: an error code of RFC 6749 section 5.2, and what to do about it."""

    def __init__(self, code: str, words: Words, field: str = "") -> None:
        self.code, self.words, self.field = code, words, field


def sign_in_routes() -> list[BaseRoute]:
    """Everything under /auth. Settings and limiter: in `app.state.services`."""
    endpoints = {"code": _code, "token": _token, "revoke": _revoke}
    return [
        Route(f"/auth/{name}", _answering(endpoint), methods=["POST"], max_body_size=MAX_BODY)
        for name, endpoint in endpoints.items()
    ]


def _answering(endpoint: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        locale = asked_locale(request.headers.get("accept-language", ""))
        try:
            return await endpoint(request, await fields_of(request))
        except Refused as refused:
            return _refusal(400, refused.code, refused.words.say(locale, field=refused.field))
        except InvalidInput as invalid:
            return _refusal(400, "invalid_request", invalid.problems[0].message(locale))
        except TooMany as often:
            return _refusal(429, "too_many_requests", often.message(locale), {"Retry-After": str(often.retry_after)})
        except ClientError as error:
            return _refusal(400, "invalid_request", error.message(locale))

    return respond


async def _code(request: Request, fields: Mapping[str, str]) -> Response:
    """The same answer whoever has the number: a worker looks that up."""
    phone = await _phone(request, fields)
    for kind in ("sign_in_code", "sign_in_code_day"):
        await request.app.state.services.limiter.hit(kind, _who(request, phone))
    await ask_for_code(phone, datetime.now(UTC))
    return JSONResponse({"valid_seconds": int(VALID_FOR.total_seconds())}, 202, UNKEPT)


async def _token(request: Request, fields: Mapping[str, str]) -> Response:
    """A session by a code, or its next tokens by a refresh token."""
    now = datetime.now(UTC)
    grant_type = _given(fields, "grant_type")
    if grant_type == BY_CODE:
        code = _given(fields, "code")
        grant = await sign_in(await _phone(request, fields), code, fields.get("device"), now)
        return _granted(request, grant, WRONG_CODE, now)
    if grant_type == "refresh_token":
        return _granted(request, await refresh(_given(fields, "refresh_token"), now), OVER, now)
    raise Refused("unsupported_grant_type", NO_SUCH_GRANT)


async def _revoke(_request: Request, fields: Mapping[str, str]) -> Response:
    """200 also for what is no token (RFC 7009 section 2.2): afterwards it is none in any case."""
    await sign_out(_given(fields, "token"), datetime.now(UTC))
    return Response(status_code=200, headers=UNKEPT)


async def _phone(request: Request, fields: Mapping[str, str]) -> str:
    """The number (E.164), once it is counted how often the network came, and came with it. Raises Refused,
    InvalidInput, TooMany.
    """
    limiter = request.app.state.services.limiter
    await limiter.hit("sign_in_address", network(client_address(request)))
    phone = e164(_given(fields, "phone"), "phone")
    await limiter.hit("sign_in", _who(request, phone))
    return phone


def _who(request: Request, phone: str) -> str:
    return f"{network(client_address(request))} {phone}"


def _granted(request: Request, grant: Grant | None, refusal: Words, now: datetime) -> Response:
    if grant is None:
        raise Refused("invalid_grant", refusal)
    settings: Settings = request.app.state.services.settings
    return JSONResponse(
        {
            "access_token": issue_token(settings, grant.member_id, now, session_id=grant.session_id),
            "token_type": "Bearer",
            "expires_in": session_seconds(settings),
            "refresh_token": grant.refresh_token,
        },
        headers=UNKEPT,
    )


def _given(fields: Mapping[str, str], name: str) -> str:
    """Raises Refused for what is missing, and for text that no database keeps."""
    value = fields.get(name, "")
    if not value or "\0" in value or not value.isprintable():
        raise Refused("invalid_request", MISSING, name)
    return value


def _refusal(status: int, code: str, words: str, headers: Mapping[str, str] | None = None) -> Response:
    plain = words.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "/")
    return JSONResponse({"error": code, "error_description": plain}, status, {**UNKEPT, **(headers or {})})
