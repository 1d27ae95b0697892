"""The routes of the channels that this office has set up."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from kurir_api.intake.channels import Channel, Malformed, channels
from kurir_api.intake.form import form_routes
from kurir_api.pages import body_of
from kurir_api.services.threads.receiving import store
from kurir_api.settings import Settings

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def intake_routes(settings: Settings, now: Clock = utc_now) -> list[BaseRoute]:
    """The form, and a route for each channel whose secret is set; the others don't exist."""
    return [
        *form_routes(now),
        *(
            Route(f"/intake/{name}", _endpoint(channel, now), methods=["GET", "POST"], max_body_size=channel.max_body)
            for name, channel in channels(settings).items()
        ),
    ]


def _endpoint(channel: Channel, now: Clock) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        if request.method == "POST":
            status, reason = await _take(request, channel, now())
            return PlainTextResponse(reason if channel.explains else "", status)
        challenge = channel.challenge(request.query_params)
        return Response(status_code=403) if challenge is None else PlainTextResponse(challenge)

    return respond


async def _take(request: Request, channel: Channel, now: datetime) -> tuple[int, str]:
    """The status, and why: 200 when every message in it is stored; whatever else makes the provider deliver again."""
    body = await body_of(request)
    if not channel.is_genuine(request.headers, body, now):
        return 401, "The signature isn't right, or its time is more than five minutes off."
    try:
        messages = channel.messages(orjson.loads(body))
    except orjson.JSONDecodeError:
        return 400, "body: not JSON"
    except Malformed as error:
        return 400, str(error)
    if messages:
        await store(messages, now)
    return 200, ""
