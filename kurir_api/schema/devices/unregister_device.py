"""unregisterDevice."""

from typing import Annotated

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.devices.results import DeviceResult, DeviceSuccess
from kurir_api.schema.permissions import EVERY_MEMBER, mutation
from kurir_api.services.devices.unregister_device import UnregisterDevice
from kurir_api.services.devices.unregister_device import unregister_device as use_case


@strawberry.input(description="A phone that shall be silent.")
class UnregisterDeviceInput:
    """See services.devices.unregister_device."""

    token: str = strawberry.field(description="As it was registered.")


@mutation(
    may_call=EVERY_MEMBER,
    description="Send nothing more to the caller's phone with this token; also fine when it is gone already.",
)
async def unregister_device(
    info: Info, input: Annotated[UnregisterDeviceInput, strawberry.argument(description="The phone.")]
) -> DeviceResult:
    """Parse, call, return."""
    await use_case(info.context.principal, UnregisterDevice(token=input.token))
    return DeviceSuccess(ok=True)
