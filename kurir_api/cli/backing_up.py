"""Commands by which nothing is lost when the machine is."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from kurir_api.cli.app import kurir
from kurir_api.cli.prepared import REFUSED, prepared
from kurir_api.database import database_url
from kurir_api.errors import ClientError
from kurir_api.services.backup.back_up import DONE, back_up
from kurir_api.services.backup.examine import examined
from kurir_api.services.backup.keys import identities_in, make_key, recipients_of
from kurir_api.services.backup.restore import Backup, read_through, restore
from kurir_api.storage import Storage
from kurir_api.vault import open_vault
from kurir_api.worker import utc_now


@kurir.command("backup-key")
def backup_key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write the key that opens backups.")],
) -> None:
    """Make a key for backups and print its recipient, age1..., for `kurir backup`. Whoever has the file reads every
    backup made for it, and without it nobody does: keep it in a safe, and not on the office's machine.
    """
    with _refusals():
        typer.echo(make_key(file))


@kurir.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="A new file, or a folder for one.")],
    recipient: Annotated[
        list[str], typer.Option(metavar="age1...", help="Whose key opens it; again for more. `kurir backup-key`.")
    ],
) -> None:
    """Write the database and all stored files into one file, sealed for the recipients. Kurir goes on meanwhile. The
    keys (KURIR_..._KEY, KURIR_SECRET) are not in it. Status 1: nothing was written, or some receipts lack their file.
    """
    settings = prepared(quiet=True)
    open_vault(settings)
    url, storage = database_url(settings), Storage.opened(settings)
    with _refusals():
        done = asyncio.run(back_up(url, storage, target, recipients_of(recipient), utc_now()))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    (settings.data_dir / DONE).touch()
    typer.echo(
        f"{done.path}: {done.contents.rows} rows of {len(done.contents.tables)} tables, {done.files} files, "
        f"{done.size} bytes."
    )
    for receipt in done.missing:
        typer.echo(f"receipt {receipt}: its file is not in the storage", err=True)
    if done.missing:
        raise typer.Exit(REFUSED)


@kurir.command("restore")
def restore_backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `kurir backup` made.")],
    identity: Annotated[Path, typer.Option(metavar="KEYFILE", help="The file that `kurir backup-key` made.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="The database may hold something, which goes for good.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only read all of it, and change nothing.")] = False,
) -> None:
    """Make the database and the stored files what a backup says: in one transaction, compared with the backup table
    by table, then examined. The api and the workers must be stopped. Status 1: it was refused, and the database is as
    it was; or it was restored, and what is printed is not well.
    """
    settings = prepared(quiet=True)
    open_vault(settings)
    with _refusals():
        keys = identities_in(identity)
        if check:
            typer.echo(_summary("Whole", read_through(file, keys)))
            return
        url, storage = database_url(settings), Storage.opened(settings)
        found = asyncio.run(restore(url, storage, file, keys, replace=replace))
    typer.echo(_summary("Restored", found))
    if found.pending:
        typer.echo(f"It is of an older release, and lacks {', '.join(found.pending)}. Now run: kurir migrate")
        return
    faults = asyncio.run(examined(settings, url))
    for fault in faults:
        typer.echo(fault, err=True)
    if faults:
        raise typer.Exit(REFUSED)


def _summary(what: str, found: Backup) -> str:
    return (
        f"{what}: the office as of {found.at:%Y-%m-%d %H:%M} UTC, {found.contents.rows} rows of "
        f"{len(found.contents.tables)} tables, {found.files} files."
    )


@contextmanager
def _refusals() -> Iterator[None]:
    """What is refused is told in both languages, and ends the command."""
    try:
        yield
    except ClientError as error:
        typer.echo(f"{error.message('id')}\n{error.message('en')}", err=True)
        raise typer.Exit(REFUSED) from error
