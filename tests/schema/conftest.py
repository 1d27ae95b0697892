"""The served application, once per module: starting and draining a real server takes longer than most tests."""

from collections.abc import AsyncIterator

import pytest

from kurir_api.settings import Settings
from tests.api import Api
from tests.conftest import empty


@pytest.fixture(scope="module")
async def served_api(settings: Settings) -> AsyncIterator[Api]:
    """The application, served while a module's tests run."""
    async with Api.opened(settings) as api:
        yield api


@pytest.fixture
async def api(served_api: Api) -> AsyncIterator[Api]:
    """The served application over an empty database; emptied again afterwards. Instead of `db`, not with it."""
    yield served_api
    await empty()
