"""Whatever a request holds, its sender is told what to mend, and never that something went wrong on our side."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from kurir_api.models import Member, Role
from kurir_api.settings import Settings
from tests.api import Api
from tests.conftest import Figures
from tests.factories import (
    REGENCY,
    VILLAGE,
    add_membership,
    make_alert,
    make_case,
    make_claim,
    make_cost,
    make_facility,
    make_member,
    make_notification,
    make_organization,
    make_report,
    make_task,
    make_wave,
)
from tests.ids import id_of
from tests.processes.odd import CURSORS, Sound, document, root_fields, with_arguments
from tests.processes.office import Serving, serving

pytestmark = pytest.mark.usefixtures("db")
AT_ONCE = 20
INBOX = "subscription { myNotifications { kind } }"
SEARCH = "query ($x: String) { organizations(search: $x) { edges { node { name } } } }"

LISTS_WITHIN = {
    "costs": "query ($id: ID!, $after: String) { task(id: $id) { costs(after: $after) { edges { cursor } } } }",
    "tasks": "query ($id: ID!, $after: String) { case(id: $id) { tasks(after: $after) { edges { cursor } } } }",
    "timeline": "query ($id: ID!, $after: String) { case(id: $id) { timeline(after: $after) { edges { cursor } } } }",
}


def query(text: str) -> bytes:
    """The body that asks this."""
    return json.dumps({"query": text}).encode()


def variables(value: bytes) -> bytes:
    """The body that searches with this as it stands."""
    return query(SEARCH)[:-1] + b', "variables": {"x": ' + value + b"}}"


@pytest.fixture(scope="module")
async def process(settings: Settings) -> AsyncIterator[Serving]:
    """The api under test; when it ends, it must have had no fault."""
    async with serving(settings) as process:
        yield process
    assert [line for line in process.program.lines if "fault" in line or "Traceback" in line] == []


@pytest.fixture
def api(process: Serving) -> Api:
    """A client of it."""
    return process.api


@pytest.fixture
async def caller() -> Member:
    """Somebody who may call everything."""
    member = await make_member(role=None)
    partner = await make_organization()
    for role in Role:
        await add_membership(member, role, organization=partner)
    return member


@pytest.fixture
async def sound(caller: Member) -> Sound:
    """Values that exist, for the arguments that point to something."""
    task = await make_task(await make_case())
    claim = await make_claim(task, caller)
    organization = await make_organization()
    alert = await make_alert(await make_wave(task), caller)
    rows = {
        "taskId": task,
        "claimId": claim,
        "caseId": await task.case,
        "reportId": await make_report(),
        "costId": await make_cost(claim),
        "alertId": alert,
        "memberId": await make_member(capabilities=("AMBULANCE_LICENCE",)),
        "organizationId": organization,
        "facilityId": await make_facility(),
        "id": task,
    }
    texts: dict[str, object] = {
        "region": VILLAGE,
        "parent": REGENCY,
        "kind": "AMBULANCE_RUN",
        "platform": "android",
        "phone": "0812-3456-7890",
        "location": {"latitude": -7.4243, "longitude": 109.2302},
        "near": {"latitude": -7.4243, "longitude": 109.2302},
        "as": "UNREACHABLE",
        "ids": [id_of(await make_notification(caller))],
    }
    return Sound({name: id_of(row) for name, row in rows.items()} | texts)


def faults(response: httpx.Response) -> list[object]:
    """What is wrong with an answer: not JSON, a 5xx, or an error that is not the caller's."""
    errors = response.json().get("errors") or []
    internal = [error for error in errors if error["extensions"]["code"] == "INTERNAL"]
    return internal or ([response.text] if response.status_code >= 500 else [])


@pytest.mark.parametrize(
    ("operation", "field"),
    [(operation, name) for operation in ("query", "mutation") for name in with_arguments(operation)],
)
async def test_an_odd_value_in_any_place_is_refused_or_taken_but_no_fault(
    api: Api, caller: Member, sound: Sound, operation: str, field: str
) -> None:
    asked = document(operation, field)
    limit = asyncio.Semaphore(AT_ONCE)

    async def ask(variables: dict[str, Any]) -> list[object]:
        async with limit:
            return faults(await api.post(caller, asked, **variables))

    requests = list(sound.odd_requests(root_fields(operation)[field]))
    answers = await asyncio.gather(*(ask(variables) for _, variables in requests))

    assert [(path, wrong) for (path, _), wrong in zip(requests, answers, strict=True) if wrong] == []


@pytest.mark.parametrize(("field", "of"), [("costs", "taskId"), ("tasks", "caseId"), ("timeline", "caseId")])
async def test_an_odd_cursor_of_a_list_within_something_is_refused_or_taken_but_no_fault(
    api: Api, caller: Member, sound: Sound, field: str, of: str
) -> None:
    answers = [await api.post(caller, LISTS_WITHIN[field], id=sound.values[of], after=after) for after in CURSORS]

    assert [faults(answer) for answer in answers] == [[]] * len(CURSORS)


@pytest.mark.parametrize("field", with_arguments("subscription"))
async def test_an_odd_value_in_a_subscription_is_refused_or_taken_but_no_fault(
    api: Api, caller: Member, sound: Sound, field: str
) -> None:
    asked = document("subscription", field)
    answers: list[Any] = []
    async with api.subscribed(caller, INBOX) as stream:
        for number, (_, variables) in enumerate(sound.odd_requests(root_fields("subscription")[field])):
            operation = f"odd {number}"
            await stream.say(type="subscribe", id=operation, payload={"query": asked, "variables": variables})
            await stream.say(type="complete", id=operation)
            await stream.say(type="ping")
            answers += [answer async for answer in stream.until_pong()]

    assert [answer for answer in answers if answer["type"] not in {"error", "complete"}] == []
    errors = [error for answer in answers if answer["type"] == "error" for error in answer["payload"]]
    assert [error for error in errors if error["extensions"]["code"] == "INTERNAL"] == []


BODIES = {
    "nothing": b"",
    "a number": b"1",
    "a list": b"[]",
    "null": b"null",
    "a string": b'"x"',
    "half an object": b'{"query": ',
    "bad UTF-8": b'{"query": "{ me { name } } #\xff"}',
    "a mark of the byte order": b'\xef\xbb\xbf{"query": "{ me { name } }"}',
    "UTF-16": '{"query": "{ me { name } }"}'.encode("utf-16"),
    "100,000 open brackets": b"[" * 100_000,
    "100,000 nested lists": b"[" * 100_000 + b"]" * 100_000,
    "100,000 nested lists in a variable": b'{"query": "{x}", "variables": {"x": '
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}}",
    "a number of 5,000 digits": b"9" * 5_000,
    "a number of 5,000 digits in a variable": variables(b"9" * 5_000),
    "a fraction of 5,000 digits in a variable": variables(b"0." + b"1" * 5_000),
    "a number beyond a double in a variable": variables(b"1e999"),
    "not a number in a variable": variables(b"NaN"),
    "a lone surrogate in a variable": variables(b'"\\ud800"'),
    "a pair of surrogates the wrong way round": variables(b'"\\udc00\\ud800"'),
    "NUL in a variable": variables(b'"\\u0000"'),
    "NUL as it is in a variable": variables(b'"\0"'),
    "NUL in a name of a variable": b'{"query": "{x}", "variables": {"\\u0000": 1}}',
    "a list for the variables": b'{"query": "{x}", "variables": []}',
    "a number for the query": b'{"query": 1}',
    "300,000 bytes": b'{"query": "' + b"x" * 300_000 + b'"}',
    "100,000 open braces in the query": query("{" * 100_000),
    "1,500 nested fields": query("{ me " * 1_500 + "}" * 1_500),
    "400 nested fields": query("{ me " * 400 + "{ id }" + "}" * 400),
    "900 nested lists in a literal": query(
        f"{{ organizations(search: {'[' * 480}{']' * 480}) {{ edges {{ cursor }} }} }}"
    ),
    "a literal of 5,000 digits": query(f"{{ taskByNumber(number: {'9' * 5_000}) {{ id }} }}"),
    "a literal beyond a double": query("{ nearbyTasks(near: {latitude: 1e999, longitude: 1}) { edges { cursor } } }"),
    "a lone surrogate in a literal": query(r'{ organizations(search: "\ud800") { edges { cursor } } }'),
    "NUL in a literal": query(r'{ organizations(search: "\u0000") { edges { cursor } } }'),
    "NUL in the query": query("{ me { name } } \0"),
    "an unknown field": query("{ everything }"),
    "a fragment of itself": query("query { me { ...a } } fragment a on Member { ...a }"),
    "a subscription": query("subscription { myNotifications { kind } }"),
}


async def test_an_odd_body_is_refused(api: Api, caller: Member, figure: Figures) -> None:
    headers = {"Authorization": f"Bearer {api.token(caller)}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=api.url) as http:
        answers = {name: await http.post("/graphql", content=body, headers=headers) for name, body in BODIES.items()}

    def codes(answer: httpx.Response) -> set[str]:
        return {error["extensions"]["code"] for error in answer.json()["errors"]}

    wrong = {name: answer.text for name, answer in answers.items() if codes(answer) != {"BAD_USER_INPUT"}}
    statuses = Counter(answer.status_code for answer in answers.values())
    figure("strict JSON: a 400, never a 500", f"{len(BODIES)} odd bodies, by status {dict(statuses)}")
    assert wrong == {}
    assert set(statuses) <= {200, 400, 413}


TOKENS = ["", "Bearer", "bearer x", "Bearer a.b.c", f"Bearer {'x' * 9_000}", "Basic eDp5", "Bearer \xff\xfe"]


async def test_an_odd_token_is_nobodys(api: Api) -> None:
    async with httpx.AsyncClient(base_url=api.url) as http:
        for token in TOKENS:
            headers = [(b"Authorization", token.encode("latin-1"))]
            response = await http.post("/graphql", json={"query": "{ me { name } }"}, headers=headers)

            assert [error["extensions"]["code"] for error in response.json()["errors"]] == ["UNAUTHENTICATED"], token


LENGTH = b"POST /graphql HTTP/1.1\r\nHost: kurir\r\nContent-Type: application/json\r\nContent-Length: "
CHUNKED = (
    b"POST /graphql HTTP/1.1\r\nHost: kurir\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)
FRAMES = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a method nobody knows": b"FETCH / HTTP/1.1\r\nHost: kurir\r\n\r\n",
    "a version nobody knows": b"GET / HTTP/9.9\r\nHost: kurir\r\n\r\n",
    "a path that is not UTF-8": b"GET /%ff%00 HTTP/1.1\r\nHost: kurir\r\nConnection: close\r\n\r\n",
    "a negative length": LENGTH + b"-1\r\n\r\n",
    "a length that is no number": LENGTH + b"many\r\n\r\n",
    "a length beyond everything": LENGTH + b"9" * 40 + b"\r\n\r\n",
    "a length over the limit": LENGTH + b"999999999\r\nConnection: close\r\n\r\n" + b"x" * 300_000,
    "a chunk of no size": CHUNKED + b"x\r\n\r\n",
}


async def test_what_is_not_quite_http_is_refused_and_the_next_is_answered(api: Api) -> None:
    address = httpx.URL(api.url)

    async def first_line(frame: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(address.host, address.port)
        writer.write(frame)
        answer = await asyncio.wait_for(reader.readline(), 15)
        writer.close()
        return answer

    answers = await asyncio.gather(*map(first_line, FRAMES.values()))

    said = {name: answer.split(b" ")[1][:1] for name, answer in zip(FRAMES, answers, strict=True)}
    assert said == dict.fromkeys(FRAMES, b"4")
    assert (await api.post(None, "{ me { name } }")).status_code in {200, 401}
