"""An office whose storage is empty before and after."""

import shutil
from collections.abc import AsyncIterator

import pytest

from kurir_api.models import Member
from kurir_api.settings import Settings
from tests.api import Api
from tests.factories import make_member
from tests.files.sending import Phone


@pytest.fixture
async def sender(api: Api) -> Member:
    """A volunteer who reads English."""
    return await make_member(locale="en")


@pytest.fixture
async def phone(api: Api, sender: Member, settings: Settings) -> AsyncIterator[Phone]:
    """The volunteer's app."""
    async with Phone.of(api, sender) as phone:
        yield phone
    shutil.rmtree(settings.data_dir / "files")
