"""The timeline in words: every action of the log has them, in both languages, and none is left over."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import kurir_api
from kurir_api.models import TransitionLog
from kurir_api.services.cases.timeline import SUMMARIES, summary
from kurir_api.transitions import MACHINES
from kurir_api.transitions.table import UNLOGGED
from tests.transitions.states_page import BEGINNINGS

CALLED = {"offer": "Claim"}
"""What the code calls otherwise than by its model."""

LOGGED = {model.__name__: machine for model, machine in MACHINES.items() if model not in UNLOGGED}


def recorded() -> Iterator[tuple[str, str]]:
    """Machine and action of every beginning that the code records: `record(claim, "offer", ...)`."""
    for file in Path(kurir_api.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name("record"), args=[ast.Name(row), ast.Constant(action), *_]):
                    yield CALLED.get(row, row.capitalize()), action


def event(machine: str, action: str) -> TransitionLog:
    return TransitionLog(machine=machine, action=action, target="REJECTED")


def test_every_action_of_the_log_has_words_and_no_words_are_left_over() -> None:
    actions = {(name.lower(), action) for name, machine in LOGGED.items() for action in (*BEGINNINGS[name], *machine)}
    assert set(SUMMARIES) == actions


def test_the_beginnings_are_those_that_the_code_records() -> None:
    assert set(recorded()) == {(name, action) for name in LOGGED for action in BEGINNINGS[name]}


def test_no_two_actions_of_a_machine_read_the_same() -> None:
    for locale in ("id", "en"):
        said = [(machine, words.say(locale)) for (machine, _), words in SUMMARIES.items()]
        assert len(set(said)) == len(said)


@pytest.mark.parametrize(
    ("locale", "said"),
    [("id", "Laporan ditolak: Bukan warga Banyumas."), ("en", "Report rejected: Bukan warga Banyumas.")],
)
@pytest.mark.usefixtures("db")
def test_the_reason_follows_the_words(locale: str, said: str) -> None:
    assert summary(event("report", "reject"), locale, "Bukan warga Banyumas.") == said


@pytest.mark.usefixtures("db")
def test_without_a_reason_the_words_stand_alone() -> None:
    assert summary(event("claim", "start"), "id", None) == "Relawan berangkat"
    assert summary(event("claim", "start"), "en", None) == "Volunteer set off"
