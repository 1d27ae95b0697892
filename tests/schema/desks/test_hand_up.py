"""handUp through the API."""

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import (
    OTHER_REGENCY,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_member,
    make_referral,
    make_report,
)
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

SELECT = "report { number desk { code } } case { number desk { code } } referral { number desk { code } }"


async def officer(region: str = VILLAGE) -> Member:
    return await make_member(role=Role.DESK_OFFICER, region=region)


@reaches("HandUpSuccess", "handUp")
async def test_each_is_answered_with_as_it_is_now(api: Api) -> None:
    above = {"code": SUBDISTRICT}
    report, case = await make_report(number=17), await make_case(number="3302-2026-0042")
    referral = await make_referral(number="3302-R2026-0007")

    answers = [
        await done(api, await officer(), "handUp", SELECT, **{key: id_of(row), "reason": "Tidak sanggup"})
        for key, row in (("reportId", report), ("caseId", case), ("referralId", referral))
    ]

    assert [(one["report"], one["case"], one["referral"]) for one in answers] == [
        ({"number": 17, "desk": above}, None, None),
        (None, {"number": "3302-2026-0042", "desk": above}, None),
        (None, None, {"number": "3302-R2026-0007", "desk": above}),
    ]


@reaches("NotFound", "handUp")
async def test_of_another_regency_it_is_not_found(api: Api) -> None:
    answer = await refused(
        api, await officer(OTHER_REGENCY), "handUp", reportId=id_of(await make_report()), reason="Coba"
    )

    assert answer == NOT_FOUND


@reaches("NotAllowed", "handUp")
async def test_from_a_desk_above_ones_own(api: Api) -> None:
    report = await make_report(desk_id=SUBDISTRICT)

    assert await refused(api, await officer(), "handUp", reportId=id_of(report), reason="Lagi") == NOT_ALLOWED


@reaches("InvalidInput", "handUp")
async def test_without_a_reason(api: Api) -> None:
    answer = await refused(api, await officer(), "handUp", reportId=id_of(await make_report()), reason=" ")

    assert answer == invalid_input(("reason", "Harus diisi.", "Must not be empty."))


@reaches("InvalidTransition", "handUp")
async def test_what_is_decided_stays(api: Api) -> None:
    report = await make_report(status="UNREACHABLE")

    answer = await refused(api, await officer(), "handUp", reportId=id_of(report), reason="Coba")

    assert answer == invalid_transition("UNREACHABLE", "RECEIVED")


@reaches("IdempotencyKeyReused", "handUp")
async def test_the_same_key_with_another_reason_is_refused(api: Api) -> None:
    village, report = await officer(), await make_report()
    key = {"reportId": id_of(report), "idempotencyKey": "satu"}
    await api.do(village, "handUp", reason="Tidak sanggup", **key)

    assert await refused(api, village, "handUp", reason="Lain", **key) == KEY_REUSED
