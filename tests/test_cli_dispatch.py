"""The commands with which an operator steers dispatch: the policy, and a drill now."""

import pytest

from kurir_api.models import Drill, Notification
from kurir_api.settings import Settings
from tests.factories import make_member, make_regions
from tests.processes import Ended, run
from tests.processes.office import KURIR, environment

pytestmark = pytest.mark.usefixtures("db")


async def kurir_says(settings: Settings, *arguments: str) -> Ended:
    """What the command leaves."""
    return await run(KURIR, *arguments, env=environment(settings), cwd=settings.data_dir)


async def test_a_policy_is_set_for_all_kinds_and_for_one(settings: Settings) -> None:
    await make_regions()

    for_all = await kurir_says(settings, "set-policy", "33.02", "adaptive", "--weekly-alerts=3")
    for_one = await kurir_says(settings, "set-policy", "33.02", "broadcast", "--kind=FOOD_DELIVERY")

    limit = "a member gets at most 3 alerts in seven days, emergencies apart.\n"
    assert for_all == Ended(0, f"33.02 follows adaptive for every kind without a policy of its own; {limit}", "")
    assert for_one == Ended(0, f"33.02 follows broadcast for FOOD_DELIVERY; {limit}", "")


async def test_a_policy_that_does_not_exist_is_refused_with_those_that_do(settings: Settings) -> None:
    await make_regions()

    refused = await kurir_says(settings, "set-policy", "33.02", "fastest")

    assert refused == Ended(
        1,
        "",
        "Perbaiki isian: policy: Yang ada: adaptive, broadcast, nearest.\n"
        "Correct the input: policy: There are: adaptive, broadcast, nearest.\n",
    )


async def test_a_drill_says_to_how_many_it_goes(settings: Settings) -> None:
    await make_member()
    await make_member()
    await make_member(available=False)

    sent = await kurir_says(settings, "drill", "33.02")

    assert sent == Ended(0, "The test alert goes to 2 members on duty in 33.02, as soon as a worker sends it.\n", "")
    assert (await Drill.all().count(), await Notification.filter(due_at__isnull=False).count()) == (2, 2)


async def test_a_drill_in_an_unknown_regency_is_refused_with_the_known_ones(settings: Settings) -> None:
    await make_member()

    refused = await kurir_says(settings, "drill", "33.99")

    assert refused == Ended(
        1,
        "",
        "Perbaiki isian: regency: Kode yang dikenal: 33.02, 33.05.\n"
        "Correct the input: regency: Known codes: 33.02, 33.05.\n",
    )
    assert not await Drill.exists()
