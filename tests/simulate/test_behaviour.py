"""The figures of behaviour.toml, and that each says where it is from."""

from dataclasses import fields

import pytest

from kurir_api.simulate.behaviour import Behaviour, figures, usual
from kurir_api.task_kinds import task_kinds


def test_there_is_a_figure_for_everything_and_nothing_else() -> None:
    assert set(figures()) == {field.name for field in fields(Behaviour)}


@pytest.mark.parametrize("name", figures())
def test_every_figure_has_a_value_and_either_a_source_or_is_called_a_guess(name: str) -> None:
    figure = figures()[name]

    assert set(figure) <= {"value", "source", "guess", "range"}
    assert "value" in figure
    assert ("source" in figure) != ("guess" in figure)
    assert figure.get("source", figure.get("guess")).strip()


@pytest.mark.parametrize("name", [name for name, figure in figures().items() if "range" in figure])
def test_a_guess_lies_within_what_it_might_as_well_be(name: str) -> None:
    least, most = figures()[name]["range"]

    assert "guess" in figures()[name]
    assert least < figures()[name]["value"] < most


def test_the_sourced_shares_are_those_of_the_sources() -> None:
    behaviour = usual()
    yes, no = behaviour.accepts

    assert behaviour.seen == 0.756
    assert behaviour.arrives == pytest.approx(538 / 749, abs=0.001)
    assert yes / (yes + no) == pytest.approx(749 / 1501, abs=0.002)
    assert yes + no == 1.2 + 3.0
    assert behaviour.mutes_at == ((1, 1, 0.10), (2, 5, 0.37), (6, 10, 0.33))


def test_a_push_next_door_is_answered_with_a_yes_within_the_range_of_published_systems() -> None:
    behaviour = usual()
    yes, no = behaviour.accepts

    assert 0.17 < behaviour.delivered * behaviour.seen * yes / (yes + no) < 0.47


def test_the_shares_of_kinds_and_hours_are_whole_and_of_kinds_that_exist() -> None:
    behaviour = usual()

    assert sum(behaviour.kinds.values()) == pytest.approx(1)
    assert sum(behaviour.hours.values()) == pytest.approx(1)
    assert set(behaviour.kinds) == set(task_kinds())


def test_a_figure_can_be_changed() -> None:
    assert usual(seen=0.5).seen == 0.5
    assert usual(seen=0.5).arrives == usual().arrives


def test_an_unknown_figure_is_refused() -> None:
    with pytest.raises(TypeError):
        usual(sen=0.5)
