"""A member signs out on a phone."""

from dataclasses import dataclass

from kurir_api.auth import Principal
from kurir_api.models import Device
from kurir_api.services.use_case import Command, use_case


@dataclass(frozen=True, kw_only=True)
class UnregisterDevice(Command):
    """Push no more to `token`."""

    token: str


@use_case
async def unregister_device(principal: Principal, command: UnregisterDevice) -> None:
    """The token is gone, if it was the caller's; a token registered by somebody else since stays theirs."""
    await Device.filter(token=command.token, member_id=principal.member_id).delete()
