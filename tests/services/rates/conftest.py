"""Who says what is covered."""

from collections.abc import Iterator

import pytest
import time_machine

from kurir_api.auth import Principal
from kurir_api.models import Role
from tests.factories import NOW, principal_for


@pytest.fixture
async def coordinator(db: None) -> Principal:
    """Of the regency."""
    return await principal_for(Role.COORDINATOR)


@pytest.fixture
def on_23_november() -> Iterator[None]:
    """It is 23 November 2026 in the regency."""
    with time_machine.travel(NOW, tick=False):
        yield
