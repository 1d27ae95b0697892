"""Input fields that many mutations share."""

from typing import Any

import strawberry

IDEMPOTENCY_KEY: Any = strawberry.field(
    default=None,
    description="Makes a retry safe: the same key answers as the first try did, and changes nothing again. "
    "1 to 200 characters, kept for 7 days; use a new one per intention.",
)
