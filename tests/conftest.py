"""One real PostgreSQL per test run; each test process works on its own copy of a migrated template."""

import asyncio
import os
import shutil
import tempfile
from base64 import b64encode
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
import structlog
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext

from kurir_api.database import EmbeddedPostgres, connect_arguments, database_url, migrate, tortoise_config
from kurir_api.settings import Settings, load_settings
from kurir_api.vault import open_vault
from tests.api import Api

# What an example takes is the machine's affair; bench/ measures.
hypothesis.settings.register_profile("kurir", deadline=None)
hypothesis.settings.load_profile("kurir")

TEMPLATE = "kurir_template"
SERVER_VARIABLE = "KURIR_TEST_SERVER"
FIGURE = "figure"
SECRETS = {
    name: b64encode(sha256(f"the tests' {name}".encode()).digest()).decode()
    for name in ("secret", "encryption_key", "index_key")
}
"""Made rather than written down: production refuses what can be guessed."""


PLENTY = {"rate_address": 1_000_000, "rate_member": 1_000_000}
"""So often tests may ask that aren't about how often one may."""


class Figures:
    """Prints, below the run, what a test measured of what the house promises."""

    def __init__(self, node: pytest.Item) -> None:
        self._node = node

    def __call__(self, promise: str, measured: str) -> None:
        """`promise`: what must hold, with its figure; `measured`: what did."""
        self._node.user_properties.append((FIGURE, f"{promise}: {measured}"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """The drills' length."""
    parser.addoption("--full", action="store_true", help="drills at full length (make faults)")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The figures, in order of their promises, whichever process measured them."""
    reports = [report for state in ("passed", "failed") for report in terminalreporter.stats.get(state, ())]
    lines = sorted(
        value
        for report in reports
        if report.when == "call"
        for name, value in report.user_properties
        if name == FIGURE
    )
    if lines:
        terminalreporter.section("what was promised, and measured")
        for line in lines:
            terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    """In the run's first process: start the server and migrate the template that all tests are copied from."""
    # A coloured traceback takes half a second.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*structlog.get_config()["processors"][:-1], plain])
    if hasattr(config, "workerinput"):
        return
    folder = Path(tempfile.mkdtemp(prefix="kurir-tests-"))
    server = EmbeddedPostgres(folder / "postgres", durable=False)
    server.start()
    os.environ[SERVER_VARIABLE] = server.url("{database}").replace("%7Bdatabase%7D", "{database}")
    asyncio.run(_make_template())

    def stop() -> None:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(stop)


def url_of(database: str) -> str:
    """The URL of a database on the run's server."""
    return os.environ[SERVER_VARIABLE].replace("{database}", database)


async def _make_template() -> None:
    await copy_database("template1", TEMPLATE)
    await migrate(url_of(TEMPLATE))


async def copy_database(template: str, name: str) -> None:
    """Make the database `name` anew as a copy of `template`."""
    connection = await asyncpg.connect(**connect_arguments(url_of("postgres")))
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await connection.close()


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Figures:
    """Notes a measured figure, which is printed below the run."""
    return Figures(request.node)


@pytest.fixture(scope="session")
def full(pytestconfig: pytest.Config) -> bool:
    """Whether drills run at full length."""
    return bool(pytestconfig.getoption("--full"))


@pytest.fixture(scope="session")
async def database(worker_id: str) -> str:
    """This test process's database: migrated and, before the first test, empty. Its URL."""
    await copy_database(TEMPLATE, f"kurir_{worker_id}")
    return url_of(f"kurir_{worker_id}")


@pytest.fixture(scope="session")
def settings(database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings over this process's database."""
    return load_settings(
        database_url=database_url_of(database), data_dir=tmp_path_factory.mktemp("data"), **PLENTY, **SECRETS
    )


def database_url_of(url: str) -> str:
    """The URL as `database_url(settings)` would give it."""
    return database_url(Settings(database_url=url, **SECRETS))


@pytest.fixture(scope="session")
async def opened(settings: Settings) -> AsyncIterator[TortoiseContext]:
    """This process's database, open: Tortoise takes longer to begin than most tests take. Current only within `db`:
    other tests open databases of their own.
    """
    context = TortoiseContext()
    with context:
        await context.init(tortoise_config(settings.database_url or ""))
    yield context
    with context:
        await context.close_connections()


@pytest.fixture
async def db(settings: Settings, opened: TortoiseContext) -> AsyncIterator[None]:
    """An open, empty database; emptied again afterwards."""
    open_vault(settings)
    with opened:
        yield
        await empty()


@pytest.fixture
async def api(settings: Settings) -> AsyncIterator[Api]:
    """The served application over an empty database; emptied again afterwards. Instead of `db`, not with it."""
    async with Api.opened(settings) as api:
        yield api
        await empty()


async def empty() -> None:
    """Remove every row and start the numbers again."""
    connection = get_connection("default")
    tables = await connection.execute_query_dict(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'"
    )
    names = [row["tablename"] for row in tables]
    # TRUNCATE makes every file of every table and index anew, which takes 150 ms instead of 2. Like it, this waits
    # for whoever still writes; a replica checks no foreign keys.
    await connection.execute_script(
        f"BEGIN; LOCK {', '.join(names)}; SET LOCAL session_replication_role = replica;"
        f" {'; '.join(f'DELETE FROM {name}' for name in names)}; COMMIT;"
        + "".join(f" ALTER SEQUENCE {of}_number RESTART;" for of in ("task", "case", "report", "referral", "letter"))
    )
