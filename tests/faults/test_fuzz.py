"""Whatever is sent, nothing fails within, and no answer tells how the house is built or what isn't the asker's."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from kurir_api.models import Organization, Role
from kurir_api.settings import Settings
from tests.api import PROTOCOL
from tests.conftest import Figures
from tests.factories import (
    OTHER_REGENCY,
    OTHER_VILLAGE,
    make_case,
    make_claim,
    make_cost,
    make_member,
    make_patient,
    make_report,
    make_task,
)
from tests.faults.fuzzing import NOBODY, Answers, fuzz, odd, operations
from tests.ids import id_of
from tests.processes.office import Serving, serving
from tests.schema.visibility_scene import make_scene

pytestmark = pytest.mark.usefixtures("db")
CASES, SHORT_CASES = 20_000, 180
BODIES, SHORT_BODIES = 2_000, 60
FRAMES, SHORT_FRAMES = 1_000, 25
LEAST_REACHED = 0.10
ELSEWHERE = {
    "name": "Zubaidah Tertutup",
    "phone": "+628990000777",
    "address": "Gang Rahasia 9",
    "diagnosis": "penyakit langka",
    "landmark": "Samping pabrik kapur",
}
REPORTED = "Laporan dari seberang sungai"
SECRETS = (*ELSEWHERE.values(), REPORTED, "3302235208580003", "3302231108060007")
"""Of another regency's patient, where nobody who asks has any part; and what is never shown to anybody."""

CHANNELS = {
    "smsgate_url": "https://sms.example",
    "smsgate_user": "kurir",
    "smsgate_password": "a-password-of-the-gate",
    "smsgate_signing_key": "a-key-of-the-gate-0123456789abcdef",
    "messenger_app_secret": "a-secret-of-the-page-0123456789abcdef",
    "messenger_verify_token": "a-word-of-the-page",
    "webhook_key": "a-key-of-the-webhook-0123456789abcdef",
}
PATHS = (
    *("/graphql", "/auth/code", "/auth/token", "/auth/revoke", "/receipts", "/lapor", "/keluarga", "/verify/x"),
    *("/intake/smsgate", "/intake/messenger", "/intake/webhook", "/intake/whatsapp", "/health/ready"),
)
TYPES = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "")


@pytest.fixture(scope="module")
async def process(settings: Settings) -> AsyncIterator[Serving]:
    """The api under test; when it ends, it must have had no fault."""
    async with serving(settings, **CHANNELS) as process:
        yield process
    assert [line for line in process.program.lines if "fault" in line or "Traceback" in line] == []


@dataclass(frozen=True)
class Office:
    """Served at `url`. `tokens`: of somebody of every role; the reviewer and the officer are of those whose work the
    scene is about. `known`: ids of everything the scene holds, of an open task, and of all that another regency has.
    """

    url: str
    tokens: dict[str, str]
    known: list[str]
    answers: Answers


@pytest.fixture
async def office(process: Serving, settings: Settings) -> Office:
    """What is asked about."""
    scene = await make_scene()
    far = await make_case(await make_patient(region=OTHER_VILLAGE, national_id="3305261501700001", **ELSEWHERE))
    task = await make_task(far)
    claim = await make_claim(task, await make_member(region=OTHER_REGENCY))
    report = await make_report(text=REPORTED, region=OTHER_VILLAGE, number=77)
    rows = (await far.patient, far, task, claim, report, await make_cost(claim), await make_task(number=4830))
    of = {
        Role.PARTNER_REVIEWER: await Organization.get(name="Lazis Serayu"),
        Role.PROGRAMME_OFFICER: await Organization.get(name="Dinas Sosial"),
    }
    tokens = {str(role): process.api.token(await make_member(role=role, organization=of.get(role))) for role in Role}
    known = [*scene.ids.values(), *map(id_of, rows)]
    return Office(process.api.url, tokens, known, Answers([*SECRETS, str(settings.data_dir)]))


async def test_no_query_and_no_mutation_fails_within_or_tells_too_much(
    office: Office, full: bool, figure: Figures
) -> None:
    callers = {NOBODY: None, **office.tokens}
    count = CASES if full else SHORT_CASES

    tally = await asyncio.to_thread(fuzz, office.url, callers, office.known, count, office.answers)

    share = tally.reached / tally.asked
    figure(
        "fuzzing: 0 internal errors in 20,000 cases, more than 10 % of them reaching a resolver",
        f"{len(tally.faults)} in {tally.asked:,}, {share:.0%} of which reached {len(tally.fields)} root fields",
    )
    assert tally.faults == []
    assert share > LEAST_REACHED


async def test_no_body_in_any_place_fails_within_or_tells_too_much(
    office: Office, full: bool, figure: Figures
) -> None:
    token, faults = office.tokens[Role.ADMIN], list[str]()
    texts = st.text(max_size=60)
    form = st.dictionaries(st.sampled_from(["t", "text", "phone", "village", "word", "task"]), texts, max_size=4)
    fields = [
        "query",
        "variables",
        "operationName",
        "extensions",
        "phone",
        "code",
        "grant_type",
        "refresh_token",
        "id",
    ]
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts, st.just("{ me { id } }"))
    trees = st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(fields), inner, max_size=4),
    )
    bodies = st.one_of(
        st.binary(max_size=300),
        trees.map(lambda tree: json.dumps(tree).encode()),
        st.dictionaries(st.sampled_from(fields), trees, max_size=4).map(lambda tree: json.dumps(tree).encode()),
        form.map(lambda pairs: str(httpx.QueryParams(pairs)).encode()),
        st.binary(max_size=80).map(
            lambda part: b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n' + part + b"\r\n--x--"
        ),
    )

    def send() -> None:
        with httpx.Client(base_url=office.url, timeout=30) as http:

            @odd(BODIES if full else SHORT_BODIES)
            @given(
                path=st.sampled_from(PATHS),
                method=st.sampled_from(["POST", "POST", "POST", "GET", "PUT"]),
                kind=st.sampled_from(TYPES),
                signed_in=st.booleans(),
                body=bodies,
            )
            def one(path: str, method: str, kind: str, signed_in: bool, body: bytes) -> None:
                headers = {"Content-Type": kind} | ({"Authorization": f"Bearer {token}"} if signed_in else {})
                if fault := office.answers.wrong(http.request(method, path, content=body, headers=headers)):
                    faults.append(f"{method} {path}: {kind}: {body!r}: {fault}")

            one()

    await asyncio.to_thread(send)

    count = BODIES if full else SHORT_BODIES
    figure("fuzzing: bodies for every path", f"{len(faults)} faults in {count:,} of {len(PATHS)} paths")
    assert faults == []


async def test_no_message_over_a_socket_fails_within_or_tells_too_much(
    office: Office, full: bool, figure: Figures
) -> None:
    token, faults = office.tokens[Role.VOLUNTEER], list[str]()
    asked = st.one_of([one.as_strategy() for one in operations(office.known)]).map(lambda case: {"query": case.body})
    live = st.sampled_from(["nearbyTaskEvents(withinM: 1)", "myNotifications", "boardEvents"]).map(
        lambda name: {"query": f"subscription {{ {name} {{ kind }} }}"}
    )
    payloads = st.one_of(
        asked, live, st.none(), st.text(max_size=20), st.dictionaries(st.text(max_size=5), st.none())
    )
    kinds = ["connection_init", "subscribe", "subscribe", "subscribe", "complete", "ping", "pong", "next", "x"]
    messages = st.fixed_dictionaries(
        {"type": st.sampled_from(kinds), "id": st.sampled_from(["1", "2", "", None]), "payload": payloads}
    ).map(json.dumps)
    frames = st.lists(
        st.one_of(messages, messages, messages, st.text(max_size=60), st.binary(max_size=60)), min_size=1, max_size=5
    )
    hello = json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})

    def talk() -> None:
        @odd(FRAMES if full else SHORT_FRAMES)
        @given(said=frames, greeted=st.booleans())
        def one(said: list[str | bytes], greeted: bool) -> None:
            with connect(office.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL]) as socket:
                try:
                    for frame in [*([hello] if greeted else []), *said, '{"type": "ping"}']:
                        socket.send(frame)
                    while '"pong"' not in (heard := str(socket.recv(timeout=10))):
                        if fault := office.answers.leaks(heard):
                            faults.append(f"{said}: {fault}: {heard}")
                except ConnectionClosed as closed:
                    if closed.rcvd is None or not 4400 <= closed.rcvd.code < 4500:
                        faults.append(f"{said}: {closed!r}")

        one()

    await asyncio.to_thread(talk)

    count = FRAMES if full else SHORT_FRAMES
    figure("fuzzing: messages over sockets", f"{len(faults)} faults in {count:,} conversations")
    assert faults == []
