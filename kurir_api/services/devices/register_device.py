"""A member's phone asks for notifications."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kurir_api.auth import Principal
from kurir_api.errors import Problems
from kurir_api.models import Device
from kurir_api.services.texts import cleaned, fitting
from kurir_api.services.use_case import Command, use_case

PLATFORMS = ("android", "ios", "web")
LOCALES = ("id", "en")
LONGEST_TOKEN = 4096
LONGEST_VERSION = 40


@dataclass(frozen=True, kw_only=True)
class RegisterDevice(Command):
    """Push to `token` on `platform` ("android", "ios", "web"), in `locale` ("id", "en") or else the member's."""

    token: str
    platform: str
    app_version: str | None = None
    locale: str | None = None


@use_case
async def register_device(principal: Principal, command: RegisterDevice) -> None:
    """The token is the caller's from now on, whoever's it was: a phone belongs to who signed in last.

    Raises InvalidInput.
    """
    _check(command)
    values: dict[str, Any] = {
        "regency_code": principal.regency_code,
        "member_id": principal.member_id,
        "platform": command.platform,
        "app_version": cleaned(command.app_version),
        "locale": command.locale,
        "registered_at": datetime.now(UTC),
    }
    if not await Device.filter(token=command.token).update(**values):
        await Device.create(token=command.token, **values)


def _check(command: RegisterDevice) -> None:
    problems = Problems()
    if not is_token(command.token):
        problems.add(
            "token",
            id=f"Kirim token push dari ponsel: 1 sampai {LONGEST_TOKEN} karakter tanpa spasi.",
            en=f"Send the phone's push token: 1 to {LONGEST_TOKEN} characters without spaces.",
        )
    if command.platform not in PLATFORMS:
        problems.add("platform", id="Pilih android, ios atau web.", en="Use android, ios or web.")
    if command.locale is not None and command.locale not in LOCALES:
        problems.add("locale", id="Pilih id atau en, atau kosongkan.", en="Use id or en, or leave it out.")
    fitting(problems, "appVersion", command.app_version, LONGEST_VERSION)
    problems.refuse()


def is_token(text: str) -> bool:
    """Whether the text can be a push token: visible ASCII characters."""
    visible = text.isascii() and text.isprintable() and " " not in text
    return visible and 0 < len(text) <= LONGEST_TOKEN
