"""Use cases that say no: the refusal, and that it left nothing behind."""

from collections.abc import Awaitable
from typing import TypeVar

import pytest

from kurir_api.errors import InvalidInput, Refusal
from tests.schema.refusals import everything

R = TypeVar("R", bound=Refusal)


async def refused(call: Awaitable[object], kind: type[R]) -> R:
    """The refusal, which is exactly of this kind. Fails when anything was written but the idempotency key."""
    before = await everything()
    with pytest.raises(Refusal) as refusal:
        await call
    assert type(refusal.value) is kind, refusal.value
    assert await everything() == before
    return refusal.value


async def problems(call: Awaitable[object]) -> dict[str, str]:
    """By dotted path, in order, what InvalidInput says in English; nothing was written."""
    refusal = await refused(call, InvalidInput)
    return {".".join(problem.path): problem.message("en") for problem in refusal.problems}
