"""The published GraphQL over HTTP audits, all of them, against the served application."""

import asyncio
import json
from pathlib import Path

import pytest

from kurir_api.app import create_app
from kurir_api.settings import Environment, Settings, TrustedDocuments
from tests.conftest import Figures
from tests.servers import served

AUDIT = Path(__file__).parent.parent / "contract" / "graphql_http"
REFUSED_IN_PRODUCTION = {
    "5A70": "sends GET",
    "D6D5": "sends GET with variables, for application/graphql-response+json",
    "6A70": "sends GET with variables, for application/json",
    "2EA1": "asks for __type, for application/graphql-response+json",
    "28B9": "asks for __type, for application/json",
}
"""By the audit's id, what it does that production doesn't answer: GET and introspection."""


async def audits(settings: Settings) -> dict[str, str]:
    """The status of each audit by its id: "ok", or one of three ways not to be."""
    assert (AUDIT / "node_modules").is_dir(), "The audits are not installed: run `make npm`."
    async with served(create_app(settings)) as url:
        audit = await asyncio.create_subprocess_exec(
            "node", AUDIT / "audit.mjs", f"{url}/graphql", stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await audit.communicate()
    return {result["id"]: result["status"] for result in json.loads(printed)}


@pytest.mark.npm
async def test_passes_all_61_audits_of_graphql_over_http(settings: Settings, figure: Figures) -> None:
    statuses = await audits(settings)
    figure("GraphQL over HTTP: all 61 checks of the public audit suite", f"{list(statuses.values()).count('ok')} ok")

    assert {id_ for id_, status in statuses.items() if status != "ok"} == set()
    assert len(statuses) == 61


@pytest.mark.npm
async def test_production_fails_only_those_that_need_get_or_introspection(settings: Settings) -> None:
    # With any query answered, as the audits' own are not listed.
    office = {"environment": Environment.PRODUCTION, "trusted_documents": TrustedDocuments.OFF}
    statuses = await audits(settings.model_copy(update=office))

    assert {id_ for id_, status in statuses.items() if status != "ok"} == set(REFUSED_IN_PRODUCTION)
    assert len(statuses) == 61
