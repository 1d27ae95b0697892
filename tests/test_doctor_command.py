"""`kurir doctor`, as an operator runs it."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from kurir_api.models import AlarmReason, Role
from kurir_api.settings import Settings
from tests.factories import make_alarm, make_member, make_task, make_wave

pytestmark = pytest.mark.usefixtures("db")


async def doctor(settings: Settings) -> tuple[int | None, str]:
    """Its exit status, and what it printed."""
    environment = os.environ | {"KURIR_DATABASE_URL": settings.database_url, "KURIR_DATA_DIR": str(settings.data_dir)}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from kurir_api.cli import main; main()",
        "doctor",
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    printed, _ = await process.communicate()
    return process.returncode, printed.decode()


async def test_says_nothing_when_all_is_well(settings: Settings) -> None:
    now = datetime.now(UTC)
    await make_member(role=Role.COORDINATOR)
    task = await make_task(starts_at=now + timedelta(hours=1))
    await make_wave(task, due_at=now + timedelta(minutes=10))
    for reason in (AlarmReason.UNCLAIMED, AlarmReason.WINDOW_PASSED):
        await make_alarm(task, reason, due_at=now + timedelta(minutes=10))

    assert await doctor(settings) == (0, "")


async def test_lists_what_is_ill_and_fails(settings: Settings) -> None:
    await make_member(role=Role.COORDINATOR)
    await make_task(number=4821, status="FILLED")

    assert await doctor(settings) == (
        1,
        "task 4821: it has all its members, but none of them is to come\n"
        "task 4821: no alarm is set for when it isn't done in time\n",
    )
