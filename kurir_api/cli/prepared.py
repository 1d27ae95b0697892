"""What commands need before they can do anything: settings, logs, a database that fits."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
import typer

from kurir_api.database import connected, database_url, pending_migrations
from kurir_api.database import migrate as migrate_database
from kurir_api.errors import ClientError
from kurir_api.logs import configure_logging
from kurir_api.settings import Settings, SettingsError, load_settings
from kurir_api.vault import open_vault
from kurir_api.weaknesses import warnings

WRONG_SETTINGS = 2
REFUSED = 1
T = TypeVar("T")


def prepared(*, quiet: bool = False) -> Settings:
    """The settings, with logs as they say. `quiet`: what is printed is for people, who needn't read of every request
    unless they ask for it.
    """
    settings = load_settings()
    quiet = quiet and "log_level" not in settings.model_fields_set
    configure_logging(settings.model_copy(update={"log_level": "WARNING"}) if quiet else settings)
    for line in warnings(settings):
        structlog.get_logger("kurir.settings").warning("settings", what=line)
    return settings


async def fit_tables(settings: Settings) -> None:
    """Migrate a database of our own; refuse to work with another that lacks migrations. Raises SettingsError."""
    url = database_url(settings)
    if settings.database_url is None:
        await migrate_database(url)
        return
    async with connected(url, minsize=1, maxsize=1):
        pending = await pending_migrations()
    if pending:
        raise SettingsError(
            f"The database's tables don't fit this release; missing: {', '.join(pending)}. Run: kurir migrate"
        )


def over_database(settings: Settings, work: Callable[[], Awaitable[T]]) -> T:
    """What `work` gives over the office's database; a refusal is told in both languages and ends the command."""

    async def done() -> T:
        await fit_tables(settings)
        open_vault(settings)
        async with connected(database_url(settings), minsize=1, maxsize=1):
            return await work()

    try:
        return asyncio.run(done())
    except ClientError as error:
        typer.echo(f"{error.message('id')}\n{error.message('en')}", err=True)
        raise typer.Exit(REFUSED) from error
