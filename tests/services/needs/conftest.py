"""Who promises, and who estimates."""

import pytest

from kurir_api.auth import Principal
from kurir_api.models import Organization, Role
from tests.factories import make_organization, principal_for


@pytest.fixture
async def lazis(db: None) -> Organization:
    """A partner of Banyumas."""
    return await make_organization("Lazis Serayu")


@pytest.fixture
async def reviewer(lazis: Organization) -> Principal:
    """Of the partner."""
    return await principal_for(Role.PARTNER_REVIEWER, organization=lazis)


@pytest.fixture
async def coordinator(db: None) -> Principal:
    """Of the regency."""
    return await principal_for(Role.COORDINATOR)
