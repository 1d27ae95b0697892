"""GET and POST /lapor: a call for help by a web page, for everybody, without an account, JavaScript or cookies.

Unlike a provider a person waits for the answer, and wants a number to refer to. So the report is made in the request,
after the message is stored, by the same code as a worker's, which does it if the request dies in between.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kurir_api.errors import TooMany, asked_locale
from kurir_api.intake.channels import number
from kurir_api.intake.form_words import WORDS
from kurir_api.models.report import Channel
from kurir_api.pages import Page, client_address, fields_of, network
from kurir_api.services.threads.inbox import LEASE
from kurir_api.services.threads.placing import whose
from kurir_api.services.threads.receiving import LONGEST_ID, Inbound, clean, store
from kurir_api.services.threads.report_form import NAME, report_of

PAGE = Page(Path(__file__).parent, "form")
LONGEST: Mapping[str, int] = {"text": 4_000, "place": 200, "name": 120, "phone": 40}
REQUIRED = ("text", "place")
PRODUCT = "Kurir"
HONEYPOT = "website"
MAX_BODY = 64 * 1024

Clock = Callable[[], datetime]
Typed = Mapping[str, str]


def form_routes(now: Clock) -> list[BaseRoute]:
    """The page and its answer."""

    async def show(request: Request) -> Response:
        return await _form(request, uuid4().hex)

    async def take(request: Request) -> Response:
        typed = {name: value.replace("\r\n", "\n") for name, value in (await fields_of(request)).items()}
        form_id = typed.get("form", "")
        if not re.fullmatch(r"[0-9a-f]{32}", form_id):
            form_id = uuid4().hex
        if typed.get(HONEYPOT):
            # A machine filled in what people don't see; it learns nothing.
            return await _page(request, 200, "received", number=None)
        problems = _problems(typed, asked_locale(request.headers.get("accept-language", "")))
        if problems:
            return await _form(request, form_id, typed, problems)
        limiter = request.app.state.services.limiter
        try:
            await limiter.hit("form", network(client_address(request)))
            await limiter.hit("form_in_all", "")
        except TooMany as error:
            return await _form(request, form_id, typed, wait=error.retry_after)
        return await _store(request, _message(form_id, typed, _host(request)), now())

    return [Route("/lapor", show, methods=["GET"]), Route("/lapor", take, methods=["POST"], max_body_size=MAX_BODY)]


async def _store(request: Request, message: Inbound, now: datetime) -> Response:
    """What the sender reads when it is stored."""
    # A worker takes it up only when this request had time enough, and didn't.
    await store([message], now, now + LEASE)
    try:
        found = await report_of(message, now)
    except Exception:  # noqa: BLE001 - the message is stored, and a worker will make its report
        structlog.get_logger("kurir.intake").exception("report not made yet")
        found = None
    return await _page(request, 200, "received", number=found)


def _message(form_id: str, typed: Typed, host: str | None) -> Inbound:
    """Sent twice it is one message; sent again with other words, the next in the same conversation. Nobody else's:
    of what is typed here nothing is proof of who typed it.
    """
    said = {name: clean(typed.get(name), LONGEST[name]) for name in LONGEST}
    digest = hashlib.sha256(orjson.dumps(said)).hexdigest()
    return Inbound(
        via=NAME,
        channel=Channel.WEB,
        provider_id=f"{form_id}\n{digest}",
        sender=form_id,
        text=said["text"] or "",
        name=said["name"],
        phone=number(said["phone"]) if said["phone"] else None,
        place=said["place"],
        address=host,
    )


def _host(request: Request) -> str | None:
    """The hotline's address: under which name the page was opened."""
    return clean(request.headers.get("host", "").partition(":")[0].lower(), LONGEST_ID)


def _problems(typed: Typed, locale: str) -> Mapping[str, str]:
    """By field what is to be mended."""
    problems: dict[str, str] = {}
    for field, longest in LONGEST.items():
        written = typed.get(field, "").strip()
        if not written and field in REQUIRED:
            problems[field] = WORDS["required"].say(locale)
        elif len(written) > longest:
            problems[field] = WORDS["too_long"].say(locale, longest=longest)
        elif written and field == "phone" and number(written) is None:
            problems[field] = WORDS["no_phone"].say(locale)
    return problems


async def _form(
    request: Request,
    form_id: str,
    typed: Typed | None = None,
    problems: Typed | None = None,
    *,
    wait: int = 0,
) -> Response:
    """The form, with what was typed; `wait`: after how many seconds it can be sent, if not now."""
    kept = {name: (typed or {}).get(name, "") for name in LONGEST}
    status = 429 if wait else 422 if problems else 200
    headers = {"Retry-After": str(wait)} if wait else {}
    facts = {"form_id": form_id, "typed": kept, "problems": problems or {}, "wait": wait, "longest": LONGEST}
    return await _page(request, status, "form", headers, **facts)


async def _page(
    request: Request, status: int, shown: str, headers: Mapping[str, str] | None = None, **facts: object
) -> Response:
    locale = asked_locale(request.headers.get("accept-language", ""))
    say = {name: words.say(locale, longest="") for name, words in WORDS.items()}
    office = await whose(NAME, _host(request) or "") or PRODUCT
    vary = {"Vary": "Accept-Language", **(headers or {})}
    return PAGE.response(status, vary, shown=shown, locale=locale, say=say, office=office, **facts)
