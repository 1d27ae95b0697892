"""What a process says of itself: enough to find a fault, and nothing of the people it was about."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kurir_api.settings import Settings
from tests.processes import run
from tests.processes.office import environment

ROOT = Path(__file__).parents[1]
PATIENT = "Sutinah, gagal ginjal"
PROGRAM = f"""
import logging
import structlog
from kurir_api.logs import configure_logging
from kurir_api.settings import load_settings

configure_logging(load_settings())
log = structlog.get_logger("kurir.test")

def fail():
    try:
        raise KeyError({PATIENT!r})
    except KeyError as error:
        raise ExceptionGroup({PATIENT!r}, [ValueError({PATIENT!r})]) from error

log.debug("quiet")
log.info("listening", url="http://127.0.0.1:8000")
try:
    fail()
except ExceptionGroup:
    log.exception("the worker pauses", seconds=5)
    logging.getLogger("elsewhere").exception("a library's own")
logging.getLogger("uvicorn.access").info('%s - "%s %s"', "127.0.0.1", "GET", "/graphql?query={PATIENT}")
for library in ("tortoise.db_client", "uvicorn.error", "websockets.server", "hpack", "elsewhere"):
    logging.getLogger(library).debug({PATIENT!r})
logging.getLogger("httpx").info("POST https://vendor.example/{PATIENT}")
"""


async def said(settings: Settings, **variables: str) -> list[str]:
    """The lines on standard error of a program that logs, with these settings."""
    ended = await run(sys.executable, "-c", PROGRAM, env=environment(settings, **variables), cwd=ROOT)
    assert (ended.code, ended.out) == (0, "")
    return ended.err.splitlines()


async def test_production_says_one_json_object_a_line(settings: Settings) -> None:
    lines = [
        json.loads(line)
        for line in await said(settings, environment="production", public_url="https://kurir.example.go.id")
    ]

    assert [(line["level"], line["event"]) for line in lines] == [
        ("info", "listening"),
        ("error", "the worker pauses"),
        ("error", "a library's own"),
        ("info", '127.0.0.1 - "GET /graphql"'),
    ]
    assert lines[0]["url"] == "http://127.0.0.1:8000"
    assert all(datetime.fromisoformat(line["timestamp"]).tzinfo == UTC for line in lines)


async def test_of_an_exception_only_types_and_places_are_told_outermost_first(settings: Settings) -> None:
    lines = [
        json.loads(line)
        for line in await said(settings, environment="production", public_url="https://kurir.example.go.id")
    ]

    for line in lines[1:3]:
        assert [cause["type"] for cause in line["causes"]] == [
            "builtins.ExceptionGroup",
            "builtins.KeyError",
            "builtins.ValueError",
        ]
        assert line["causes"][0]["frames"] == ["<string>:19 <module>", "<string>:14 fail"]
        assert line["causes"][1]["frames"] == ["<string>:12 fail"]
        assert line["causes"][2]["frames"] == []


@pytest.mark.parametrize(
    ("office", "level"), [("development", "DEBUG"), ("development", "INFO"), ("production", "INFO")]
)
async def test_no_line_holds_what_an_exception_a_url_or_a_statement_held(
    settings: Settings, office: str, level: str
) -> None:
    lines = await said(settings, environment=office, log_level=level, public_url="https://kurir.example.go.id")

    assert [line for line in lines if PATIENT in line] == []
    assert len([line for line in lines if "quiet" in line]) == (level == "DEBUG")


async def test_development_tells_the_places_below_the_event(settings: Settings) -> None:
    lines = await said(settings)

    at = next(number for number, line in enumerate(lines) if "the worker pauses" in line)
    assert "seconds=5" in lines[at]
    assert [line.strip() for line in lines[at + 1 : at + 4]] == [
        "builtins.ExceptionGroup",
        "<string>:19 <module>",
        "<string>:14 fail",
    ]
