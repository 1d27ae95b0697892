"""The HTTP side of the boundary: statuses, media types and bodies, byte for byte where it matters."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from kurir_api.schema.http import GraphQLView
from tests.schema.toy import PATIENT, Context, toy_app, toy_view
from tests.servers import served

JSON = {"content-type": "application/json"}
GRAPHQL_JSON = "application/graphql-response+json"


@pytest.fixture(scope="module")
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with served(toy_app(toy_view())) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


@pytest.fixture(scope="module")
async def production() -> AsyncIterator[httpx.AsyncClient]:
    async with served(toy_app(toy_view(production=True))) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


async def post(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    return await client.post("/graphql", content=body, headers={**JSON, **headers})


def refusal(message: str, code: str = "BAD_USER_INPUT") -> dict[str, Any]:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


MALFORMED = {
    "nothing": (b"", "Not valid JSON: Input is a zero-length, empty document."),
    "a number": (b"1", "The body must be one JSON object."),
    "a list": (b"[]", "The body must be one JSON object."),
    "null": (b"null", "The body must be one JSON object."),
    "a string": (b'"x"', "The body must be one JSON object."),
    "a batch": (b'[{"query":"{hello}"}]', "The body must be one JSON object."),
    "a batch of numbers": (b"[1,2]", "The body must be one JSON object."),
    "no query": (b"{}", "`query` is missing."),
    "an empty query": (b'{"query":""}', "`query` is missing."),
    "a query that is a number": (b'{"query":1}', "`query` must be a string or null."),
    "variables that are a list": (
        b'{"query":"{hello}","variables":[]}',
        "`variables` must be an object or null.",
    ),
    "an operation name that is an object": (
        b'{"query":"{hello}","operationName":{}}',
        "`operationName` must be a string or null.",
    ),
    "extensions that are a string": (
        b'{"query":"{hello}","extensions":"x"}',
        "`extensions` must be an object or null.",
    ),
    "an operation that is not there": (
        b'{"query":"query A{hello}","operationName":"B"}',
        'Unknown operation named "B".',
    ),
    "a subscription": (
        b'{"query":"subscription{count(to:1)}"}',
        "Subscriptions are served over WebSocket only.",
    ),
    "NUL in a variable": (
        b'{"query":"query($n:String!){hello(name:$n)}","variables":{"n":"a\\u0000"}}',
        "Not valid JSON: text must not contain the NUL character.",
    ),
    "NUL in a name of a variable's field": (
        b'{"query":"{hello}","variables":{"n":[{"a\\u0000":1}]}}',
        "Not valid JSON: text must not contain the NUL character.",
    ),
}


@pytest.mark.parametrize(("body", "message"), MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_request_that_is_not_well_formed_is_a_400_that_says_why(
    client: httpx.AsyncClient, body: bytes, message: str
) -> None:
    response = await post(client, body)

    assert response.status_code == 400
    assert response.json() == refusal(message)
    assert response.headers["content-type"] == "application/json"


NOT_JSON = {
    "bad UTF-8": b'{"query":"\xff"}',
    "a byte order mark": b'\xef\xbb\xbf{"query":"{hello}"}',
    "UTF-16": '{"query":"{hello}"}'.encode("utf-16"),
    "NaN": b'{"query":"{hello}","variables":{"n":NaN}}',
    "Infinity": b'{"query":"{hello}","variables":{"n":Infinity}}',
    "minus Infinity": b'{"query":"{hello}","variables":{"n":-Infinity}}',
    "a number beyond a double": b'{"query":"{hello}","variables":{"n":1e999}}',
    "a number of 5,000 digits": b'{"query":"{hello}","variables":{"n":' + b"9" * 5_000 + b"}}",
    "a raw NUL": b'{"query":"{hello}\x00"}',
    "a lone high surrogate": b'{"query":"{hello}","variables":{"n":"\\ud800"}}',
    "a lone low surrogate": b'{"query":"{hello}","variables":{"n":"\\udc00"}}',
    "100,000 open brackets": b"[" * 100_000,
    "100,000 balanced brackets": b"[" * 100_000 + b"]" * 100_000,
    "100,000 open braces": b'{"a":' * 40_000,
    "two values": b'{"query":"{hello}"}{}',
    "a trailing comma": b'{"query":"{hello}",}',
    "an unclosed string": b'{"query":"{hello}',
    "compressed bytes": bytes.fromhex("1f8b08000000000000ff"),
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON.keys())
async def test_what_is_not_strict_json_is_a_400_shaped_as_graphql(client: httpx.AsyncClient, body: bytes) -> None:
    response = await post(client, body)

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert error["message"].startswith("Not valid JSON: ")
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_an_escaped_backslash_before_u0000_is_not_nul(client: httpx.AsyncClient) -> None:
    query = "query($n:String!){hello(name:$n)}"
    response = await post(client, json.dumps({"query": query, "variables": {"n": "\\u0000"}}).encode())

    assert response.json() == {"data": {"hello": "Halo \\u0000 1 0.0"}}


LITERALS = {
    "NUL in a literal": ('{hello(name:"\\u0000")}', "Text must not contain the NUL character."),
    "NUL in a braced escape": ('{hello(name:"\\u{0}")}', "Text must not contain the NUL character."),
    "an infinite literal": ("{hello(at:1e999)}", "The number is too large."),
    "a float of 5,000 digits": ("{hello(at:" + "9" * 5_000 + ")}", "The number is too large."),
}


@pytest.mark.parametrize(("query", "message"), LITERALS.values(), ids=LITERALS.keys())
async def test_literals_that_json_could_not_carry_are_refused(
    client: httpx.AsyncClient, query: str, message: str
) -> None:
    response = await post(client, json.dumps({"query": query}).encode(), accept=GRAPHQL_JSON)

    assert response.status_code == 400
    (error,) = response.json()["errors"]
    assert (error["message"], error["extensions"]) == (message, {"code": "BAD_USER_INPUT"})


async def test_an_integer_literal_of_5000_digits_is_refused(client: httpx.AsyncClient) -> None:
    query = "{hello(times:" + "9" * 5_000 + ")}"
    response = await post(client, json.dumps({"query": query}).encode(), accept=GRAPHQL_JSON)

    assert response.status_code == 400
    assert {error["extensions"]["code"] for error in response.json()["errors"]} == {"BAD_USER_INPUT"}


@pytest.mark.parametrize("body", [b"x" * 262_145, b'{"query":"' + b" " * 1_100_000], ids=["256 KB", "1 MB"])
async def test_a_streamed_body_over_256_kb_is_a_413_shaped_as_graphql(client: httpx.AsyncClient, body: bytes) -> None:
    async def stream() -> AsyncIterator[bytes]:
        yield body

    response = await client.post("/graphql", content=stream(), headers=JSON)

    assert response.status_code == 413
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_an_announced_body_over_256_kb_is_a_413_shaped_as_graphql(client: httpx.AsyncClient) -> None:
    response = await post(client, b"x" * 262_145)

    assert response.status_code == 413
    assert response.json() == refusal("The body is larger than 262144 bytes.")


async def test_a_body_of_exactly_256_kb_is_read(client: httpx.AsyncClient) -> None:
    body = b'{"query":"{hello}"}'

    response = await post(client, body + b" " * (262_144 - len(body)))

    assert response.json() == {"data": {"hello": "Halo dunia 1 0.0"}}


async def test_a_body_that_does_not_arrive_in_time_is_a_408() -> None:
    class Hasty(GraphQLView[Context]):
        body_seconds = 0.01

    async with served(toy_app(toy_view(Hasty))) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(url).port)
        writer.write(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            b"content-length: 99\r\nconnection: close\r\n\r\n{"
        )
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    assert head.split(b"\r\n")[0].split(b" ")[1] == b"408"
    assert json.loads(body) == refusal("The body did not arrive within 0.01 s.")


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/graphql", "multipart/form-data; boundary=x", "application/jsonx"],
)
async def test_another_content_type_is_a_415(client: httpx.AsyncClient, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}

    response = await client.post("/graphql", content=b'{"query":"{hello}"}', headers=headers)

    assert response.status_code == 415
    assert response.json() == refusal("Send application/json, in UTF-8.")


async def test_another_charset_is_a_415(client: httpx.AsyncClient) -> None:
    response = await post(client, b'{"query":"{hello}"}', **{"content-type": "application/json; charset=latin-1"})

    assert response.status_code == 415


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("text/html", "application/json"),
        ("application/json", "application/json"),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{GRAPHQL_JSON}; charset=utf-8, application/json; q=0.9", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"application/json, {GRAPHQL_JSON};q=0.5", "application/json"),
        (f"{GRAPHQL_JSON};q=0", "application/json"),
        (f"{GRAPHQL_JSON};q=much", "application/json"),
    ],
)
async def test_the_media_type_is_the_one_the_caller_prefers(
    client: httpx.AsyncClient, accept: str, media_type: str
) -> None:
    response = await post(client, b'{"query":"{hello}"}', accept=accept)

    assert response.headers["content-type"] == media_type
    assert response.json() == {"data": {"hello": "Halo dunia 1 0.0"}}


@pytest.mark.parametrize(("accept", "status"), [("application/json", 200), (GRAPHQL_JSON, 400)])
@pytest.mark.parametrize("query", ["{", "{nothing}", "query($id:ID!){nodes(ids:[$id]){name}}"])
async def test_a_refused_document_or_variable_has_no_data_and_a_4xx_in_the_newer_media_type(
    client: httpx.AsyncClient, query: str, accept: str, status: int
) -> None:
    response = await post(client, json.dumps({"query": query}).encode(), accept=accept)

    assert response.status_code == status
    answer = response.json()
    assert list(answer) == ["errors"]
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_data_that_turned_null_while_running_is_a_200(client: httpx.AsyncClient) -> None:
    response = await post(client, b'{"query":"{hardFault}"}', accept=GRAPHQL_JSON)

    assert response.status_code == 200
    assert response.json()["data"] is None


async def test_get_runs_a_query_with_variables_in_development(client: httpx.AsyncClient) -> None:
    parameters = {"query": "query($n:String!){hello(name:$n)}", "variables": '{"n":"Budi"}'}

    response = await client.get("/graphql", params=parameters)

    assert response.status_code == 200
    assert response.json() == {"data": {"hello": "Halo Budi 1 0.0"}}


async def test_get_never_runs_a_mutation(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"query": "mutation{write}"})

    assert response.status_code == 405
    assert response.headers["allow"] == "POST"
    assert response.json() == refusal("A mutation must be sent by POST.")


@pytest.mark.parametrize("variables", ["1", "[]", "{", '{"n":"\\u0000"}'])
async def test_get_holds_variables_to_the_same_json(client: httpx.AsyncClient, variables: str) -> None:
    response = await client.get("/graphql", params={"query": "{hello}", "variables": variables})

    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT"}


async def test_production_answers_post_only(production: httpx.AsyncClient) -> None:
    refused = await production.get("/graphql", params={"query": "{hello}"}, headers={"accept": "text/html"})
    answered = await post(production, b'{"query":"{hello}"}')

    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST"
    assert refused.json() == refusal("Use POST.")
    assert answered.json() == {"data": {"hello": "Halo dunia 1 0.0"}}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_other_methods_are_a_405(client: httpx.AsyncClient, method: str) -> None:
    response = await client.request(method, "/graphql")

    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"
    assert response.json() == refusal("Use GET or POST.")


async def test_a_caller_that_is_not_signed_in_gets_a_401_in_their_language(client: httpx.AsyncClient) -> None:
    english = await post(client, b'{"query":"{hello}"}', **{"x-token": "bad", "accept-language": "en-GB"})
    indonesian = await post(client, b'{"query":"{hello}"}', **{"x-token": "bad"})

    assert [english.status_code, indonesian.status_code] == [401, 401]
    assert english.headers["www-authenticate"] == "Bearer"
    assert english.json() == refusal(
        "Sign in first: send a valid token as `Authorization: Bearer ...`.", "UNAUTHENTICATED"
    )
    assert indonesian.json() == refusal(
        "Masuk dahulu: kirim token yang berlaku sebagai `Authorization: Bearer ...`.", "UNAUTHENTICATED"
    )


async def test_a_browser_gets_the_page_in_development() -> None:
    async def page() -> str:
        return "<title>Kurir</title>"

    async with served(toy_app(toy_view(ide_page=page))) as url, httpx.AsyncClient() as browser:
        page = await browser.get(f"{url}/graphql", headers={"accept": "text/html,*/*;q=0.8"})
        tool = await browser.get(f"{url}/graphql")

    assert page.text == "<title>Kurir</title>"
    assert page.headers["content-security-policy"] == "frame-ancestors 'none'"
    assert (tool.status_code, tool.json()) == (400, refusal("`query` is missing."))


async def test_a_fault_outside_the_schema_is_a_500_with_the_reference_of_its_log_line(
    client: httpx.AsyncClient,
) -> None:
    with capture_logs() as logs:
        response = await post(client, b'{"query":"{hello}"}', **{"x-token": "fault"})

    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "reference": logs[0]["reference"]}
    assert PATIENT not in response.text + repr(logs)
