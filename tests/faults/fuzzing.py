"""Requests that nobody thought of, for the whole served schema, and what no answer to any may hold."""

import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import httpx
import schemathesis
from graphql import parse_value
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from hypothesis_graphql import nodes
from schemathesis import Case
from schemathesis.schemas import APIOperation

from kurir_api.schema import build_schema
from tests.factories import REGENCY, VILLAGE
from tests.processes.odd import SOMEBODY, coded
from tests.schema.tables import tables

NOBODY = "nobody"
KEYS = re.compile(
    r"Traceback|File \"|site-packages|\.py\b|kurir_api|asyncpg|tortoise|strawberry|postgres|SELECT [a-z\"]"
    r"|INSERT INTO|UPDATE \"|_sealed\b|_index\b|<class |object at 0x|/(?:home|root|usr|var|tmp)/|[a-z]Error\b"
)
"""What tells how the house is built: traces, statements, paths, names of classes."""


@dataclass
class Tally:
    """How many were asked, of how many the work began, and what was wrong with which."""

    asked: int = 0
    reached: int = 0
    faults: list[str] = field(default_factory=list)
    fields: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Answers:
    """Judges answers. `secrets`: what nobody who asks may ever read, whatever they do."""

    secrets: Sequence[str]

    def wrong(self, response: httpx.Response) -> str | None:
        """What is wrong with an answer; None: nothing."""
        if response.status_code >= 500:
            return f"status {response.status_code}"
        return self.leaks(response.text)

    def leaks(self, text: str) -> str | None:
        """What the text tells that it must not."""
        if '"INTERNAL"' in text:
            return "an internal error"
        if found := KEYS.search(text):
            return f"tells {found[0]!r}"
        return next((f"tells {secret!r}" for secret in self.secrets if secret in text), None)


def ids_of(known: Sequence[str]) -> SearchStrategy[Any]:
    """Ids: of what is there, mine or not, of nothing, and of no form."""
    nothing = [coded(f"{name}:{SOMEBODY}") for name in ("Task", "Case", "Patient", "Claim", "Report")]
    return st.one_of(
        st.sampled_from(list(known)),
        st.sampled_from(list(known)),
        st.sampled_from([*nothing, "", "x", coded("Task:x"), coded("\0"), "Region:33.02"]),
        st.text(max_size=40),
    ).map(nodes.String)


TEXTS = (
    "",
    VILLAGE,
    REGENCY,
    "33.02.23",
    "AMBULANCE_RUN",
    "NATIONAL_ID",
    "0812-3456-7890",
    "3302235208580003",
    "07:30",
)
WORDS = st.one_of(st.sampled_from(TEXTS), st.text(max_size=30)).map(nodes.String)
DAYS = st.one_of(st.dates().map(str), st.sampled_from(["", "2026-11-23", "x", "2026-02-30"])).map(nodes.String)
MOMENTS = st.one_of(
    st.datetimes().map(lambda at: at.isoformat() + "Z"), st.sampled_from(["", "2026-11-25T09:00:00+07:00", "x"])
).map(nodes.String)
RUPIAH = st.one_of(st.integers(0, 10**7), st.integers()).map(nodes.Int)
NUMBERS = st.one_of(st.integers(0, 6), st.sampled_from([41, 42, 4821, 4822, 2026]), st.integers(-(2**31), 2**31 - 1))
DEGREES = st.one_of(st.floats(-11, 6), st.floats(95, 141), st.floats(allow_nan=False, allow_infinity=False))
JSON = st.sampled_from(["{}", "[]", "3", "{decile: 3}", '{notes: "x"}', "{x: {y: [null]}}"]).map(parse_value)


def operations(known: Sequence[str]) -> list[APIOperation]:
    """Every query and mutation of the served schema."""
    scalars = {
        "ID": ids_of(known),
        "String": WORDS,
        "Date": DAYS,
        "DateTime": MOMENTS,
        "Rupiah": RUPIAH,
        "JSON": JSON,
    }
    scalars |= {"Int": NUMBERS.map(nodes.Int), "Float": DEGREES.map(nodes.Float)}
    for name, strategy in scalars.items():
        schemathesis.graphql.scalar(name, strategy)
    schema = schemathesis.graphql.from_file(io.StringIO(build_schema().as_str()))
    return [found.ok() for found in schema.get_all_operations()]


def odd(count: int) -> settings:
    """So many, each judged by itself."""
    return settings(
        max_examples=count,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def fuzz(url: str, tokens: Mapping[str, str | None], known: Sequence[str], count: int, answers: Answers) -> Tally:
    """Ask so many times, of each operation as often, as anybody of `tokens`, by role; blocks meanwhile."""
    tally, may_call = Tally(), tables("callers.md")["Over HTTP"]
    everything = operations(known)

    def ask(case: Case, who: str) -> None:
        token = tokens[who]
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        response = http.post("/graphql", json={"query": case.body}, headers=headers)
        name = case.operation.definition.field_name
        tally.asked += 1
        if fault := answers.wrong(response):
            tally.faults.append(f"{who}: {name}: {fault}: {case.body}: {response.text}"[:3_000])
        elif may_call.get(name, {}).get(who) == "yes" and began(response):
            tally.reached += 1
            tally.fields[name] += 1

    with httpx.Client(base_url=url, timeout=60) as http:
        for operation in everything:
            odd(ceil(count / len(everything)))(
                given(case=operation.as_strategy(), who=st.sampled_from(sorted(tokens, key=NOBODY.__eq__)))(ask)
            )()
    return tally


def began(response: httpx.Response) -> bool:
    """Whether a resolver was called: what fails before that has no data, and its errors no path."""
    body = response.json()
    return "data" in body and all("path" in error for error in body.get("errors", []))
