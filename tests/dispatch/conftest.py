"""FCM's stand-in, and the real sender that talks to it."""

from collections.abc import AsyncIterator

import pytest

from kurir_api.dispatch.senders import SenderConfig
from kurir_api.dispatch.senders.fcm import FcmSender
from tests.fcm_stand_in import PROJECT, FcmStandIn, StandInCredentials, serving


@pytest.fixture
def fcm() -> FcmStandIn:
    return FcmStandIn()


@pytest.fixture
def credentials() -> StandInCredentials:
    return StandInCredentials()


@pytest.fixture
async def url(fcm: FcmStandIn) -> AsyncIterator[str]:
    async with serving(fcm) as url:
        yield url


@pytest.fixture
async def sender(url: str, credentials: StandInCredentials) -> AsyncIterator[FcmSender]:
    sender = FcmSender(SenderConfig(credentials, PROJECT), endpoint=url)
    yield sender
    await sender.close()
