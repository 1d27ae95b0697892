"""GET /verify and /verify/{code}: whether a statement or letter that one was shown is genuine. For everybody."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kurir_api import figures
from kurir_api.errors import TooMany
from kurir_api.pages import Page, client_address, network
from kurir_api.services.documents import wording
from kurir_api.services.documents.check_letter import check_letter
from kurir_api.services.documents.check_statement import check_statement
from kurir_api.services.documents.codes import in_groups
from kurir_api.services.statistics.guard import ENOUGH

PAGE = Page(Path(__file__).parent, "verify")


def verify_routes() -> list[BaseRoute]:
    """The form and its answer. Codes in the query stay out of the logs, so that is where the form puts them."""

    async def page(request: Request) -> Response:
        typed = request.path_params.get("code", request.query_params.get("code"))
        if typed is None:
            return _page(200, "form")
        try:
            await request.app.state.services.limiter.hit("verify", network(client_address(request)))
        except TooMany as error:
            return _page(429, "wait", {"Retry-After": str(error.retry_after)})
        if found := await check_statement(typed):
            return _page(200, "found", found=found)
        if letter := await check_letter(typed):
            return _page(200, "letter", letter=letter)
        return _page(404, "unknown")

    return [Route("/verify", page, methods=["GET"]), Route("/verify/{code}", page, methods=["GET"])]


def _few(count: int) -> str:
    """A number of people or tasks, but none so small that it tells of somebody."""
    return f"kurang dari {ENOUGH}" if count < ENOUGH else figures.number(count)


def _page(status: int, shown: str, headers: dict[str, str] | None = None, **facts: object) -> Response:
    return PAGE.response(
        status,
        headers,
        shown=shown,
        figures=figures,
        few=_few,
        wording=wording,
        in_groups=in_groups,
        **facts,
    )
