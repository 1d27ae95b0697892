"""GET /statistics/{regions}/{first day}_{last day}/{table}.csv and {chart}.svg, by signed link."""

from datetime import UTC, date, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kurir_api.errors import InvalidInput, NotFound
from kurir_api.files.asking import missing, principal_of_link, sent
from kurir_api.services.contributions.totals import Period
from kurir_api.services.statistics.charts import StatisticsChart, as_svg
from kurir_api.services.statistics.names import names_in
from kurir_api.services.statistics.paths import asked_of, file_name
from kurir_api.services.statistics.statistics import Statistics, statistics
from kurir_api.services.statistics.tables import StatisticsTable, as_csv

DRAWN = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}


def statistics_routes() -> list[BaseRoute]:
    """Tables and charts."""
    return [
        Route("/statistics/{regions}/{days}/{table}.csv", _table, methods=["GET"]),
        Route("/statistics/{regions}/{days}/{chart}.svg", _chart, methods=["GET"]),
    ]


async def _table(request: Request) -> Response:
    try:
        table = StatisticsTable(asked_of(request.path_params["table"]))
    except ValueError as error:
        raise missing() from error
    found = await _statistics(request)
    content = as_csv(table, found, await names_in(found))
    return Response(content.encode(), headers=sent("text/csv; charset=utf-8", f"{file_name(table, found)}.csv"))


async def _chart(request: Request) -> Response:
    try:
        chart = StatisticsChart(asked_of(request.path_params["chart"]))
    except ValueError as error:
        raise missing() from error
    found = await _statistics(request)
    headers = sent("image/svg+xml", f"{file_name(chart, found)}.svg", inline=True) | DRAWN
    return Response(as_svg(chart, found, await names_in(found)).encode(), headers=headers)


async def _statistics(request: Request) -> Statistics:
    """What the link is for, as its member may know it now. Raises HTTPException 403 and 404."""
    principal = await principal_of_link(request)
    first, _, last = request.path_params["days"].partition("_")
    try:
        period = Period(date.fromisoformat(first), date.fromisoformat(last))
        return await statistics(principal, period, request.path_params["regions"].split("-"), datetime.now(UTC))
    except (ValueError, NotFound, InvalidInput) as error:
        raise missing() from error
