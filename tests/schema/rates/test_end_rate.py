"""endRate through the API."""

from kurir_api.models import Member, Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, SUBDISTRICT, make_member, make_rate
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, NOT_FOUND, done, invalid_input, reaches, refused


async def coordinator(region: str = "33.02") -> Member:
    return await make_member(role=Role.COORDINATOR, region=region)


@reaches("RateSuccess", "endRate")
async def test_a_rate_gets_its_last_day(api: Api) -> None:
    values = {"rateId": id_of(await make_rate()), "validUntil": "2099-12-31"}
    answer = await done(api, await coordinator(), "endRate", "rate { validUntil }", **values)
    assert answer["rate"] == {"validUntil": "2099-12-31"}


@reaches("NotFound", "endRate")
async def test_another_regencys_rate_is_not_found(api: Api) -> None:
    values = {"rateId": id_of(await make_rate(regency_code=OTHER_REGENCY)), "validUntil": "2099-12-31"}
    assert await refused(api, await coordinator(), "endRate", **values) == NOT_FOUND


@reaches("NotAllowed", "endRate")
async def test_the_coordinator_of_a_sub_district_does_not(api: Api) -> None:
    values = {"rateId": id_of(await make_rate()), "validUntil": "2099-12-31"}
    assert await refused(api, await coordinator(SUBDISTRICT), "endRate", **values) == NOT_ALLOWED


@reaches("InvalidInput", "endRate")
async def test_what_was_in_force_stays(api: Api) -> None:
    values = {"rateId": id_of(await make_rate()), "validUntil": "2026-01-01"}
    assert await refused(api, await coordinator(), "endRate", **values) == invalid_input(
        (
            "validUntil",
            "Isi hari ini atau sesudahnya, dan tidak sebelum tarif mulai berlaku.",
            "Give today or a later day, and none before the rate begins.",
        )
    )


@reaches("IdempotencyKeyReused", "endRate")
async def test_the_same_key_with_another_day_is_refused(api: Api) -> None:
    caller, rate = await coordinator(), id_of(await make_rate())
    await api.do(caller, "endRate", rateId=rate, validUntil="2099-12-31", idempotencyKey="k")
    values = {"rateId": rate, "validUntil": "2098-12-31", "idempotencyKey": "k"}
    assert await refused(api, caller, "endRate", **values) == KEY_REUSED
