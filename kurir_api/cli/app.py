"""The command itself, and how it ends when the settings are wrong."""

import signal
import sys
from typing import Any

import typer
from typer.core import TyperGroup

from kurir_api.cli.prepared import WRONG_SETTINGS
from kurir_api.settings import SettingsError


class _Commands(TyperGroup):
    """Wrong settings are the operator's to mend: the lines that say how, and no traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except SettingsError as error:
            typer.echo(f"Kurir can't start:\n{error}", err=True)
            raise typer.Exit(WRONG_SETTINGS) from error


kurir = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Kurir: an office and its partners accompany patients. Settings are environment variables, KURIR_...; "
    "see .env.example. Without any, Kurir runs for development, with a PostgreSQL of its own.",
)

books = typer.Typer(no_args_is_help=True, help="The books of work and money.")
kurir.add_typer(books, name="books")
inbox = typer.Typer(no_args_is_help=True, help="Messages that could not be dealt with, as `kurir doctor` lists them.")
kurir.add_typer(inbox, name="inbox")

audit = typer.Typer(no_args_is_help=True, help="The log of who read and wrote patients' data.")
kurir.add_typer(audit, name="audit")
privacy = typer.Typer(no_args_is_help=True, help="What a person may ask of the office, and what a breach asks of it.")
kurir.add_typer(privacy, name="privacy")
documents = typer.Typer(no_args_is_help=True, help="The GraphQL documents that apps may send in production.")
kurir.add_typer(documents, name="documents")


def main() -> None:
    """The console script."""
    # Without a handler of ours the process would end at once, and leave the embedded PostgreSQL running.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    kurir()
