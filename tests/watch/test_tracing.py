"""Spans: what led to what, by the names in the code, and nothing of the people it was about."""

from collections.abc import Sequence
from datetime import datetime

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kurir_api.dispatch.outbox import deliver_due
from kurir_api.dispatch.senders.memory import MemorySender
from kurir_api.models import Role
from kurir_api.telemetry.steps import watched
from kurir_api.telemetry.tracing import NOTHING, kind_of, span
from tests.api import Api
from tests.conftest import Figures
from tests.factories import NOW, VILLAGE, make_device, make_member, make_notification, make_patient, make_task

NAME, PHONE, NATIONAL_ID = "Kasminten Marsudi", "+6281355577701", "3302234501690007"
DIAGNOSIS, ADDRESS, TOKEN, CODE = "penanda-diagnosis", "penanda-alamat", "penanda-token", "PENANDA-CODE"
MARKERS = (NAME, PHONE, NATIONAL_ID, DIAGNOSIS, ADDRESS, TOKEN, CODE)
REPORT = """
mutation Kasminten($input: SubmitReportInput!) { submitReport(input: $input) { __typename } }
"""


def children(spans: Sequence[ReadableSpan], parent: ReadableSpan) -> list[str]:
    """The names of the spans right below one."""
    return [one.name for one in spans if one.parent and one.parent.span_id == parent.context.span_id]


async def test_a_request_leads_to_its_operation_and_that_to_its_statements(
    spans: InMemorySpanExporter, api: Api
) -> None:
    desk = await make_member(role=Role.DESK_OFFICER)
    spans.clear()
    await api.data(desk, "query { me { name } tasks(first: 1) { edges { node { id } } } }")

    ended = spans.get_finished_spans()
    request = next(one for one in ended if one.parent is None)
    assert (request.name, request.attributes) == ("POST /graphql", {"http.response.status_code": 200})
    assert children(ended, request) == ["query me, tasks"]
    operation = next(one for one in ended if one.name == "query me, tasks")
    assert {"SELECT member", "SELECT task"} <= set(children(ended, operation))
    assert {one.context.trace_id for one in ended} == {request.context.trace_id}


async def test_no_span_holds_what_people_entrusted(spans: InMemorySpanExporter, api: Api, figure: Figures) -> None:
    desk = await make_member(NAME, role=Role.DESK_OFFICER, phone=PHONE)
    patient = await make_patient(
        name=NAME, phone=PHONE, national_id=NATIONAL_ID, diagnosis=DIAGNOSIS, address=ADDRESS
    )
    await make_device(desk, TOKEN)
    await make_notification(desk, await make_task(title=f"Antar {NAME}"), due_at=NOW)
    report = {
        "idempotencyKey": TOKEN,
        "channel": "WALK_IN",
        "text": f"{NAME}, {DIAGNOSIS}",
        "reporterName": NAME,
        "reporterPhone": PHONE,
        "region": VILLAGE,
    }
    await api.post(desk, REPORT, input=report)
    await api.post(desk, f'query {{ node(id: "{TOKEN}") {{ id }} {NAME.partition(" ")[0]} }}')
    await api.post(desk, "query ($id: ID!) { node(id: $id) { id } }", id=f"Patient:{patient.id}")
    async with httpx.AsyncClient(base_url=api.url) as http:
        await http.get(f"/verify/{CODE}")
        await http.get("/keluarga", params={"token": TOKEN})
        await http.get(f"/{CODE}")
        await http.post("/graphql", json={"query": "{ me { id } }"}, headers={"Authorization": f"Bearer {TOKEN}"})

    async def deliver(now: datetime) -> int:
        return await deliver_due(MemorySender(), now)

    async def fail(now: datetime) -> int:
        raise ValueError(NAME)

    await watched(deliver)(NOW)
    with pytest.raises(ValueError, match=NAME):
        await watched(fail)(NOW)

    told = [one.to_json() for one in spans.get_finished_spans()]
    names = {one.name for one in spans.get_finished_spans()}
    assert {"step deliver", "send pushes", "step fail", "GET /verify", "GET other", "mutation submitReport"} <= names
    assert [text for text in told if any(marker in text for marker in MARKERS)] == []
    figure(
        "traces carry no name, national id, diagnosis, address, phone, token or code",
        f"0 of {len(MARKERS)} markers in {len(told)} spans",
    )


async def test_looks_in_vain_leave_no_span(spans: InMemorySpanExporter, db: None) -> None:
    spans.clear()

    async def deliver(now: datetime) -> int:
        return await deliver_due(MemorySender(), now)

    assert await watched(deliver)(NOW) == 0
    assert spans.get_finished_spans() == ()


def test_where_nobody_wants_spans_none_is_made() -> None:
    with span("step nothing", attributes={"count": 1}) as current:
        assert current is NOTHING


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT 1 FROM \"task\" WHERE title = 'Kasminten'", "SELECT task"),
        ("INSERT INTO report (a) VALUES ($1)", "INSERT report"),
        ("UPDATE claim SET status = 'HELD' FROM task", "UPDATE task"),
        ("WITH due AS (SELECT id FROM notification) UPDATE notification n SET x = 1", "SELECT notification"),
        ("BEGIN ISOLATION LEVEL REPEATABLE READ;", "BEGIN"),
        ("", "nothing"),
    ],
)
def test_of_a_statement_only_what_it_does_and_to_which_table_is_told(sql: str, kind: str) -> None:
    assert kind_of(sql) == kind
