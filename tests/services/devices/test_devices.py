"""Registering and unregistering phones: whose a push token is."""

import asyncio
import secrets

import pytest

from kurir_api.errors import InvalidInput
from kurir_api.models import Device
from kurir_api.services.devices.register_device import RegisterDevice, register_device
from kurir_api.services.devices.unregister_device import UnregisterDevice, unregister_device
from tests.factories import REGENCY, principal_for

pytestmark = pytest.mark.usefixtures("db")


def phone(token: str = "token-of-a-phone", platform: str = "android", **values) -> RegisterDevice:
    return RegisterDevice(token=token, platform=platform, **values)


async def owners() -> dict:
    return {device.token: device.member_id for device in await Device.all()}


async def test_a_phone_is_kept_with_everything_told_of_it() -> None:
    member = await principal_for()

    await register_device(member, phone("abc", "ios", app_version=" 1.4.0 ", locale="en"))

    device = await Device.get()
    assert (device.token, device.platform, device.app_version, device.locale) == ("abc", "ios", "1.4.0", "en")
    assert (device.member_id, device.regency_code) == (member.member_id, REGENCY)


async def test_registering_again_updates_the_phone() -> None:
    member = await principal_for()
    await register_device(member, phone(app_version="1.0", locale="id"))

    await register_device(member, phone(platform="web"))

    device = await Device.get()
    assert (device.platform, device.app_version, device.locale) == ("web", None, None)


async def test_whoever_registers_a_token_last_owns_it() -> None:
    first, second = await principal_for(), await principal_for()
    await register_device(first, phone("shared"))

    await register_device(second, phone("shared"))

    assert await owners() == {"shared": second.member_id}


async def test_a_member_may_have_several_phones() -> None:
    member = await principal_for()

    await register_device(member, phone("one"))
    await register_device(member, phone("two"))

    assert await owners() == {"one": member.member_id, "two": member.member_id}


async def test_two_members_registering_one_token_at_once_leave_one_owner() -> None:
    members = [await principal_for() for _ in range(6)]

    await asyncio.gather(*(register_device(member, phone("raced")) for member in members))

    assert (await owners()).keys() == {"raced"}


async def test_the_longest_token_is_kept_whole() -> None:
    token = secrets.token_hex(2048)

    await register_device(await principal_for(), phone(token))

    assert (await owners()).keys() == {token}


@pytest.mark.parametrize("platform", ["android", "ios", "web"])
async def test_the_three_platforms_are_known(platform: str) -> None:
    await register_device(await principal_for(), phone(platform=platform))

    assert (await Device.get()).platform == platform


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (phone(token=""), "token"),
        (phone(token="t" * 4097), "token"),
        (phone(token="with space"), "token"),
        (phone(token="with\nline"), "token"),
        (phone(token="with\x7f"), "token"),
        (phone(token="tokén"), "token"),
        (phone(platform="Android"), "platform"),
        (phone(platform=""), "platform"),
        (phone(locale="jv"), "locale"),
        (phone(locale=""), "locale"),
        (phone(app_version="1" * 41), "appVersion"),
    ],
)
async def test_what_is_no_phone_is_refused_by_field(command: RegisterDevice, path: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await register_device(await principal_for(), command)

    assert [problem.path for problem in refused.value.problems] == [(path,)]
    assert await Device.all().count() == 0


async def test_every_wrong_field_is_named_in_the_callers_language() -> None:
    with pytest.raises(InvalidInput) as refused:
        await register_device(await principal_for(), phone(token="", platform="fax", locale="fr"))

    assert refused.value.message("id") == (
        "Perbaiki isian: token: Kirim token push dari ponsel: 1 sampai 4096 karakter tanpa spasi; "
        "platform: Pilih android, ios atau web; locale: Pilih id atau en, atau kosongkan."
    )
    assert [problem.message("en") for problem in refused.value.problems] == [
        "Send the phone's push token: 1 to 4096 characters without spaces.",
        "Use android, ios or web.",
        "Use id or en, or leave it out.",
    ]


async def test_an_unregistered_phone_is_gone() -> None:
    member = await principal_for()
    await register_device(member, phone("old"))
    await register_device(member, phone("new"))

    await unregister_device(member, UnregisterDevice(token="old"))

    assert await owners() == {"new": member.member_id}


async def test_unregistering_leaves_anothers_phone_alone() -> None:
    owner = await principal_for()
    await register_device(owner, phone("theirs"))

    await unregister_device(await principal_for(), UnregisterDevice(token="theirs"))

    assert await owners() == {"theirs": owner.member_id}


async def test_unregistering_what_is_gone_is_fine() -> None:
    await unregister_device(await principal_for(), UnregisterDevice(token="never seen"))
