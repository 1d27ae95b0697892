"""The database: where it is, opening it, and bringing its tables up to date.

Without KURIR_DATABASE_URL a PostgreSQL of our own runs in the data folder (`embedded.py`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

from asyncpg.exceptions import InvalidAuthorizationSpecificationError, InvalidCatalogNameError, PostgresError
from tortoise.config import AppConfig, ConnectionConfig, TortoiseConfig
from tortoise.connection import get_connection
from tortoise.context import TortoiseContext
from tortoise.exceptions import DBConnectionError
from tortoise.migrations.executor import MigrationExecutor, MigrationTarget
from tortoise.migrations.schema_editor import AsyncpgSchemaEditor
from tortoise.transactions import in_transaction

from kurir_api.database.address import arguments, normalised, place
from kurir_api.database.client import GONE, DatabaseDown
from kurir_api.database.embedded import EmbeddedPostgres
from kurir_api.database.programs import client_environment, program_for
from kurir_api.settings import Settings, SettingsError

__all__ = [
    "GONE",
    "DatabaseDown",
    "DatabaseUnavailable",
    "EmbeddedPostgres",
    "client_environment",
    "connect_arguments",
    "connected",
    "database_url",
    "known_migrations",
    "migrate",
    "pending_migrations",
    "program_for",
    "tortoise_config",
]

APP = "models"
OLDEST_POSTGRESQL = 15
ANSWER_SECONDS = 10
"""How long a statement may take of which somebody waits for the answer; also one of a connection that listens."""

NETWORK_SECONDS = 2
"""How much longer the server's answer may be on its way: then it can't be reached."""

FORGOTTEN = {
    "idle_in_transaction_session_timeout": "15s",
    "tcp_keepalives_idle": "60",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
}
"""How soon the server ends what it keeps for a process that is gone without a word, and frees what that locked."""

MIGRATION_LOCK = 0x6B75726972  # "kurir": one number for all processes, in PostgreSQL's advisory locks
EMPTY = "zero"
MIGRATIONS = "kurir_api.models.migrations"
MODELS = AppConfig(models=["kurir_api.models"], default_connection="default", migrations=MIGRATIONS)


class DatabaseUnavailable(SettingsError):
    """PostgreSQL did not let us in; the message says where, why and which setting to look at."""


def database_url(settings: Settings) -> str:
    """The URL to connect to; starts the embedded PostgreSQL when no other is set.

    An embedded server runs until the last process that called this has ended. Blocks for about a second
    on a new data folder. Raises SettingsError.
    """
    if settings.database_url:
        return normalised(settings.database_url)
    return _kept_alive(settings.data_dir.absolute() / "postgres").url()


@cache
def _kept_alive(folder: Path) -> EmbeddedPostgres:
    server = EmbeddedPostgres(folder)
    server.start()
    return server


def connect_arguments(url: str) -> dict[str, Any]:
    """The arguments of a plain `asyncpg.connect` for `url`: what LISTEN and COPY want, outside the pool."""
    found = arguments(url)
    settings = {"application_name": found.pop("application_name"), "timezone": "UTC"}
    return {key: value for key, value in found.items() if key not in ("minsize", "maxsize")} | {
        "server_settings": settings
    }


def tortoise_config(
    url: str, *, minsize: int = 2, maxsize: int = 20, answer_seconds: int | None = None
) -> TortoiseConfig:
    """What Tortoise needs for `url`; pool sizes are connections, and those in the URL win. A statement may take
    `answer_seconds`, None for ever.
    """
    credentials = connect_arguments(url) | {"minsize": minsize, "maxsize": maxsize}
    credentials |= {key: value for key, value in arguments(url).items() if key in ("minsize", "maxsize")}
    if answer_seconds is not None:
        # The server ends it, so that the connection can be used again; if it can't be reached, we do.
        credentials["command_timeout"] = answer_seconds + NETWORK_SECONDS
        credentials["server_settings"] |= FORGOTTEN | {"statement_timeout": f"{answer_seconds}s"}
    return TortoiseConfig(
        connections={"default": ConnectionConfig(engine="kurir_api.database.client", credentials=credentials)},
        apps={APP: MODELS},
        use_tz=True,
        timezone="UTC",
    )


@asynccontextmanager
async def connected(
    url: str, *, minsize: int = 2, maxsize: int = 20, every_task: bool = False, answer_seconds: int | None = None
) -> AsyncIterator[None]:
    """Open the models' connections for the current task and those it starts; close them after. A statement that
    takes longer than `answer_seconds` raises DatabaseDown, as does every other that the server doesn't do.

    `every_task=True` is for the api's lifespan: servers run it in one task and requests in others. Only one
    such opening per process at a time. Raises DatabaseUnavailable, SettingsError.
    """
    context = TortoiseContext()
    with context:
        try:
            await context.init(
                tortoise_config(url, minsize=minsize, maxsize=maxsize, answer_seconds=answer_seconds),
                _enable_global_fallback=every_task,
            )
            await _check(context, url)
            yield
        finally:
            await context.close_connections()


async def _check(context: TortoiseContext, url: str) -> None:
    """Open the pool now, so that a wrong URL is told at the start and not to the first request."""
    try:
        _, rows = await context.db().execute_query(
            "SELECT current_setting('server_version_num')::int / 10000 AS version"
        )
    except DatabaseDown as error:
        raise DatabaseUnavailable(_why(error.__cause__ or error, url)) from error
    except (DBConnectionError, PostgresError) as error:
        raise DatabaseUnavailable(_why(error, url)) from error
    if rows[0]["version"] < OLDEST_POSTGRESQL:
        raise DatabaseUnavailable(
            f"KURIR_DATABASE_URL: PostgreSQL at {place(url)} is {rows[0]['version']}; "
            f"Kurir needs {OLDEST_POSTGRESQL} or newer"
        )


def _why(error: BaseException, url: str) -> str:
    where = place(url)
    match error:
        case InvalidAuthorizationSpecificationError():
            return f"PostgreSQL at {where} refuses the user or password; check both in KURIR_DATABASE_URL"
        case DBConnectionError() | InvalidCatalogNameError():
            return f"There is no such database at {where}; create it, or mend KURIR_DATABASE_URL"
        case OSError():
            return (
                f"PostgreSQL does not answer at {where}; check KURIR_DATABASE_URL and that the server runs "
                f"({error or type(error).__name__})"
            )
        case _:
            return f"PostgreSQL at {where} can't be used: {error}"


async def migrate(url: str, target: str | None = None) -> list[str]:
    """Bring the tables up to the newest migration, or up or down to `target`; the names of the steps done.

    `target` is a migration's name; "zero" undoes them all. Safe to run from many processes at once: they
    queue on an advisory lock. One transaction: a step that fails leaves everything as it was.
    Raises DatabaseUnavailable, and ValueError for an unknown target.
    """
    done: list[str] = []

    def progress(event: str, _app: str, name: str) -> None:
        if event.endswith("_done"):
            done.append(name)

    name = "__latest__" if target is None else "__first__" if target == EMPTY else target
    async with connected(url, minsize=1, maxsize=1), in_transaction("default") as transaction:
        # Tortoise takes no lock of its own, and the second of two starting processes would fail.
        await transaction.execute_query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK])
        executor = MigrationExecutor(transaction, {APP: MODELS.to_dict()})
        # Tortoise looks for its own table before making it; that failure would end the transaction.
        await executor.recorder.ensure_schema(AsyncpgSchemaEditor(transaction, atomic=False))
        await executor.migrate([MigrationTarget(APP, name)], progress=progress)
    return done


def known_migrations() -> list[str]:
    """The migrations of this release, in order."""
    return sorted(module.name for module in iter_modules(import_module(MIGRATIONS).__path__))


async def pending_migrations() -> list[str]:
    """The migrations that the open database still lacks, in order."""
    names = known_migrations()
    connection = get_connection("default")
    rows = await connection.execute_query_dict("SELECT to_regclass('tortoise_migrations') IS NOT NULL AS migrated")
    if rows[0]["migrated"]:
        rows = await connection.execute_query_dict("SELECT name FROM tortoise_migrations WHERE app = $1", [APP])
        done = {row["name"] for row in rows}
        names = [name for name in names if name not in done]
    return names
