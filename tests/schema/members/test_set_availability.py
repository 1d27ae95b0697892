"""setAvailability through the API."""

from datetime import time
from typing import Any

import pytest

from kurir_api.models import Member
from tests.api import Api
from tests.factories import make_member
from tests.schema.refusals import invalid_input, reaches, refused

DUTY = "member { available quietFrom quietTo }"
BOTH = ("Isi kedua jam, atau kosongkan keduanya.", "Give both times, or neither.")
LIKE = ("Tulis jam seperti 21:00.", "Write the time like 21:00.")


async def resting() -> Member:
    """Somebody with quiet hours from 20.00 to 05.30."""
    return await make_member(quiet_from=time(20, 0), quiet_to=time(5, 30))


@reaches("MemberSuccess", "setAvailability")
@pytest.mark.parametrize(
    ("quiet", "quiet_from", "quiet_to"),
    [
        ({"quietFrom": "21:00", "quietTo": "05:00"}, "21:00", "05:00"),
        ({"quietFrom": None, "quietTo": None}, None, None),
        ({}, "20:00", "05:30"),
    ],
    ids=["set", "cleared", "left out"],
)
async def test_quiet_hours_are_set_cleared_or_left_as_they_are(
    api: Api, quiet: dict[str, Any], quiet_from: str | None, quiet_to: str | None
) -> None:
    answer = await api.do(await resting(), "setAvailability", DUTY, available=False, **quiet)

    assert answer == {
        "__typename": "MemberSuccess",
        "member": {"available": False, "quietFrom": quiet_from, "quietTo": quiet_to},
    }


@reaches("InvalidInput", "setAvailability")
@pytest.mark.parametrize(
    ("quiet", "problem"),
    [
        ({"quietFrom": "21:00"}, ("quietTo", *BOTH)),
        ({"quietFrom": None, "quietTo": "05:00"}, ("quietFrom", *BOTH)),
        ({"quietFrom": "21.00", "quietTo": "05:00"}, ("quietFrom", *LIKE)),
        ({"quietFrom": "21:00", "quietTo": "24:00"}, ("quietTo", *LIKE)),
        (
            {"quietFrom": "21:00", "quietTo": "21:00"},
            (
                "quietTo",
                "Jam awal dan akhir sama; untuk libur penuh, matikan kesediaan.",
                "Both times are the same; to rest all day, go off duty.",
            ),
        ),
    ],
)
async def test_a_time_that_cannot_be_used_names_its_field(
    api: Api, quiet: dict[str, Any], problem: tuple[str, str, str]
) -> None:
    assert await refused(api, await resting(), "setAvailability", available=False, **quiet) == invalid_input(problem)
