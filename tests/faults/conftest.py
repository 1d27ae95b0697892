"""What the drills need besides what all tests have."""

import pytest

from kurir_api.settings import Settings
from kurir_api.vault import open_vault


@pytest.fixture(autouse=True)
def vault(settings: Settings) -> None:
    """Open, for rows that a drill makes itself while the program under test is another process."""
    open_vault(settings)
