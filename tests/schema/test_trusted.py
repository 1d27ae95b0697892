"""Trusted documents, by Apollo's protocol of persisted queries: by their hash, or by text that is listed."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from kurir_api.app import create_app
from kurir_api.models import Member, TrustedDocument
from kurir_api.schema import build_schema
from kurir_api.schema.http import GraphQLView
from kurir_api.schema.trusted import PersistedQueryNotFound, TrustedDocuments, problems
from kurir_api.services.trusted.documents import (
    Document,
    add_documents,
    remove_documents,
)
from kurir_api.settings import Environment, Settings
from tests.api import Api
from tests.conftest import Figures, empty
from tests.counting import Statements
from tests.factories import make_member
from tests.servers import served

ME = "query Me { me { name } }"
OTHER = "query Me { me { id name } }"
LIVE = "subscription News { myNotifications { kind } }"


@pytest.fixture(scope="module")
async def office(settings: Settings) -> AsyncIterator[tuple[Api, GraphQLView[Any]]]:
    """An office in production, and what answers there."""
    production = settings.model_copy(
        update={"environment": Environment.PRODUCTION, "public_url": "https://kurir.example.go.id"}
    )
    app = create_app(production)
    async with served(app) as url, Api.at(url, production) as api:
        yield api, next(route.endpoint for route in app.routes if getattr(route, "path", "") == "/graphql")


@pytest.fixture
async def api(office: tuple[Api, GraphQLView[Any]]) -> AsyncIterator[Api]:
    """The office over an empty database, remembering nothing; emptied again afterwards."""
    api, view = office
    view.documents = TrustedDocuments(open_queries=False)
    yield api
    await empty()


@pytest.fixture
async def member(api: Api) -> Member:
    """Who asks, in English."""
    return await make_member(locale="en")


async def ask(api: Api, member: Member, **body: Any) -> httpx.Response:
    """The answer to a body of POST /graphql."""
    async with httpx.AsyncClient(base_url=api.url) as http:
        headers = {"Authorization": f"Bearer {api.token(member)}", "Accept-Language": "en"}
        return await http.post("/graphql", json=body, headers=headers)


def by_hash(text: str, **changed: Any) -> dict[str, Any]:
    """`extensions` that stand for the document."""
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256} | changed}


def code(answer: httpx.Response) -> tuple[int, str]:
    """The status and the error's code."""
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


async def test_a_listed_document_is_answered_by_its_hash_its_text_or_both(api: Api, member: Member) -> None:
    await add_documents([Document("Me", ME)])
    answers = [
        await ask(api, member, extensions=by_hash(ME)),
        await ask(api, member, query=ME),
        await ask(api, member, query=ME, extensions=by_hash(ME)),
    ]

    assert [answer.json() for answer in answers] == [{"data": {"me": {"name": member.name}}}] * 3


async def test_an_unknown_hash_is_not_found_and_its_text_refused_and_nothing_becomes_trusted(
    api: Api, member: Member
) -> None:
    unknown = await ask(api, member, extensions=by_hash(OTHER))
    sent = await ask(api, member, query=OTHER, extensions=by_hash(OTHER))
    plain = await ask(api, member, query=OTHER)

    assert code(unknown) == (200, "PERSISTED_QUERY_NOT_FOUND")
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code(sent) == code(plain) == (400, "DOCUMENT_NOT_TRUSTED")
    assert plain.json()["errors"][0]["message"] == (
        "This server answers only documents that are listed (`kurir documents add`). Update your app."
    )
    assert not await TrustedDocument.exists()


@pytest.mark.parametrize(
    "extensions",
    [
        by_hash(OTHER),
        by_hash(ME, version=2),
        by_hash(ME, sha256Hash=7),
        by_hash(ME, sha256Hash="' OR 1=1 --"),
        {"persistedQuery": "x"},
    ],
)
async def test_a_hash_that_is_none_or_of_another_document_is_refused(
    api: Api, member: Member, extensions: dict[str, Any]
) -> None:
    await add_documents([Document("Me", ME)])

    assert code(await ask(api, member, query=ME, extensions=extensions)) == (400, "BAD_USER_INPUT")


async def test_a_socket_answers_listed_documents_alike(api: Api, member: Member) -> None:
    await add_documents([Document("Me", ME), Document("News", LIVE)])
    async with api.subscribed(member, LIVE) as stream:
        assert stream.early == []
        await stream.say(type="subscribe", id="2", payload={"extensions": by_hash(ME)})
        answers = [await stream.hear(), await stream.hear()]
        await stream.say(type="subscribe", id="3", payload={"query": OTHER})
        refused = await stream.hear()
        await stream.say(type="subscribe", id="4", payload={"extensions": by_hash(OTHER)})
        unknown = await stream.hear()

    assert answers[0] == {"id": "2", "type": "next", "payload": {"data": {"me": {"name": member.name}}}}
    assert answers[1] == {"id": "2", "type": "complete"}
    assert (refused["type"], refused["payload"][0]["extensions"]) == ("error", {"code": "DOCUMENT_NOT_TRUSTED"})
    assert unknown["payload"][0]["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}


@pytest.mark.usefixtures("db")
async def test_what_is_removed_is_answered_for_a_minute_at_most() -> None:
    now = 0.0
    documents = TrustedDocuments(open_queries=False, clock=lambda: now)
    await add_documents([Document("Me", ME)])
    assert await documents.text(None, by_hash(ME)) == ME
    assert await remove_documents([hashlib.sha256(ME.encode()).hexdigest()[:8]]) == 1

    now = 59.0
    assert await documents.text(None, by_hash(ME)) == ME
    now = 60.0
    with pytest.raises(Exception, match="PersistedQueryNotFound"):
        await documents.text(None, by_hash(ME))


@pytest.mark.usefixtures("db")
async def test_made_up_hashes_cost_a_statement_a_second_and_new_documents_are_known_a_second_later() -> None:
    now = 0.0
    documents = TrustedDocuments(open_queries=False, clock=lambda: now)

    async def ask_for(number: int) -> None:
        with pytest.raises(PersistedQueryNotFound):
            await documents.text(None, by_hash(f"{{ a{number}: __typename }}"))

    with Statements() as statements:
        await asyncio.gather(*(ask_for(number) for number in range(50)))
    await add_documents([Document("Me", ME)])
    now = 1.0

    assert len(statements) == 1
    assert await documents.text(None, by_hash(ME)) == ME


@pytest.mark.usefixtures("db")
async def test_adding_again_changes_nothing() -> None:
    assert await add_documents([Document("Me", ME), Document("Other", OTHER)]) == 2
    before = await TrustedDocument.all().order_by("sha256").values()
    assert await add_documents([Document("Another name", ME)]) == 0

    assert await TrustedDocument.all().order_by("sha256").values() == before


def test_only_what_fits_the_schema_and_the_limits_can_be_trusted() -> None:
    schema = build_schema(production=True)
    dear = "{ cases(first: 100) { edges { node { tasks(first: 100) { edges { node { id } } } } } } }"

    def said(text: str) -> list[str]:
        return list(problems(schema, text))

    assert said(ME) == []
    assert said("query {") == ["Syntax Error: Expected Name, found <EOF>."]
    assert said("fragment F on Member { name }")[-1] == "It holds no operation."
    assert said("{ me { nama } }") == ["Cannot query field 'nama' on type 'Member'. Did you mean 'name'?"]
    assert said("{ " + " ".join(f"a{n}: __typename" for n in range(31)) + " }") == [
        "The query's aliases is 31; the maximum is 30."
    ]
    assert said(dear)[-1] == "The query's cost is 30301; the maximum is 5000."


async def test_production_answers_nothing_about_itself_and_protects_what_it_says(
    api: Api, member: Member, figure: Figures
) -> None:
    names = "{ __schema { types { name } } }"
    typo = "{ me { nam } }"
    await add_documents([Document("names", names), Document("typo", typo), Document("Me", ME)])
    async with httpx.AsyncClient(base_url=api.url) as http:
        get = await http.get("/graphql", params={"query": ME}, headers={"Accept": "text/html"})
        batch = await http.post("/graphql", json=[{"query": ME}, {"query": ME}])
        missing = await http.get("/graphiql/")
        page = await http.get("/verify")
    about = await ask(api, member, query=names)
    suggested = await ask(api, member, query=typo)
    answer = await ask(api, member, query=ME)

    assert (get.status_code, batch.status_code, missing.status_code) == (405, 400, 404)
    assert "introspection" in about.json()["errors"][0]["message"].lower()
    assert suggested.json()["errors"][0]["message"] == "Cannot query field 'nam' on type 'Member'."
    for response in (get, batch, missing, page, answer):
        headers = response.headers
        assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in headers
    figure("production: introspection, GraphiQL, suggestions, GET and batching off", "all five refused")
