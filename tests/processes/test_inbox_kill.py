"""What was answered with 200 is there: the server dies before any worker has looked, and each report is made once."""

import asyncio
import json
import signal
from datetime import UTC, datetime

import httpx
import pytest

from kurir_api.models import InboundMessage, Message, Report, Role
from kurir_api.settings import Settings
from tests.conftest import Figures
from tests.factories import make_member
from tests.intake.conftest import SIGNING_KEY
from tests.intake.deliveries import signed
from tests.processes.office import serving, working

pytestmark = pytest.mark.usefixtures("db")
DELIVERIES = 10
SENDERS = [f"+62812111100{number:02}" for number in range(20)]


def sms(sender: str) -> bytes:
    payload = {
        "messageId": f"id-{sender}",
        "message": f"Ibu saya sakit, jemput di Berkoh, {sender[-2:]}",
        "sender": sender,
        "receivedAt": datetime.now(UTC).isoformat(),
    }
    return json.dumps({"deviceId": "phone-1", "event": "sms:received", "payload": payload}).encode()


async def test_killed_right_after_its_answers_nothing_is_lost_and_nothing_is_made_twice(
    settings: Settings, figure: Figures
) -> None:
    await make_member(role=Role.COORDINATOR)
    bodies = [sms(sender) for sender in SENDERS]
    async with serving(settings, smsgate_signing_key=SIGNING_KEY) as server:
        async with httpx.AsyncClient(base_url=server.api.url, timeout=30) as client:

            async def deliver(body: bytes) -> int:
                answer = await client.post("/intake/smsgate", content=body, headers=signed("smsgate", body))
                return answer.status_code

            statuses = await asyncio.gather(*(deliver(body) for body in bodies * DELIVERIES))
            server.program.send(signal.SIGKILL)
        assert await server.program.end() == -signal.SIGKILL

    assert set(statuses) == {200}
    assert (await InboundMessage.all().count(), await Report.all().count()) == (20, 0)

    async with asyncio.timeout(30), working(settings):
        while await InboundMessage.filter(due_at__isnull=False).exists():  # noqa: ASYNC110 - it's another process
            await asyncio.sleep(0.05)

    reports = await Report.all()
    assert sorted(report.sender or "" for report in reports) == SENDERS
    assert await Message.filter(incoming=True).count() == 20
    figure(
        "a redelivered webhook is one report: 10 deliveries, a kill between 200 and the work",
        f"{len(reports)} reports of {len(SENDERS)} messages, {len(statuses)} deliveries",
    )
