"""Who works at the desk."""

import pytest

from kurir_api.auth import Principal
from kurir_api.models import Role
from tests.factories import principal_for


@pytest.fixture
async def officer(db: None) -> Principal:
    """At the regency's desk."""
    return await principal_for(Role.DESK_OFFICER)
