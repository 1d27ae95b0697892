"""setRate through the API."""

from typing import Any

from kurir_api.models import Member, Role
from tests.api import Answer, Api
from tests.factories import SUBDISTRICT, make_member
from tests.schema.refusals import KEY_REUSED, NOT_ALLOWED, done, invalid_input, reaches, refused

RATE = "rate { category unit amount maxUnits yearlyCap careClass validFrom validUntil source region { code } }"


async def admin() -> Member:
    return await make_member(role=Role.ADMIN)


def waiting(**values: Any) -> Answer:
    """Fifty thousand rupiah a day for who waits with the patient."""
    return {
        "region": "33.02",
        "category": "WAITING_COST",
        "unit": "DAY",
        "amount": 50_000,
        "validFrom": "2099-01-01",
        "source": "SK Bupati Banyumas 460/12/2026",
    } | values


@reaches("RateSuccess", "setRate")
async def test_the_office_says_what_is_covered(api: Api) -> None:
    limits = {"maxUnits": 5, "yearlyCap": 1_000_000, "careClass": 3, "validUntil": "2099-12-31"}

    answer = await done(api, await admin(), "setRate", RATE, **waiting(**limits))

    assert answer["rate"] == waiting(**limits) | {"region": {"code": "33.02"}}


@reaches("NotAllowed", "setRate")
async def test_the_coordinator_of_a_sub_district_does_not(api: Api) -> None:
    coordinator = await make_member(role=Role.COORDINATOR, region=SUBDISTRICT)
    assert await refused(api, coordinator, "setRate", **waiting()) == NOT_ALLOWED


@reaches("InvalidInput", "setRate")
async def test_every_field_that_makes_no_sense_is_named(api: Api) -> None:
    values = waiting(region="33.02.23", amount=0, maxUnits=0, careClass=4, validUntil="2098-12-31", source=" ")
    assert await refused(api, await admin(), "setRate", **values) == invalid_input(
        ("region", "Pilih kabupaten atau kota.", "Choose a regency."),
        ("amount", "Isi Rp1 sampai Rp1.000.000.000.", "Give Rp 1 to Rp 1,000,000,000."),
        ("maxUnits", "Isi 1 sampai 10.000, atau kosongkan.", "Give 1 to 10,000, or nothing."),
        ("careClass", "Isi kelas 1, 2 atau 3.", "Give class 1, 2 or 3."),
        ("validUntil", "Sebelum tanggal mulai; tukar keduanya.", "Before the first day; swap the two."),
        ("source", "Harus diisi.", "Must not be empty."),
    )


@reaches("IdempotencyKeyReused", "setRate")
async def test_the_same_key_with_another_amount_is_refused(api: Api) -> None:
    caller = await admin()
    await api.do(caller, "setRate", **waiting(idempotencyKey="k"))
    assert await refused(api, caller, "setRate", **waiting(amount=1, idempotencyKey="k")) == KEY_REUSED
