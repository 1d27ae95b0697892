"""GET /years/{member}/{year}.pdf, by signed link, for that member alone."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kurir_api.files.asking import asked_id, missing, principal_of_link, sent
from kurir_api.services.documents.year import FIRST_YEAR, LAST_YEAR
from kurir_api.services.documents.year_page import year_page


def year_routes(slots: asyncio.Semaphore) -> list[BaseRoute]:
    """A member's year on a page; as many are made at once as there are slots."""

    async def page(request: Request) -> Response:
        principal = await principal_of_link(request)
        try:
            year = int(request.path_params["year"])
        except ValueError as error:
            raise missing() from error
        if asked_id(request, "member") != principal.member_id or not FIRST_YEAR <= year <= LAST_YEAR:
            raise missing()
        async with slots:
            pdf = await year_page(principal, year)
        return Response(pdf, headers=sent("application/pdf", f"tahun-saya-{year}.pdf"))

    return [Route("/years/{member}/{year}.pdf", page, methods=["GET"])]
