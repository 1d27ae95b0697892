"""A caller's reference and a request's id lead to its lines, and the lines lead to nobody."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from tortoise.connection import get_connection

from kurir_api.models import Role
from kurir_api.settings import Settings
from kurir_api.telemetry.redacting import STRUCK, redact
from tests.conftest import Figures
from tests.factories import VILLAGE, make_member
from tests.faults.every_table import MARKERS
from tests.processes.office import Serving, serving

GIVEN = "5f0c2a9e41d84c0fb1f2"
OPEN = "mutation ($input: OpenCaseInput!) { openCase(input: $input) { __typename } }"
PATIENT = {"name": MARKERS["name"], "nationalId": MARKERS["national_id"], "diagnosis": MARKERS["diagnosis"]}


@pytest.fixture
async def office(db: None, settings: Settings) -> AsyncIterator[Serving]:
    """An api process in which taking on a patient is a fault of ours."""
    await get_connection("default").execute_script("ALTER TABLE patient ADD CONSTRAINT never CHECK (false) NOT VALID")
    try:
        async with serving(settings) as office:
            yield office
    finally:
        await get_connection("default").execute_script("ALTER TABLE patient DROP CONSTRAINT never")


async def test_a_callers_reference_is_in_one_line_and_no_line_tells_of_anybody(
    office: Serving, figure: Figures
) -> None:
    desk = await make_member(role=Role.COORDINATOR)
    patient = PATIENT | {"address": MARKERS["address"], "phone": MARKERS["phone"], "region": VILLAGE, "consent": True}
    headers = {"Authorization": f"Bearer {office.api.token(desk)}", "X-Request-Id": GIVEN}
    async with httpx.AsyncClient(base_url=office.api.url) as http:
        body = {"query": OPEN, "variables": {"input": {"phase": "BEFORE_HOSPITAL", "patient": patient}}}
        direct = await http.post("/graphql", json=body, headers=headers)
        proxied = await http.post("/graphql", json=body, headers=headers | {"X-Forwarded-For": "203.0.113.7"})
        odd = await http.post(
            "/graphql", json=body, headers=headers | {"X-Forwarded-For": "203.0.113.7", "X-Request-Id": "a\tb"}
        )
        for path in ("/verify/PENANDA-CODE", "/keluarga/penanda-token", "/receipts/penanda?signature=penanda"):
            await http.get(path)
        last = await http.get("/health/live")
    await office.program.says(f"request_id={last.headers['x-request-id']}")

    lines = office.program.lines
    for answer in (direct, proxied, odd):
        reference = answer.json()["errors"][0]["extensions"]["reference"]
        (line,) = [line for line in lines if reference in line]
        assert f"request_id={answer.headers['x-request-id']}" in line
        assert len([line for line in lines if answer.headers["x-request-id"] in line]) == 2  # the fault, the access
    assert proxied.headers["x-request-id"] == GIVEN
    for answer in (direct, odd):
        assert re.fullmatch("r[0-9a-f]{16}", answer.headers["x-request-id"])
    assert [line for line in lines if "penanda" in line.lower()] == []
    assert [line for line in lines if any(marker in line for marker in MARKERS.values())] == []
    assert [line for line in lines if f"/verify/{STRUCK}" in line]
    figure(
        "unknown errors are masked with a reference id that finds the log line",
        f"3 of 3 references in one line each; 0 of {len(MARKERS)} markers in {len(lines)} lines",
    )


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("call 0812-3456-7890 now", f"call {STRUCK} now"),
        ("+62 812 3456 7890", STRUCK),
        ("6281234567890", STRUCK),
        ("NIK 3302234501690007.", f"NIK {STRUCK}."),
        ("kk 3302.2345.0169.0007", f"kk {STRUCK}"),
        ("Authorization: Bearer abc.def", f"Authorization: Bearer {STRUCK}"),
        ("eyJhbGciOi.eyJzdWIi.c2ln", STRUCK),
        ("to endang@example.go.id", f"to {STRUCK}"),
        ("/receipts/01a2?expires=1&signature=ab12", f"/receipts/{STRUCK}?expires=1&signature={STRUCK}"),
        ("/keluarga/abc-def HTTP/1.1", f"/keluarga/{STRUCK} HTTP/1.1"),
        # What looks like it and isn't, is needed to understand a line.
        ("2026-11-26T22:30:11.123456Z", "2026-11-26T22:30:11.123456Z"),
        ("01a219ff-e72e-7639-b32b-1a702cc742c1", "01a219ff-e72e-7639-b32b-1a702cc742c1"),
        ("/opt/kurir/worker.py:205 _work", "/opt/kurir/worker.py:205 _work"),
        ("request_id=r3302234501690007", "request_id=r3302234501690007"),
        ("reference=08123456", "reference=08123456"),
        ("33.02.23.2004 took 1234567 bytes", "33.02.23.2004 took 1234567 bytes"),
    ],
)
def test_what_looks_like_somebodys_data_is_struck_out_of_a_line(said: str, left: str) -> None:
    assert redact(None, "info", {"event": said, "causes": [{"frames": [said]}]}) == {
        "event": left,
        "causes": [{"frames": [left]}],
    }


def test_what_is_named_like_somebodys_data_is_struck_out_whatever_it_is() -> None:
    told = {"event": "x", "Diagnosis": "batuk", "phone": None, "patient": {"name": "Sutinah", "rows": 3}}

    assert redact(None, "info", told) == {
        "event": "x",
        "Diagnosis": STRUCK,
        "phone": None,
        "patient": {"name": STRUCK, "rows": 3},
    }
