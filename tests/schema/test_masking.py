"""What callers read of errors, and what the log holds: over HTTP, and over WebSocket before and in a stream."""

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from graphql import GraphQLError
from strawberry.types import ExecutionResult
from structlog.testing import capture_logs
from structlog.typing import EventDict

from tests.schema.toy import PATIENT, Context, toy_schema

SCHEMA = toy_schema()


async def answers(query: str, locale: str = "id", **variables: Any) -> list[ExecutionResult]:
    """Every result of the operation, as the WebSocket handler gets them."""
    stream: AsyncIterator[Any] = await SCHEMA.stream(query, variables, Context(locale))
    return [result async for result in stream]


async def answer(query: str, locale: str = "id", **variables: Any) -> ExecutionResult:
    """The result of the operation, as the HTTP view gets it."""
    return await SCHEMA.execute(query, variables, Context(locale))


def presented(error: GraphQLError) -> tuple[str, dict[str, Any] | None]:
    return error.message, error.extensions


def masked(line: EventDict) -> tuple[str, dict[str, Any]]:
    """How a fault that was logged in `line` reads to the caller."""
    reference = line["reference"]
    assert len(reference) == 8
    return (
        f"Something went wrong on our side; quote reference {reference}. / "
        f"Terjadi kesalahan di sisi kami; sebutkan rujukan {reference}.",
        {"code": "INTERNAL", "reference": reference},
    )


@pytest.mark.parametrize("query", ["{fault}", "{hardFault}", "{unserializable}"])
async def test_a_fault_is_masked_and_logged_once_without_its_message(
    query: str, caplog: pytest.LogCaptureFixture
) -> None:
    with capture_logs() as logs:
        result = await answer(query)

    (line,) = logs
    (error,) = result.errors or []
    assert presented(error) == masked(line)
    assert error.path == [query.strip("{}")]
    assert (line["event"], line["log_level"], line["field"]) == ("fault", "error", query.strip("{}"))
    assert PATIENT not in repr(logs) + caplog.text + repr(error.formatted)


async def test_the_log_names_the_exception_and_the_place() -> None:
    with capture_logs() as logs:
        await answer("{fault}")

    (cause,) = logs[0]["causes"]
    assert cause["type"] == "builtins.RuntimeError"
    assert cause["frames"][-1].endswith(" fault")
    assert "toy.py:" in cause["frames"][-1]


async def test_every_fault_has_its_own_reference() -> None:
    with capture_logs() as logs:
        result = await answer("{fault hardFault}")

    assert [presented(error) for error in result.errors or []] == [masked(line) for line in logs]
    assert len({line["reference"] for line in logs}) == 2


@pytest.mark.parametrize(
    ("locale", "message"),
    [
        ("id", "Masuk dahulu: kirim token yang berlaku sebagai `Authorization: Bearer ...`."),
        ("en", "Sign in first: send a valid token as `Authorization: Bearer ...`."),
    ],
)
@pytest.mark.parametrize("query", ["{secret}", "subscription{secret}"])
async def test_a_client_error_keeps_its_code_and_speaks_the_callers_language(
    query: str, locale: str, message: str
) -> None:
    with capture_logs() as logs:
        (result,) = await answers(query, locale)

    assert [presented(error) for error in result.errors or []] == [(message, {"code": "UNAUTHENTICATED"})]
    assert logs == []


REFUSED: dict[str, tuple[str, dict[str, Any]]] = {
    "a document that does not parse": ("{", {}),
    "an unknown field": ("{nothing}", {}),
    "a variable of another type": ("query($n:Int!){hello(times:$n)}", {"n": PATIENT}),
    "a missing variable": ("query($n:Int!){hello(times:$n)}", {}),
    "null where the field allows none": ("query($n:Int=1){hello(times:$n)}", {"n": None}),
    "a literal of another type": ("{hello(times:1.5)}", {}),
    "a global id that is none": ('{byId(id:"x")}', {}),
    "a variable that is no global id": ("query($id:ID!){byId(id:$id)}", {"id": PATIENT}),
    "more tokens than allowed": ("{" + "hello " * 1_000 + "}", {}),
}


@pytest.mark.parametrize(("query", "variables"), REFUSED.values(), ids=REFUSED.keys())
async def test_what_is_wrong_with_a_request_is_bad_user_input_and_not_logged(
    query: str, variables: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logs:
        over_http = await answer(query, **variables)
        (over_websocket,) = await answers(query, **variables)

    for result in (over_http, over_websocket):
        assert [error.extensions for error in result.errors or []] == [{"code": "BAD_USER_INPUT"}]
        assert "went wrong" not in str(result.errors)
    assert logs == []
    assert caplog.text == ""


async def test_a_fault_in_a_stream_is_masked_after_the_events_before_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with capture_logs() as logs:
        first, last = await answers("subscription{faultMidway}")

    (line,) = logs
    assert (first.data, first.errors) == ({"faultMidway": 0}, None)
    assert [presented(error) for error in last.errors or []] == [masked(line)]
    assert PATIENT not in repr(logs) + caplog.text


async def test_a_query_over_websocket_is_masked_alike() -> None:
    with capture_logs() as logs:
        (result,) = await answers("{fault}")

    assert [presented(error) for error in result.errors or []] == [masked(logs[0])]
    assert len(logs) == 1


async def test_one_exception_that_fails_many_fields_is_one_fault() -> None:
    failed = RuntimeError(PATIENT)
    errors = [GraphQLError(PATIENT, path=[name], original_error=failed) for name in ("a", "b")]

    with capture_logs() as logs:
        SCHEMA.process_errors(errors)

    (line,) = logs
    assert [presented(error) for error in errors] == [masked(line)] * 2


async def test_causes_and_members_of_a_group_are_logged_without_their_messages() -> None:
    def fail() -> None:
        try:
            raise KeyError(PATIENT)
        except KeyError as error:
            raise ExceptionGroup(PATIENT, [ValueError(PATIENT)]) from error

    errors: list[GraphQLError] = []
    try:
        fail()
    except ExceptionGroup as group:
        errors.append(GraphQLError(PATIENT, original_error=group))

    with capture_logs() as logs:
        SCHEMA.process_errors(errors)

    assert [cause["type"] for cause in logs[0]["causes"]] == [
        "builtins.ExceptionGroup",
        "builtins.KeyError",
        "builtins.ValueError",
    ]
    assert PATIENT not in repr(logs)
