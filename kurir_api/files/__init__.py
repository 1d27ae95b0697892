"""Files over HTTP: what is sent in, and what short-lived links lead to."""

import asyncio

from starlette.routing import BaseRoute

from kurir_api.files.family import family_routes
from kurir_api.files.letters import letter_routes
from kurir_api.files.receipts import receipt_routes
from kurir_api.files.statements import statement_routes
from kurir_api.files.statistics import statistics_routes
from kurir_api.files.verify import verify_routes
from kurir_api.files.years import year_routes

__all__ = ["file_routes"]

DOCUMENTS_AT_ONCE = 2
"""Documents being made by a process; the others wait."""


def file_routes() -> list[BaseRoute]:
    """Everything under /receipts, /statements and the like. Settings and storage: in `app.state.services`."""
    slots = asyncio.Semaphore(DOCUMENTS_AT_ONCE)
    return [
        *letter_routes(slots),
        *receipt_routes(),
        *statement_routes(slots),
        *statistics_routes(),
        *verify_routes(),
        *family_routes(),
        *year_routes(slots),
    ]
