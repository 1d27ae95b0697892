"""Commands about the documents that apps may send in production."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from kurir_api.cli.app import documents
from kurir_api.cli.prepared import REFUSED, over_database, prepared
from kurir_api.schema import build_schema
from kurir_api.schema.trusted import problems
from kurir_api.services.trusted.documents import Document, add_documents, listed_documents, remove_documents

ENDINGS = (".graphql", ".gql", ".json")
SHORTEST_BEGINNING = 8


class Unreadable(ValueError):
    """A file that holds no documents; the message says why."""


@documents.command()
def add(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|FOLDER...",
            help="Documents (.graphql, .gql: each file is one) and manifests of persisted queries (.json).",
        ),
    ],
) -> None:
    """Trust an app's documents. All must fit the schema and its limits, else none is added. Again changes nothing."""
    settings = prepared()
    found: list[Document] = []
    refused: list[str] = []
    schema = build_schema()
    for path in _files(paths):
        try:
            for document in _documents(path):
                found.append(document)
                refused += [f"{document.name}: {problem}" for problem in problems(schema, document.text)]
        except (OSError, Unreadable) as error:
            refused.append(f"{path}: {error}")
    if not found and not refused:
        refused.append(f"There is no file that ends in {', '.join(ENDINGS)}.")
    if refused:
        typer.echo("\n".join(refused), err=True)
        raise typer.Exit(REFUSED)
    new = over_database(settings, lambda: add_documents(found))
    typer.echo(f"{len(found)} documents, {new} of them new.")


@documents.command("list")
def list_documents() -> None:
    """Show what is trusted: hash, when it was added, name."""
    for document in over_database(prepared(), listed_documents):
        typer.echo(f"{document.sha256}  {document.added_at:%Y-%m-%d}  {document.name}")


@documents.command()
def remove(
    hashes: Annotated[list[str], typer.Argument(metavar="HASH...", help="Or its first eight digits or more.")],
) -> None:
    """Trust documents no longer. Apis that run answer them for up to a minute more."""
    if short := [beginning for beginning in hashes if len(beginning) < SHORTEST_BEGINNING]:
        typer.echo(f"{', '.join(short)}: give at least {SHORTEST_BEGINNING} digits of the hash.", err=True)
        raise typer.Exit(REFUSED)
    removed = over_database(prepared(), lambda: remove_documents(hashes))
    typer.echo(f"{removed} removed.")


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(file for file in path.rglob("*") if file.suffix in ENDINGS)
        else:
            yield path


def _documents(path: Path) -> Iterator[Document]:
    """Those of a file. Raises OSError, Unreadable."""
    try:
        text = path.read_bytes().decode()  # as it is: line ends are part of the hash
    except UnicodeDecodeError as error:
        raise Unreadable("not UTF-8") from error
    if path.suffix != ".json":
        yield Document(path.name, text)
        return
    try:
        operations: list[dict[str, Any]] = json.loads(text)["operations"]
        bodies = [(str(operation["name"]), str(operation["body"])) for operation in operations]
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable("not a manifest: an object with `operations`, each with `name` and `body`") from error
    yield from (Document(name, body) for name, body in bodies)
