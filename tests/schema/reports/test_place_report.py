"""placeReport through the API."""

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, REGENCY, SUBDISTRICT, VILLAGE, make_member, make_report
from tests.ids import id_of
from tests.schema.refusals import (
    KEY_REUSED,
    NOT_ALLOWED,
    NOT_FOUND,
    done,
    invalid_input,
    invalid_transition,
    reaches,
    refused,
)


async def officer(region: str = REGENCY) -> Member:
    return await make_member(role=Role.DESK_OFFICER, region=region)


@reaches("ReportSuccess", "placeReport")
async def test_the_report_lies_where_the_desk_says(api: Api) -> None:
    report = await make_report(region=REGENCY)
    place = {"region": VILLAGE, "location": {"latitude": -7.38, "longitude": 109.22}}

    answer = await done(
        api,
        await officer(),
        "placeReport",
        "report { region { code } desk { code } location { latitude longitude }"
        " timeline { edges { node { action } } } }",
        reportId=id_of(report),
        **place,
    )

    assert answer["report"] == {
        "region": {"code": VILLAGE},
        "desk": {"code": VILLAGE},
        "location": place["location"],
        "timeline": {"edges": [{"node": {"action": "place"}}]},
    }


@reaches("NotFound", "placeReport")
async def test_of_another_regency_it_is_not_found(api: Api) -> None:
    report = await make_report()

    answer = await refused(
        api, await officer(OTHER_REGENCY), "placeReport", reportId=id_of(report), region=OTHER_REGENCY
    )

    assert answer == NOT_FOUND


@reaches("NotAllowed", "placeReport")
async def test_who_took_it_down_in_another_place_does_not_place_it(api: Api) -> None:
    elsewhere = await officer("33.02.24.1003")
    report = await make_report(taken_by=elsewhere)

    answer = await refused(api, elsewhere, "placeReport", reportId=id_of(report), region="33.02.24.1003")

    assert answer == NOT_ALLOWED


@reaches("InvalidInput", "placeReport")
async def test_outside_ones_own_region(api: Api) -> None:
    answer = await refused(
        api, await officer(SUBDISTRICT), "placeReport", reportId=id_of(await make_report()), region=REGENCY
    )

    assert answer == invalid_input(
        (
            "region",
            "Pilih desa atau kecamatan di wilayah meja Anda; di luar itu, serahkan laporannya ke atas.",
            "Choose a village or sub-district of your own desk's; elsewhere, hand the report up.",
        )
    )


@reaches("InvalidTransition", "placeReport")
async def test_what_was_taken_up_stays(api: Api) -> None:
    report = await make_report(status="REJECTED")

    answer = await refused(api, await officer(), "placeReport", reportId=id_of(report), region=VILLAGE)

    assert answer == invalid_transition("REJECTED", "RECEIVED")


@reaches("IdempotencyKeyReused", "placeReport")
async def test_the_same_key_for_another_place_is_refused(api: Api) -> None:
    desk, report = await officer(), await make_report()
    key = {"reportId": id_of(report), "idempotencyKey": "satu"}
    await api.do(desk, "placeReport", region=VILLAGE, **key)

    assert await refused(api, desk, "placeReport", region=SUBDISTRICT, **key) == KEY_REUSED
