"""resolveReport through the API."""

import pytest

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, OTHER_VILLAGE, make_case, make_member, make_patient, make_report
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
    unknown,
)


async def officer() -> Member:
    return await make_member(role=Role.DESK_OFFICER)


@reaches("ReportSuccess", "resolveReport")
async def test_a_report_that_belongs_to_a_case_is_linked_to_it(api: Api) -> None:
    report, case = await make_report(), await make_case(number="3302-2026-0042")

    answer = await done(
        api,
        await officer(),
        "resolveReport",
        "report { status case { number } }",
        **{"reportId": id_of(report), "as": "LINKED", "case": id_of(case)},
    )

    assert answer["report"] == {"status": "LINKED", "case": {"number": "3302-2026-0042"}}


@pytest.mark.parametrize(("before", "after"), [("RECEIVED", "UNREACHABLE"), ("REJECTED", "RECEIVED")])
async def test_a_report_is_put_aside_and_taken_up_again(api: Api, before: str, after: str) -> None:
    report = await make_report(status=before)

    answer = await done(
        api, await officer(), "resolveReport", "report { status }", **{"reportId": id_of(report), "as": after}
    )

    assert answer["report"] == {"status": after}


@reaches("NotFound", "resolveReport")
async def test_a_report_of_another_regency_is_not_found(api: Api) -> None:
    report = await make_report()
    elsewhere = await make_member(role=Role.DESK_OFFICER, region=OTHER_REGENCY)

    answer = await refused(api, elsewhere, "resolveReport", **{"reportId": id_of(report), "as": "UNREACHABLE"})

    assert answer == NOT_FOUND


@reaches("NotAllowed", "resolveReport")
async def test_only_a_coordinator_rejects(api: Api) -> None:
    report = await make_report()
    values = {"reportId": id_of(report), "as": "REJECTED", "reason": "Bukan permintaan bantuan"}

    assert await refused(api, await officer(), "resolveReport", **values) == NOT_ALLOWED
    assert await refused(api, await make_member(), "resolveReport", **values) == NOT_ALLOWED


@reaches("InvalidInput", "resolveReport")
async def test_a_rejection_needs_a_reason(api: Api) -> None:
    coordinator = await make_member(role=Role.COORDINATOR)
    values = {"reportId": id_of(await make_report()), "as": "REJECTED"}

    answer = await refused(api, coordinator, "resolveReport", **values)

    assert answer == invalid_input(("reason", "Tulis alasannya.", "Say why."))


async def test_a_case_is_opened_by_its_own_mutation(api: Api) -> None:
    values = {"reportId": id_of(await make_report()), "as": "CASE_OPENED"}

    assert await refused(api, await officer(), "resolveReport", **values) == invalid_input(
        (
            "as",
            "Untuk membuka kasus pakai openCase; rujukan tidak dicatat di sini.",
            "Use openCase to open a case; a referral isn't made here.",
        )
    )


async def test_the_case_and_the_original_must_be_ones_the_caller_knows(api: Api) -> None:
    values = {"reportId": id_of(await make_report())}
    far_case = await make_case(await make_patient(region=OTHER_VILLAGE))
    far_report = await make_report(region=OTHER_VILLAGE)

    linked = await refused(
        api, await officer(), "resolveReport", **values, **{"as": "LINKED", "case": id_of(far_case)}
    )
    duplicate = await refused(
        api, await officer(), "resolveReport", **values, **{"as": "DUPLICATE", "duplicateOf": id_of(far_report)}
    )

    assert linked == unknown("case")
    assert duplicate == invalid_input(
        ("duplicateOf", "Pilih laporan aslinya dari daftar.", "Choose the original from the list.")
    )


@reaches("InvalidTransition", "resolveReport")
async def test_a_report_that_led_to_a_case_stays_with_it(api: Api) -> None:
    report = await make_report(status="CASE_OPENED", case=await make_case())

    answer = await refused(api, await officer(), "resolveReport", **{"reportId": id_of(report), "as": "UNREACHABLE"})

    assert answer == invalid_transition("CASE_OPENED", "RECEIVED")


@reaches("IdempotencyKeyReused", "resolveReport")
async def test_the_same_key_with_another_answer_is_refused(api: Api) -> None:
    caller, report = await officer(), await make_report()
    values = {"reportId": id_of(report), "idempotencyKey": "k1"}
    await api.do(caller, "resolveReport", **values, **{"as": "UNREACHABLE"})

    assert await refused(api, caller, "resolveReport", **values, **{"as": "RECEIVED"}) == KEY_REUSED
