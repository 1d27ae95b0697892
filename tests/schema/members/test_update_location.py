"""updateLocation through the API."""

from datetime import UTC, datetime, timedelta

from tests.api import Api
from tests.factories import make_member
from tests.schema.refusals import everything, invalid_input, reaches, refused

PLACE = "member { location { latitude longitude } locationAt }"
HERE = {"latitude": -7.39, "longitude": 109.24}


@reaches("MemberSuccess", "updateLocation")
async def test_the_answer_is_where_the_caller_is_and_since_when(api: Api) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()

    answer = await api.do(await make_member(), "updateLocation", PLACE, location=HERE, at=at, accuracyM=12.5)

    assert answer == {"__typename": "MemberSuccess", "member": {"location": HERE, "locationAt": at}}


async def test_a_fix_that_comes_late_changes_nothing(api: Api) -> None:
    at = datetime.now(UTC) - timedelta(minutes=10)
    sri = await make_member(last_latitude=-7.4, last_longitude=109.2, last_fix_at=at)
    before = await everything()

    answer = await api.do(sri, "updateLocation", PLACE, location=HERE, at=(at - timedelta(minutes=1)).isoformat())

    assert answer["member"] == {"location": {"latitude": -7.4, "longitude": 109.2}, "locationAt": at.isoformat()}
    assert await everything() == before


@reaches("InvalidInput", "updateLocation")
async def test_every_field_that_cannot_be_used_is_named(api: Api) -> None:
    answer = await refused(
        api, await make_member(), "updateLocation", location=HERE, at="2099-01-01T00:00:00+07:00", accuracyM=-1
    )

    assert answer == invalid_input(
        ("at", "Waktunya di masa depan; periksa jam ponsel.", "In the future; check the phone's clock."),
        ("accuracyM", "Isi dalam meter, 0 sampai 100.000.", "Give it in metres, 0 to 100,000."),
    )


async def test_a_place_outside_indonesia_is_refused(api: Api) -> None:
    answer = await refused(api, await make_member(), "updateLocation", location={"latitude": 0.0, "longitude": 0.0})

    assert answer == invalid_input(
        (
            "location",
            "Titik ini di luar Indonesia; periksa lintang (-11,5 sampai 6,5) dan bujur (94 sampai 142).",
            "This point is outside Indonesia; check latitude (-11.5 to 6.5) and longitude (94 to 142).",
        )
    )
