"""What the mutations on devices share."""

from typing import Annotated

import strawberry

from kurir_api.schema.errors import InvalidInput


@strawberry.type(description="It is done.")
class DeviceSuccess:
    """Nothing to tell."""

    ok: bool = strawberry.field(description="Always true.")


DeviceResult = Annotated[
    DeviceSuccess | InvalidInput,
    strawberry.union(name="DeviceResult", description="That it is done, or what to mend."),
]
