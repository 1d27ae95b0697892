"""Scenes, policies and seeds, played side by side."""

from dataclasses import replace

from kurir_api.simulate.measures import Outcome, pooled
from kurir_api.simulate.playing import START, Invented, play, play_all

SCENE = Invented(regency="33.02", members=40, tasks_per_week=12, weeks=2)


def test_the_same_seed_plays_the_same_and_another_doesnt() -> None:
    first = play(SCENE, "nearest", 1)

    assert play(SCENE, "nearest", 1) == first
    assert play(SCENE, "nearest", 2) != first


def test_every_policy_meets_the_same_needs_and_people() -> None:
    one, other = SCENE.cast(1), SCENE.cast(1)

    assert one.needs == other.needs
    assert [(person.id, person.place, person.switches) for person in one.people] == [
        (person.id, person.place, person.switches) for person in other.people
    ]


def test_people_are_on_duty_by_turns_until_the_last_window_is_over() -> None:
    cast = SCENE.cast(1)
    last = max(need.ends_at for need in cast.needs)

    assert last > SCENE.end
    assert all(person.switches[-1] > last for person in cast.people)


def test_needs_are_published_within_the_weeks() -> None:
    published = [need.published_at for need in SCENE.cast(1).needs]

    assert START <= min(published) <= max(published) < SCENE.end


def test_outcomes_come_by_policy_and_seed_and_progress_is_told() -> None:
    told: list[tuple[int, int]] = []

    outcomes = play_all(SCENE, ["nearest", "broadcast"], range(1, 3), tell=lambda *done: told.append(done))

    assert outcomes == {
        "nearest": [play(SCENE, "nearest", 1), play(SCENE, "nearest", 2)],
        "broadcast": [play(SCENE, "broadcast", 1), play(SCENE, "broadcast", 2)],
    }
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_the_number_of_processes_changes_nothing() -> None:
    assert play_all(SCENE, ["nearest"], range(1, 3), processes=2) == play_all(SCENE, ["nearest"], range(1, 3))


def test_one_member_gets_all_alerts() -> None:
    outcome = play(replace(SCENE, members=1), "nearest", 1)

    assert len(outcome.loads) == 1
    assert all(opening.alerts <= 1 for opening in outcome.openings)


def test_without_needs_there_is_nothing_to_count() -> None:
    quiet = replace(SCENE, tasks_per_week=0.000001)

    assert pooled([play(quiet, "broadcast", 1)]) == Outcome((), play(quiet, "broadcast", 1).loads)
