"""Two api processes over one database: what only real processes show."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from kurir_api.settings import Settings
from tests.api import Api
from tests.processes.office import serving


@pytest.fixture(scope="session")
async def two_apis(settings: Settings) -> AsyncIterator[tuple[Api, Api]]:
    """Clients of two api processes, which run as long as the tests that want them."""
    async with AsyncExitStack() as stack:
        first, second = await asyncio.gather(*(stack.enter_async_context(serving(settings)) for _ in range(2)))
        yield first.api, second.api
