"""The routes of the channels that this office has set up."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from kurir_api.intake.channels import Channel, channels
from kurir_api.services.replies.receive_text import receive_text
from kurir_api.settings import Settings

BODY_SECONDS = 10.0
Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def intake_routes(settings: Settings, now: Clock = utc_now) -> list[BaseRoute]:
    """A route for each channel whose secret is set; the others don't exist."""
    return [
        Route(f"/intake/{name}", _endpoint(channel, now), methods=["GET", "POST"], max_body_size=channel.max_body)
        for name, channel in channels(settings).items()
    ]


def _endpoint(channel: Channel, now: Clock) -> Callable[[Request], Awaitable[Response]]:
    async def respond(request: Request) -> Response:
        if request.method == "POST":
            return Response(status_code=await _take(request, channel, now()))
        challenge = channel.challenge(request.query_params)
        return Response(status_code=403) if challenge is None else PlainTextResponse(challenge)

    return respond


async def _take(request: Request, channel: Channel, now: datetime) -> int:
    """The status: 200 when everything in it is stored and done; whatever else makes the provider deliver again."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await request.body()
    except TimeoutError as error:
        raise HTTPException(408) from error
    if not channel.is_genuine(request.headers, body, now):
        return 401
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError:
        return 400
    status = 200
    for text in channel.texts(payload):
        try:
            await receive_text(text, now)
        except Exception:  # noqa: BLE001 - the others in the batch go on, and this one comes again
            structlog.get_logger("kurir.intake").exception("message not taken", channel=text.channel)
            status = 500
    return status
