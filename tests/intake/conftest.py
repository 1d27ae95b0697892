"""The served application with both channels set up."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from kurir_api.app import create_app
from kurir_api.settings import Settings
from tests.conftest import empty
from tests.servers import served

SIGNING_KEY = "the phone's signing key"
APP_SECRET = "the app's secret"
VERIFY_TOKEN = "the verify token"


@pytest.fixture
async def intake(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, over an empty database; emptied again afterwards."""
    secrets = {
        "smsgate_signing_key": SecretStr(SIGNING_KEY),
        "whatsapp_app_secret": SecretStr(APP_SECRET),
        "whatsapp_verify_token": SecretStr(VERIFY_TOKEN),
    }
    async with served(create_app(settings.model_copy(update=secrets))) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            yield client
        await empty()
