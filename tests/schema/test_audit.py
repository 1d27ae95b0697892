"""The published GraphQL over HTTP audits, all of them, against a real server."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.schema.toy import toy_app, toy_view
from tests.servers import served

AUDIT = Path(__file__).parent.parent / "contract" / "graphql_http"


@pytest.mark.npm
async def test_passes_all_61_audits_of_graphql_over_http() -> None:
    assert (AUDIT / "node_modules").is_dir(), "The audits are not installed: run `make npm`."

    async with served(toy_app(toy_view())) as url:
        audit = await asyncio.create_subprocess_exec(
            "node", AUDIT / "audit.mjs", f"{url}/graphql", stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await audit.communicate()

    results = json.loads(printed)
    assert [result for result in results if result["status"] != "ok"] == []
    assert len(results) == 61
