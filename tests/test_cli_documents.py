"""`kurir documents`: what apps may send in production."""

import asyncio
import json
from pathlib import Path

import pytest

from kurir_api.services.trusted.documents import listed_documents
from kurir_api.settings import Settings
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment

pytestmark = pytest.mark.usefixtures("db")
ME, TASKS = "query Me { me { name } }\r\n", "query Tasks { nearbyTasks(first: 5) { edges { node { title } } } }"


async def kurir_says(settings: Settings, *arguments: str | Path) -> Ended:
    """What the command leaves."""
    command = ("documents", *map(str, arguments))
    return await run(KURIR, *command, env=environment(settings), cwd=settings.data_dir)


async def test_files_and_manifests_are_added_and_of_those_with_one_that_does_not_fit_none(
    settings: Settings, tmp_path: Path
) -> None:
    app, broken = tmp_path / "app", tmp_path / "broken"
    app.mkdir()
    broken.mkdir()
    (app / "Me.graphql").write_bytes(ME.encode())
    manifest = {"version": 1, "operations": [{"name": "Tasks", "body": TASKS, "type": "query"}]}
    (app / "manifest.json").write_text(json.dumps(manifest))
    (broken / "Fine.graphql").write_text("query Fine { me { id } }")
    (broken / "Nama.graphql").write_text("{ me { nama } }")
    (broken / "odd.json").write_text("[]")

    added, refused = await asyncio.gather(kurir_says(settings, "add", app), kurir_says(settings, "add", broken))

    assert added == Ended(0, "2 documents, 2 of them new.\n", "")
    assert refused.code == 1
    assert refused.err.splitlines() == [
        "Nama.graphql: Cannot query field 'nama' on type 'Member'. Did you mean 'name'?",
        f"{broken / 'odd.json'}: not a manifest: an object with `operations`, each with `name` and `body`",
    ]
    assert [(document.name, document.document) for document in await listed_documents()] == [
        ("Me.graphql", ME),
        ("Tasks", TASKS),
    ]
