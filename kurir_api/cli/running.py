"""Commands that run Kurir, and what developers of clients need."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import structlog
import typer

from kurir_api.app import create_app
from kurir_api.auth import issue_token
from kurir_api.cli.app import kurir
from kurir_api.cli.prepared import REFUSED, fit_tables, over_database, prepared
from kurir_api.database import database_url
from kurir_api.database import migrate as migrate_database
from kurir_api.demo.client import WalkFailed
from kurir_api.demo.run import run_demo, run_walk
from kurir_api.dispatch.senders import PushSender, sender_named
from kurir_api.schema import build_schema
from kurir_api.server import Server, base_url, listening, serve_in_processes
from kurir_api.services.phones import e164
from kurir_api.services.sessions.granting import sign_in_by_operator
from kurir_api.settings import Settings
from kurir_api.telemetry.tracing import start_tracing
from kurir_api.vault import open_vault
from kurir_api.watch.metrics import worker_served
from kurir_api.worker import equipped, utc_now


@kurir.command()
def serve(
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes that answer side by side; one per CPU core is plenty.")
    ] = 1,
) -> None:
    """Answer the apps and the console, at KURIR_HOST and KURIR_PORT, until stopped with Ctrl-C or SIGTERM."""
    settings = prepared()
    start_tracing("kurir-api")
    asyncio.run(fit_tables(settings))
    with listening(settings) as listener:
        structlog.get_logger("kurir.serve").info("listening", url=base_url(listener))
        if workers == 1:
            asyncio.run(Server(create_app(settings), settings).serve([listener]))
        else:
            serve_in_processes(listener, settings, workers)


@kurir.command()
def worker() -> None:
    """Send alerts and notifications when they are due, until stopped. Run one or more beside `kurir serve`."""
    settings = prepared()
    start_tracing("kurir-worker")
    asyncio.run(_work(settings))


@kurir.command()
def demo(
    walk: Annotated[
        bool, typer.Option("--walk", help="Play the main job through the API, say what happens, and end.")
    ] = False,
) -> None:
    """Try Kurir out: the api and a worker over two regencies and invented people, until stopped with Ctrl-C."""
    settings = prepared(quiet=True)
    try:
        asyncio.run((run_walk if walk else run_demo)(settings, _sender(settings), typer.echo))
    except WalkFailed as error:
        typer.echo(f"The walk ended early. {error}", err=True)
        raise typer.Exit(REFUSED) from error


@kurir.command()
def migrate(
    to: Annotated[
        str | None,
        typer.Option(metavar="NAME", help='Go to this migration, up or down; "zero" removes every table and row.'),
    ] = None,
) -> None:
    """Bring the database's tables up to this release. Run it before the first start and after every update."""
    settings = prepared()
    try:
        done = asyncio.run(migrate_database(database_url(settings), to))
    except ValueError as error:
        typer.echo(f"There is no migration called {to}: {error}", err=True)
        raise typer.Exit(REFUSED) from error
    typer.echo("\n".join(done) or "Nothing to do: the tables fit this release.")


@kurir.command()
def token(
    phone: Annotated[str, typer.Option(help="The member's phone number, such as 0812-3456-7890.")],
) -> None:
    """Print an access token for a member, to try the API with. It is as good as the member's own: keep it safe. It is
    a session of theirs, "kurir token", which can be ended like any other.
    """
    settings = prepared()
    grant = over_database(settings, lambda: sign_in_by_operator(e164(phone, "phone"), utc_now()))
    typer.echo(issue_token(settings, grant.member_id, session_id=grant.session_id))


@kurir.command()
def export_schema(
    file: Annotated[Path | None, typer.Argument(help="Where to write it; default standard output.")] = None,
) -> None:
    """Write the GraphQL schema in GraphQL's own language, for those who write clients."""
    text = f"{build_schema().as_str()}\n"
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text)
    except OSError as error:
        typer.echo(f"{file} can't be written ({error.strerror}).", err=True)
        raise typer.Exit(REFUSED) from error


async def _work(settings: Settings) -> None:
    await fit_tables(settings)
    open_vault(settings)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with equipped(settings, _sender(settings)) as working, worker_served(settings):
        structlog.get_logger("kurir.worker").info("working")
        await working.run(stop)


def _sender(settings: Settings) -> PushSender:
    credentials = settings.firebase_credentials
    return sender_named(
        settings.push_sender,
        credentials=str(credentials) if credentials else None,
        project_id=settings.firebase_project,
    )
