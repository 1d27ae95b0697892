"""An office says which regency the messages are for that arrive at one of its addresses."""

from dataclasses import dataclass

from kurir_api.errors import Problems
from kurir_api.models import Hotline, Membership, Region, RegionLevel

LONGEST_ADDRESS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SetHotline:
    """`channel`: as `intake` calls it, one of `channels`; `address`: as its provider calls the receiver. `regency`: a
    code; None: forget the address.
    """

    channel: str
    address: str
    regency: str | None
    channels: tuple[str, ...]


async def set_hotline(command: SetHotline) -> bool:
    """Whether something changed. For the operator at the server. Raises InvalidInput."""
    problems = Problems()
    if command.channel not in command.channels:
        known = ", ".join(command.channels)
        problems.add("channel", id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
    if not 1 <= len(command.address) <= LONGEST_ADDRESS:
        problems.add(
            "address",
            id=f"Tulis 1 sampai {LONGEST_ADDRESS} karakter, seperti di penyedianya.",
            en=f"Write 1 to {LONGEST_ADDRESS} characters, as the provider shows it.",
        )
    if command.regency is not None and not await _is_served(command.regency):
        problems.add(
            "regency",
            id="Pilih kode kabupaten yang sudah punya kantor di sini, misalnya 33.02.",
            en="Name a regency that has an office here, such as 33.02.",
        )
    problems.refuse()
    if command.regency is None:
        return bool(await Hotline.filter(channel=command.channel, address=command.address).delete())
    before = await Hotline.get_or_none(channel=command.channel, address=command.address)
    if before is not None and before.regency_code == command.regency:
        return False
    await Hotline.update_or_create(
        {"regency_code": command.regency}, channel=command.channel, address=command.address
    )
    return True


async def _is_served(code: str) -> bool:
    """Whether it is a regency in which somebody has a role."""
    regency = await Region.filter(code=code, level=RegionLevel.REGENCY).exists()
    return regency and await Membership.filter(regency_code=code).exists()
