"""The demo is loaded once; what only reads it shares it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from kurir_api.database import connected
from kurir_api.demo.load import Demo, load
from kurir_api.settings import Settings
from kurir_api.vault import open_vault
from tests.conftest import TEMPLATE, copy_database, database_url_of, url_of
from tests.counting import Statements


@dataclass(frozen=True)
class Loaded:
    """A database with the demo as it is right after loading, and the statements that took."""

    name: str
    url: str
    demo: Demo
    statements: list[str]


@pytest.fixture(scope="session")
async def loaded(settings: Settings, worker_id: str) -> Loaded:
    """The demo, loaded into a database of its own, which no test may change."""
    name = f"kurir_demo_{worker_id}"
    await copy_database(TEMPLATE, name)
    open_vault(settings)
    url = database_url_of(url_of(name))
    async with connected(url):
        with Statements() as statements:
            demo = await load(settings)
    return Loaded(name, url, demo, statements.sent)


@pytest.fixture
async def demo(settings: Settings, loaded: Loaded) -> AsyncIterator[Demo]:
    """Whom one may be, over the open database of the loaded demo. Instead of `db`, not with it."""
    open_vault(settings)
    async with connected(loaded.url, every_task=True):
        yield loaded.demo
