"""The served application with every channel set up, and a worker's part of the work."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from kurir_api.app import create_app
from kurir_api.models import InboundMessage, Notification, Report
from kurir_api.services.threads.inbox import take_in_messages
from kurir_api.settings import Settings
from tests.conftest import empty
from tests.servers import served

SIGNING_KEY = "the phone's signing key"
APP_SECRET = "the app's secret"
PAGE_SECRET = "the page's app's secret"
VERIFY_TOKEN = "the verify token"
WEBHOOK_KEY = "the call centre's key, 32 characters"
RECORDED = datetime(2025, 11, 23, 2, 0, tzinfo=UTC)
PAYLOADS = Path(__file__).parent / "payloads"


@pytest.fixture
async def intake(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application, over an empty database; emptied again afterwards."""
    secrets = {
        "smsgate_signing_key": SecretStr(SIGNING_KEY),
        "whatsapp_app_secret": SecretStr(APP_SECRET),
        "whatsapp_verify_token": SecretStr(VERIFY_TOKEN),
        "messenger_app_secret": SecretStr(PAGE_SECRET),
        "messenger_verify_token": SecretStr(VERIFY_TOKEN),
        "webhook_key": SecretStr(WEBHOOK_KEY),
    }
    async with served(create_app(settings.model_copy(update=secrets))) as url:
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            yield client
        await empty()


def payload(name: str) -> Any:
    """A delivery as its provider documents it, of an hour ago."""
    recorded = (PAYLOADS / f"{name}.json").read_text(encoding="utf-8")
    later = datetime.now(UTC) - timedelta(hours=1) - RECORDED
    seconds = int(later.total_seconds())
    moved = re.sub(r"1763863\d{3}", lambda found: str(int(found[0]) + seconds), recorded)
    return json.loads(
        re.sub(
            r"2025-11-23T[0-9:.]+\+07:00",
            lambda found: (datetime.fromisoformat(found[0]) + later).isoformat(timespec="milliseconds"),
            moved,
        )
    )


async def worked(now: datetime | None = None) -> None:
    """A worker deals with all that came in."""
    while await take_in_messages(now or datetime.now(UTC)):
        pass


async def nothing_was_taken() -> bool:
    return not (await InboundMessage.exists() or await Notification.exists() or await Report.exists())
