"""registerDevice and unregisterDevice through the API."""

from kurir_api.models import Device
from tests.api import Api
from tests.factories import make_device, make_member
from tests.schema.refusals import everything, invalid_input, reaches, refused


@reaches("DeviceSuccess", "registerDevice")
async def test_a_phone_is_the_callers_from_now_on(api: Api) -> None:
    before, sri = await make_member(), await make_member()
    await make_device(before, "token-1")

    answer = await api.do(
        sri, "registerDevice", "ok", token="token-1", platform="ios", appVersion="1.4.0", locale="en"
    )

    assert answer == {"__typename": "DeviceSuccess", "ok": True}
    phones = await Device.all().values_list("member_id", "token", "platform", "app_version", "locale")
    assert phones == [(sri.id, "token-1", "ios", "1.4.0", "en")]


@reaches("InvalidInput", "registerDevice")
async def test_every_field_that_cannot_be_used_is_named(api: Api) -> None:
    answer = await refused(
        api, await make_member(), "registerDevice", token="", platform="fax", locale="jv", appVersion="1" * 41
    )

    assert answer == invalid_input(
        (
            "token",
            "Kirim token push dari ponsel: 1 sampai 4096 karakter tanpa spasi.",
            "Send the phone's push token: 1 to 4096 characters without spaces.",
        ),
        ("platform", "Pilih android, ios atau web.", "Use android, ios or web."),
        ("locale", "Pilih id atau en, atau kosongkan.", "Use id or en, or leave it out."),
        ("appVersion", "Paling banyak 40 karakter.", "At most 40 characters."),
    )


@reaches("DeviceSuccess", "unregisterDevice")
async def test_a_phone_that_is_signed_out_is_gone_and_once_more_is_fine(api: Api) -> None:
    sri = await make_member()
    await make_device(sri, "token-1")

    answers = [await api.do(sri, "unregisterDevice", "ok", token="token-1") for _ in range(2)]

    assert answers == [{"__typename": "DeviceSuccess", "ok": True}] * 2
    assert await Device.all().count() == 0


async def test_anothers_phone_stays_theirs(api: Api) -> None:
    await make_device(await make_member(), "token-1")
    stranger = await make_member()
    before = await everything()

    answer = await api.do(stranger, "unregisterDevice", "ok", token="token-1")

    assert answer == {"__typename": "DeviceSuccess", "ok": True}
    assert await everything() == before
