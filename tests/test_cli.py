"""The `kurir` command as an operator meets it: what it prints, where, and with which exit code."""

import asyncio
import errno
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from graphql import build_schema as parse_schema
from typer.testing import CliRunner

from kurir_api.auth import Authenticator
from kurir_api.cli import kurir
from kurir_api.database import connect_arguments, migrate
from kurir_api.schema import build_schema
from kurir_api.settings import Settings
from tests.conftest import copy_database, url_of
from tests.factories import make_member
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment, serving

UNKNOWN_NUMBER = (
    "Nomor ini belum terdaftar. Minta koordinator mengundang Anda.\n"
    "This number is not registered. Ask your coordinator to invite you.\n"
)
NOT_A_NUMBER = (
    "Perbaiki isian: phone: Bukan nomor telepon; tulis seperti 0812-3456-7890.\n"
    "Correct the input: phone: Not a phone number; write it like 0812-3456-7890.\n"
)
COMMANDS = ("serve", "serve --workers 2", "worker", "demo", "demo --walk", "migrate", "token --phone 08123456789")
"""All that use the database."""


async def kurir_says(settings: Settings, *arguments: str, **variables: str) -> Ended:
    """What the command leaves, run in the office of these settings and variables."""
    return await run(KURIR, *arguments, env=environment(settings, **variables), cwd=settings.data_dir)


@pytest.fixture
def nobodys_port() -> Iterator[int]:
    """A port at which nobody listens, and can't."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
async def empty_database(worker_id: str) -> str:
    """The URL of a database without tables."""
    name = f"kurir_cli_{worker_id}"
    await copy_database("template1", name)
    return url_of(name)


async def tables(url: str) -> list[str]:
    """The tables of the database at `url`."""
    connection = await asyncpg.connect(**connect_arguments(url))
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        return [row["tablename"] for row in rows]
    finally:
        await connection.close()


class TestStarting:
    async def refused(self, settings: Settings, *commands: str, **variables: str) -> list[str]:
        """The lines with which each of the commands refuses to start with these settings, all alike."""
        ended = await asyncio.gather(*(kurir_says(settings, *one.split(), **variables) for one in commands))
        assert ended == [Ended(2, "", ended[0].err)] * len(commands)
        headline, *lines = ended[0].err.splitlines()
        assert headline == "Kurir can't start:"
        return lines

    @pytest.mark.parametrize("command", COMMANDS)
    def test_production_without_keys_is_told_to_make_them(self, settings: Settings, command: str) -> None:
        env = environment(settings, environment="production", secret="", encryption_key="", index_key="")
        env["KURIR_PUBLIC_URL"] = "https://kurir.example.go.id"

        result = CliRunner().invoke(kurir, command.split(), env=env)

        assert (result.exit_code, result.stdout) == (2, "")
        assert [line.partition(":")[0] for line in result.stderr.splitlines()] == [
            "Kurir can't start",
            "KURIR_SECRET",
            "KURIR_ENCRYPTION_KEY",
            "KURIR_INDEX_KEY",
        ]

    async def test_a_url_that_is_not_postgresql_is_told_how_one_looks(self, settings: Settings) -> None:
        lines = await self.refused(settings, "serve", "worker", database_url="mysql://u:open-sesame@db/kurir")

        assert lines == [
            "KURIR_DATABASE_URL: mysql is not PostgreSQL; set it like "
            "postgresql://user:password@host:5432/kurir?sslmode=verify-full"
        ]

    async def test_a_database_that_does_not_answer_is_told_where_it_was_sought(
        self, settings: Settings, nobodys_port: int
    ) -> None:
        url = f"postgresql://kurir:open-sesame@127.0.0.1:{nobodys_port}/kurir"

        lines = await self.refused(settings, "serve", "migrate", database_url=url)

        assert lines == [
            f"PostgreSQL does not answer at 127.0.0.1:{nobodys_port}/kurir; check KURIR_DATABASE_URL and that the "
            f"server runs ([Errno {errno.ECONNREFUSED}] Connect call failed ('127.0.0.1', {nobodys_port}))"
        ]

    async def test_tables_of_an_older_release_are_told_to_be_migrated(
        self, settings: Settings, empty_database: str
    ) -> None:
        steps = await migrate(empty_database, "0001_initial")
        assert steps == ["0001_initial"]

        lines = await self.refused(settings, "serve", "worker", database_url=empty_database)

        assert lines == [
            "The database's tables don't fit this release; missing: 0002_constraints, "
            "0003_dispatch, 0004_dispatch_rules, 0005_texts, 0006_ranking_indexes, "
            "0007_money, 0008_money_rules, 0009_desk, 0010_desk_rules, 0011_registry, "
            "0012_audit, 0013_sessions, 0014_surface, 0015_sync, 0016_places, 0017_erasure. Run: kurir migrate"
        ]

    async def test_a_taken_port_is_told_before_anything_is_served(self, settings: Settings) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            lines = await self.refused(settings, "serve --workers 2", "demo", port=str(port))

        assert lines == [
            f"KURIR_PORT: can't listen on 127.0.0.1, port {port} ({os.strerror(errno.EADDRINUSE)}); "
            "stop what listens there, or set KURIR_PORT (and KURIR_HOST) to another"
        ]

    async def test_a_second_api_at_the_same_port_leaves_the_first_alone(self, settings: Settings) -> None:
        async with serving(settings) as first:
            port = first.api.url.rpartition(":")[2]

            lines = await self.refused(settings, "serve", port=port)

            assert lines[0].startswith(f"KURIR_PORT: can't listen on 127.0.0.1, port {port}")
            assert await first.api.errors(None, "{ __typename }") == []

    async def test_the_demo_is_refused_in_production_before_it_touches_the_database(
        self, settings: Settings, empty_database: str
    ) -> None:
        office = {"environment": "production", "public_url": "https://kurir.example.go.id"}
        lines = await self.refused(settings, "demo", database_url=empty_database, **office)

        assert lines == ["KURIR_ENVIRONMENT: the demo's invented people don't belong in production"]
        assert await tables(empty_database) == []


class TestMigrate:
    async def test_it_names_every_step_and_then_has_nothing_to_do(
        self, settings: Settings, empty_database: str
    ) -> None:
        first = await kurir_says(settings, "migrate", database_url=empty_database)
        second = await kurir_says(settings, "migrate", database_url=empty_database)

        assert (first.code, first.out.splitlines()[:1]) == (0, ["0001_initial"])
        assert second == Ended(0, "Nothing to do: the tables fit this release.\n", "")
        assert "task" in await tables(empty_database)

    async def test_down_to_zero_removes_every_table(self, settings: Settings, empty_database: str) -> None:
        await migrate(empty_database, "0001_initial")

        ended = await kurir_says(settings, "migrate", "--to", "zero", database_url=empty_database)

        assert ended == Ended(0, "0001_initial\n", "")
        assert await tables(empty_database) == ["tortoise_migrations"]

    async def test_an_unknown_step_is_refused_and_changes_nothing(
        self, settings: Settings, empty_database: str
    ) -> None:
        ended = await kurir_says(settings, "migrate", "--to", "9999_future", database_url=empty_database)

        assert (ended.code, ended.out) == (1, "")
        assert ended.err.splitlines() == [
            "There is no migration called 9999_future: Unknown migration target models.9999_future"
        ]
        assert await tables(empty_database) == []


@pytest.mark.usefixtures("db")
class TestToken:
    async def test_it_prints_one_token_of_the_member_with_that_number(self, settings: Settings) -> None:
        member = await make_member(phone="+6281327000444")
        authenticator = Authenticator(settings)

        ended = await kurir_says(settings, "token", "--phone", "0813-2700-0444")

        assert (ended.code, ended.err) == (0, "")
        [token] = ended.out.splitlines()
        assert (await authenticator.principal(token)).member_id == member.id

    async def test_a_number_nobody_has_is_told_in_both_languages(self, settings: Settings) -> None:
        await make_member(phone="+6281327000444", active=False)

        unknown, inactive = await asyncio.gather(
            kurir_says(settings, "token", "--phone", "0813-2700-0555"),
            kurir_says(settings, "token", "--phone", "0813-2700-0444"),
        )

        assert unknown == inactive == Ended(1, "", UNKNOWN_NUMBER)

    async def test_what_is_no_number_is_told_how_one_looks(self, settings: Settings) -> None:
        assert await kurir_says(settings, "token", "--phone", "Bu Sri") == Ended(1, "", NOT_A_NUMBER)


class TestExportSchema:
    """It needs no settings and no database, so that anybody who writes a client can run it."""

    def test_it_prints_the_schema_that_is_served(self) -> None:
        result = CliRunner().invoke(kurir, ["export-schema"], env={"KURIR_PORT": "none"})

        assert (result.exit_code, result.stderr) == (0, "")
        assert result.stdout == f"{build_schema().as_str()}\n"
        assert parse_schema(result.stdout).mutation_type is not None

    def test_it_writes_a_file(self, tmp_path: Path) -> None:
        result = CliRunner().invoke(kurir, ["export-schema", str(tmp_path / "kurir.graphql")])

        assert (result.exit_code, result.output) == (0, "")
        assert (tmp_path / "kurir.graphql").read_text() == f"{build_schema().as_str()}\n"

    def test_a_file_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        path = tmp_path / "nowhere" / "kurir.graphql"

        result = CliRunner().invoke(kurir, ["export-schema", str(path)])

        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == f"{path} can't be written (No such file or directory).\n"


def test_without_a_command_it_tells_what_there_is() -> None:
    result = CliRunner().invoke(kurir, [])

    assert {"serve", "worker", "demo", "migrate", "token", "export-schema"} <= set(result.output.split())
