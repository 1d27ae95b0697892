"""One real PostgreSQL per test run; each test process works on its own copy of a migrated template."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
from tortoise.connection import get_connection

from kurir_api.database import EmbeddedPostgres, connect_arguments, connected, database_url, migrate
from kurir_api.settings import Settings, load_settings
from kurir_api.vault import open_vault
from tests.api import Api

TEMPLATE = "kurir_template"
SERVER_VARIABLE = "KURIR_TEST_SERVER"
SECRETS = {
    "secret": "a-secret-that-only-the-tests-know-0123456789",
    "encryption_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "index_key": "YWJjZGVmZ2hpamFiY2RlZmdoaWphYmNkZWZnaGlqYWI=",
}


def pytest_configure(config: pytest.Config) -> None:
    """In the run's first process: start the server and migrate the template that all tests are copied from."""
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


@pytest.fixture(scope="session")
async def database(worker_id: str) -> str:
    """This test process's database: migrated and, before the first test, empty. Its URL."""
    await copy_database(TEMPLATE, f"kurir_{worker_id}")
    return url_of(f"kurir_{worker_id}")


@pytest.fixture(scope="session")
def settings(database: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings over this process's database."""
    return load_settings(database_url=database_url_of(database), data_dir=tmp_path_factory.mktemp("data"), **SECRETS)


def database_url_of(url: str) -> str:
    """The URL as `database_url(settings)` would give it."""
    return database_url(Settings(database_url=url, **SECRETS))


@pytest.fixture
async def db(settings: Settings) -> AsyncIterator[None]:
    """An open, empty database; emptied again afterwards."""
    open_vault(settings)
    async with connected(settings.database_url or "", every_task=True):
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
