"""GET /statements/{organisation}/{first day}_{last day}.xlsx and .pdf, by signed link."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from os import SEEK_END
from tempfile import TemporaryFile
from typing import IO

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from kurir_api.errors import InvalidInput
from kurir_api.files.asking import asked_id, missing, principal_of_link, sent
from kurir_api.links import public_base
from kurir_api.services.contributions.totals import Period
from kurir_api.services.documents.issuing import Order, check_period
from kurir_api.services.documents.statement_report import statement_report
from kurir_api.services.documents.statement_workbook import write_statement_workbook
from kurir_api.services.documents.wording import slug
from kurir_api.services.visibility import visible_contributions

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
CHUNK = 64 * 1024


def statement_routes(slots: asyncio.Semaphore) -> list[BaseRoute]:
    """Both kinds of document; as many are made at once as there are slots."""

    async def workbook(request: Request) -> Response:
        order = await _order(request)
        # Without a name of its own: when it is closed, or the process ends, it is gone.
        file = TemporaryFile()  # noqa: SIM115 - closed when it is sent
        try:
            async with slots:
                await write_statement_workbook(file, order)
        except BaseException:
            file.close()
            raise
        headers = sent(XLSX, f"{_name(order)}.xlsx") | {"Content-Length": str(file.seek(0, SEEK_END))}
        return StreamingResponse(_chunks(file), headers=headers)

    async def report(request: Request) -> Response:
        order = await _order(request)
        async with slots:
            pdf, _ = await statement_report(order)
        return Response(pdf, headers=sent(PDF, f"{_name(order)}.pdf"))

    return [
        Route("/statements/{organization}/{days}.xlsx", workbook, methods=["GET"]),
        Route("/statements/{organization}/{days}.pdf", report, methods=["GET"]),
    ]


async def _order(request: Request) -> Order:
    """What the link is for. Raises HTTPException 403, 404, and 422 for a period of which none is issued."""
    principal = await principal_of_link(request)
    first, _, last = request.path_params["days"].partition("_")
    try:
        period = Period(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError as error:
        raise missing() from error
    organization = await visible_contributions(principal).get_or_none(id=asked_id(request, "organization"))
    if organization is None or period.first_day > period.last_day:
        raise missing()
    now = datetime.now(UTC)
    try:
        await check_period(organization, period, now)
    except InvalidInput as error:
        raise HTTPException(422, f"{error.message('id')}\n{error.message('en')}\n") from error
    check_url = f"{public_base(request.app.state.services.settings, request)}/verify"
    return Order(organization, period, principal.member_id, check_url, now)


def _name(order: Order) -> str:
    return f"laporan-kontribusi-{slug(order.organization.name)}-{order.period.first_day}_{order.period.last_day}"


async def _chunks(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
