"""registerDevice."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.devices.results import DeviceResult, DeviceSuccess
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.devices.register_device import RegisterDevice
from kurir_api.services.devices.register_device import register_device as use_case


@strawberry.input(description="A phone that notifications go to.")
class RegisterDeviceInput:
    """See services.devices.register_device."""

    token: str = strawberry.field(description="The push service's token, 1 to 4,096 characters.")
    platform: str = strawberry.field(description="android, ios or web.")
    app_version: str | None = strawberry.field(default=None, description="At most 40 characters.")
    locale: str | None = strawberry.field(
        default=None, description="The language of its notifications, id or en; default the member's."
    )


@mutation(
    may_call=EVERY_MEMBER,
    description="Send the caller's notifications to this phone. Whoever registers a token last owns it.",
)
async def register_device(
    info: Info, input: Annotated[RegisterDeviceInput, strawberry.argument(description="The phone.")]
) -> DeviceResult:
    """Parse, call, return."""
    command = RegisterDevice(
        token=input.token, platform=input.platform, app_version=input.app_version, locale=input.locale
    )
    await use_case(info.context.principal, command)
    return DeviceSuccess(ok=True)
