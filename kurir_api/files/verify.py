"""GET /verify and /verify/{code}: whether a statement that one was shown is genuine. For everybody."""

import hashlib
from base64 import b64encode
from collections import Counter
from ipaddress import IPv6Address, ip_address, ip_network
from pathlib import Path
from time import monotonic

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from kurir_api import figures
from kurir_api.services.documents import wording
from kurir_api.services.documents.check_statement import check_statement
from kurir_api.services.documents.codes import in_groups
from kurir_api.services.statistics.guard import ENOUGH

TRIES = 30
MINUTE = 60
HERE = Path(__file__).parent
STYLE = (HERE / "verify.css").read_text(encoding="utf-8")
PAGES = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined)
PAGE = PAGES.get_template("verify.html")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Tries:
    """How often an address tried in this minute, in this process. IPv6 addresses of one network (/64) are one."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = 0
        self._taken: Counter[str] = Counter()

    def take(self, address: str, at: float) -> bool:
        """Whether there is one more, `at` seconds on a clock that never goes back."""
        if self._minute != int(at // MINUTE):
            self._minute = int(at // MINUTE)
            self._taken.clear()
        network = _network(address)
        self._taken[network] += 1
        return self._taken[network] <= self._most


def _network(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address


def verify_routes() -> list[BaseRoute]:
    """The form and its answer. Codes in the query stay out of the logs, so that is where the form puts them."""
    tries = Tries(TRIES)

    async def page(request: Request) -> Response:
        typed = request.path_params.get("code", request.query_params.get("code"))
        if typed is None:
            return _page(200, "form")
        if not tries.take(request.client.host if request.client else "", monotonic()):
            return _page(429, "wait", {"Retry-After": str(MINUTE)})
        found = await check_statement(typed)
        return _page(404, "unknown") if found is None else _page(200, "found", found=found)

    return [Route("/verify", page, methods=["GET"]), Route("/verify/{code}", page, methods=["GET"])]


def _few(count: int) -> str:
    """A number of people or tasks, but none so small that it tells of somebody."""
    return f"kurang dari {ENOUGH}" if count < ENOUGH else figures.number(count)


def _page(status: int, shown: str, headers: dict[str, str] | None = None, **facts: object) -> Response:
    html = PAGE.render(
        shown=shown,
        style=Markup(STYLE),  # noqa: S704 - ours
        figures=figures,
        few=_few,
        wording=wording,
        in_groups=in_groups,
        **facts,
    )
    return HTMLResponse(html, status, HEADERS | (headers or {}))
