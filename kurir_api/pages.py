"""Pages for everybody, without an account: how they are rendered, what protects them, and who asks."""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import Mapping
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import HTMLResponse

KNOWN = "kurir.known"
"""In the scope of a request whose sender was let in: they may send the rest of what is refused."""

BODY_SECONDS = 10.0
MOST_FIELDS = 20


class Page:
    """A template and its style sheet, `<name>.html` and `<name>.css` in `folder`. It can load nothing but that style,
    is in no frame, and is kept nowhere.
    """

    def __init__(self, folder: Path, name: str) -> None:
        style = (folder / f"{name}.css").read_text(encoding="utf-8")
        environment = Environment(loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined)
        self._template = environment.get_template(f"{name}.html")
        self._style = Markup(style)  # noqa: S704 - ours
        self._headers: Mapping[str, str] = {
            "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; "
            "frame-ancestors 'none'; "
            f"style-src 'sha256-{b64encode(hashlib.sha256(style.encode()).digest()).decode()}'",
            "X-Frame-Options": "DENY",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }

    def response(self, status: int, headers: Mapping[str, str] | None = None, **facts: object) -> HTMLResponse:
        """The page, whose template knows `facts`, and the style sheet as `style`."""
        html = self._template.render(style=self._style, **facts)
        return HTMLResponse(html, status, {**self._headers, **(headers or {})})


async def body_of(request: Request) -> bytes:
    """The whole body, within a time. Raises HTTPException 408."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.body()
    except TimeoutError as error:
        raise HTTPException(408) from error


async def fields_of(request: Request) -> Mapping[str, str]:
    """What a page's form sends: its fields, each once. Raises HTTPException 400 or 408."""
    body = await body_of(request)
    try:
        fields = parse_qs(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error
    return {name: values[0] for name, values in fields.items()}


def client_address(connection: HTTPConnection) -> str:
    """Who asks, as far as a trusted proxy says."""
    return connection.client.host if connection.client else ""


def network(address: str) -> str:
    """What counts as one address: of IPv6 all of a site (/48). One of IPv4 is itself, however a proxy writes it."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or ip_network((parsed, 48), strict=False))
    return address
