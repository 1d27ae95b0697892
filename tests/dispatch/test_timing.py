"""How long a wave waits."""

from datetime import timedelta

import pytest

from kurir_api.dispatch.timing import waiting_time
from kurir_api.task_kinds import WavePlan
from tests.dispatch.policies.requests import task
from tests.factories import NOW

HOUR = WavePlan(size=3, wait=timedelta(minutes=60))


@pytest.mark.parametrize(
    ("starts_in", "wait"),
    [
        (timedelta(days=3), timedelta(minutes=60)),
        (timedelta(hours=4), timedelta(minutes=60)),
        (timedelta(hours=3), timedelta(minutes=45)),
        (timedelta(minutes=30), timedelta(minutes=7, seconds=30)),
        (timedelta(minutes=4), timedelta(minutes=1)),
        (timedelta(seconds=30), timedelta(minutes=1)),
        (timedelta(), timedelta(minutes=60)),
        (timedelta(hours=-2), timedelta(minutes=60)),
    ],
)
def test_as_planned_but_shortly_before_the_window_a_quarter_of_the_time_left_and_never_under_a_minute(
    starts_in: timedelta, wait: timedelta
) -> None:
    assert waiting_time(HOUR, task(starts_in=starts_in), NOW) == wait


def test_a_plan_of_less_than_a_minute_is_kept() -> None:
    hurried = WavePlan(size=3, wait=timedelta(seconds=20))

    assert waiting_time(hurried, task(starts_in=timedelta(seconds=30)), NOW) == timedelta(seconds=20)
