"""Reading URLs, the PostgreSQL that comes with Kurir, and migrating: what must hold when processes die or race."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest
from tortoise.connection import get_connection

from kurir_api.database import (
    DatabaseUnavailable,
    EmbeddedPostgres,
    connect_arguments,
    connected,
    database_url,
    migrate,
    tortoise_config,
)
from kurir_api.settings import Settings, SettingsError
from tests.conftest import SECRETS, copy_database, url_of

NOBODY_LISTENS = "postgresql://kurir:open-sesame@127.0.0.1:1/kurir"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "asyncpg"])
def test_every_spelling_of_postgresql_becomes_the_one_tortoise_knows(scheme: str) -> None:
    settings = Settings(database_url=f"{scheme}://u:p@db:6432/kurir?sslmode=require", **SECRETS)
    assert database_url(settings) == "asyncpg://u:p@db:6432/kurir?sslmode=require"


def test_a_url_is_taken_apart_with_its_escapes_undone() -> None:
    found = connect_arguments("postgresql://k%40rir:p%2Fw%5B@db.example.go.id:6432/kurir?connect_timeout=3")
    assert found == {
        "host": "db.example.go.id",
        "port": 6432,
        "user": "k@rir",
        "password": "p/w[",
        "database": "kurir",
        "timeout": 3,
        "server_settings": {"application_name": "kurir", "timezone": "UTC"},
    }


def test_a_socket_folder_is_given_as_host() -> None:
    found = connect_arguments("postgresql://postgres@/kurir?host=/var/run/postgresql")
    assert (found["host"], found["port"]) == ("/var/run/postgresql", 5432)


def test_pool_sizes_in_the_url_win() -> None:
    def sizes(url: str) -> tuple[int, int]:
        credentials = tortoise_config(url, minsize=3, maxsize=9).to_dict()["connections"]["default"]["credentials"]
        return credentials["minsize"], credentials["maxsize"]

    assert sizes("postgresql://db/kurir") == (3, 9)
    assert sizes("postgresql://db/kurir?minsize=1&maxsize=4") == (1, 4)


@pytest.mark.parametrize(
    ("option", "asked"),
    [
        ("sslmode=disable", "disable"),
        ("sslmode=require", "require"),
        ("ssl=false", "disable"),
        ("ssl=allow", "allow"),
    ],
)
def test_an_encryption_that_checks_nobody_is_left_to_asyncpg(option: str, asked: str) -> None:
    assert connect_arguments(f"postgresql://db/kurir?{option}")["ssl"] == asked


@pytest.mark.parametrize(
    ("option", "name_is_checked"), [("sslmode=verify-full", True), ("ssl=true", True), ("sslmode=verify-ca", False)]
)
def test_an_encryption_that_checks_verifies_the_certificate(option: str, name_is_checked: bool) -> None:
    context = connect_arguments(f"postgresql://db/kurir?{option}")["ssl"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, name_is_checked)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://u:open-sesame@db/kurir", "mysql is not PostgreSQL"),
        ("u:open-sesame", "u is not PostgreSQL"),
        ("postgresql://u:open-sesame@db", "it names no database"),
        ("postgresql://u:open-sesame@db:many/kurir", "its host or port can't be read"),
        ("postgresql://u:open-sesame@db/kurir?maxsize=many", "maxsize must be a whole number"),
        ("postgresql://u:open-sesame@db/kurir?sslmode=maybe", "sslmode must be one of disable, allow, prefer"),
        ("postgresql://u:open-sesame@db/kurir?sslmode=verify-ca&sslrootcert=/nowhere", "the sslrootcert /nowhere"),
        (
            "postgresql://u:open-sesame@db/kurir?gssapi=x",
            "the option gssapi is not known; known are",
        ),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_with_the_reason_and_without_the_password(url: str, why: str) -> None:
    with pytest.raises(SettingsError) as refused:
        connect_arguments(url)
    assert str(refused.value).startswith(f"KURIR_DATABASE_URL: {why}")
    assert "open-sesame" not in str(refused.value)


async def test_a_silent_server_is_named_with_the_setting_to_look_at() -> None:
    with pytest.raises(DatabaseUnavailable) as refused:
        async with connected(NOBODY_LISTENS):
            pytest.fail("connected to nothing")
    assert str(refused.value).startswith(
        "PostgreSQL does not answer at 127.0.0.1:1/kurir; check KURIR_DATABASE_URL and that the server runs"
    )


async def test_a_missing_database_is_named() -> None:
    with pytest.raises(DatabaseUnavailable, match=r"There is no such database at .*:5432/never_made; create it"):
        await migrate(url_of("never_made"))


async def test_processes_that_migrate_together_do_each_step_once(worker_id: str) -> None:
    database = f"kurir_race_{worker_id}"
    await copy_database("template1", database)

    done = await asyncio.gather(*(migrate(url_of(database)) for _ in range(4)))

    assert sorted(map(len, done))[:3] == [0, 0, 0]
    steps = max(done, key=len)
    assert steps[0] == "0001_initial"
    assert steps == sorted(set(steps))
    async with connected(url_of(database)):
        assert await migration_names() == steps


async def test_an_unknown_target_changes_nothing(worker_id: str) -> None:
    database = f"kurir_target_{worker_id}"
    await copy_database("template1", database)

    with pytest.raises(ValueError, match="9999_future"):
        await migrate(url_of(database), "9999_future")

    assert await tables(database) == []


async def test_a_server_outlives_a_killed_holder_and_stops_with_the_last(tmp_path: Path) -> None:
    folder = tmp_path / "a folder's own" / "postgres"
    holder = hold(folder)
    joined = EmbeddedPostgres(folder, durable=False)
    joined.start()
    os.kill(holder.pid, signal.SIGKILL)
    holder.communicate()

    assert await answer(joined.url()) == 1
    url = joined.url()
    joined.stop()
    with pytest.raises((ConnectionError, FileNotFoundError)):
        await answer(url)


async def test_a_server_starts_after_its_own_death_though_its_number_is_taken(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    server.start()
    pid_file = tmp_path / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:], ""]))

    server.start()

    assert await answer(server.url()) == 1
    server.stop()


async def test_a_path_too_long_for_a_socket_works(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / ("long" * 30) / "postgres", durable=False)
    server.start()
    assert await answer(server.url()) == 1
    server.stop()


def test_a_folder_that_cannot_be_made_is_told_with_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match=r"^KURIR_DATA_DIR: PostgreSQL can't be kept in .*file/data/postgres"):
        EmbeddedPostgres(tmp_path / "file" / "data" / "postgres").start()


def test_a_folder_of_another_version_is_refused_untouched(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("12\n")
    with pytest.raises(SettingsError, match=r"was made by PostgreSQL 12, and this release brings 18"):
        EmbeddedPostgres(folder).start()
    assert [file.name for file in folder.iterdir()] == ["PG_VERSION"]


def hold(folder: Path) -> "subprocess.Popen[str]":
    """Another process that has started the server over `folder` and waits."""
    code = (
        "import sys; from pathlib import Path; from kurir_api.database import EmbeddedPostgres\n"
        "EmbeddedPostgres(Path(sys.argv[1]), durable=False).start(); print('up', flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(  # noqa: S603  # this very Python
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    return process


async def answer(url: str) -> int:
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        return int(await connection.fetchval("SELECT 1"))
    finally:
        await connection.close()


async def migration_names() -> list[str]:
    rows = await get_connection("default").execute_query_dict("SELECT name FROM tortoise_migrations ORDER BY id")
    return [row["name"] for row in rows]


async def tables(database: str) -> list[str]:
    connection = await asyncpg.connect(**connect_arguments(url_of(database)))
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    finally:
        await connection.close()
    return [row["tablename"] for row in rows]
