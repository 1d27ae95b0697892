"""The clocks of the api's and the worker's machines jump an hour on and back; the database's doesn't."""

import asyncio
import shutil
import struct
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from kurir_api.auth.tokens import issue_token
from kurir_api.models import Alert, Claim, ClaimStatus, Notification, Role, Task, TaskStatus, Urgency, global_id
from kurir_api.settings import Settings
from tests.api import Api
from tests.conftest import Figures
from tests.factories import make_claim, make_device, make_member, make_notification, make_task, principal_for
from tests.faults.office import PLENTY, until_sent
from tests.processes import running
from tests.processes.office import KURIR, LISTENING, WORKING, environment

SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

static long offset(void) {
    static volatile long *seconds;
    if (!seconds) {
        int file = open(getenv("CLOCK_OFFSET"), O_RDONLY);
        seconds = mmap(0, sizeof(long), PROT_READ, MAP_SHARED, file, 0);
    }
    return *seconds;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, at);
    if (!failed && clock == CLOCK_REALTIME) at->tv_sec += offset();
    return failed;
}

int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""
HOUR = 3600


class Clock:
    """The clock of the machine on which programs with `variables` in their environment run."""

    def __init__(self, folder: Path) -> None:
        self._offset, library = folder / "offset", folder / "clock.so"
        self.set(0)
        (folder / "clock.c").write_text(SHIM)
        command = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(library), str(folder / "clock.c"), "-ldl"]
        subprocess.run(command, check=True)  # noqa: S603  # of our own
        self.variables = {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(self._offset)}

    def set(self, seconds: int) -> None:
        """From now on it is so much later there than it is."""
        with self._offset.open("r+b" if self._offset.exists() else "wb") as file:
            file.write(struct.pack("l", seconds))


async def asked(api: Api, token: str) -> int | str:
    """200, or the code of the refusal."""
    async with httpx.AsyncClient(base_url=api.url) as http:
        headers = {"Authorization": f"Bearer {token}"}
        body = (await http.post("/graphql", json={"query": "{ me { name } }"}, headers=headers)).json()
    return body["errors"][0]["extensions"]["code"] if "errors" in body else 200


async def published(api: Api, task: Task, token: str) -> float:
    """The seconds from when the api publishes the task until a member is asked."""
    document = f'mutation {{ publishTask(input: {{taskId: "{global_id("Task", task.id)}"}}) {{ __typename }} }}'
    async with httpx.AsyncClient(base_url=api.url) as http:
        answer = await http.post("/graphql", json={"query": document}, headers={"Authorization": f"Bearer {token}"})
    assert answer.json() == {"data": {"publishTask": {"__typename": "TaskSuccess"}}}
    began = time.monotonic()
    async with asyncio.timeout(20):
        while not await Alert.filter(task_id=task.id).exists():  # noqa: ASYNC110 - it's another process
            await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.skipif(not shutil.which("gcc"), reason="its clock needs a C compiler")
@pytest.mark.usefixtures("db")
async def test_nothing_ends_early_is_sent_twice_or_is_stuck_and_tokens_are_good_again(
    settings: Settings, tmp_path: Path, figure: Figures
) -> None:
    clock = Clock(tmp_path)
    driver, now = await make_member(), datetime.now(UTC)
    await make_device(driver)
    for days in (1, 2):
        task = await make_task(status=TaskStatus.FILLED, starts_at=now + timedelta(days=days))
        await make_claim(task, driver, expires_at=now + timedelta(minutes=30))
    desk, waited = await principal_for(Role.COORDINATOR), 0.0
    await make_device(await make_member(capabilities=("AMBULANCE_LICENCE",)))
    soon = now + timedelta(hours=3)
    emergency = await make_task(status=TaskStatus.DRAFT, urgency=Urgency.EMERGENCY, starts_at=soon)
    env = environment(settings, **PLENTY) | clock.variables
    async with (
        running(KURIR, "serve", says=LISTENING, env=env, cwd=settings.data_dir) as serving,
        running(KURIR, "worker", says=WORKING, env=env, cwd=settings.data_dir),
        Api.at(serving.ready[1], settings) as api,
    ):
        token, answers, sent = api.token(driver), [], []
        for hours in (0, 1, 0, -1, 0):
            clock.set(hours * HOUR)
            sent.append(
                await make_notification(driver, None, kind="DRILL", due_at=now, expires_at=now + timedelta(days=1))
            )
            await until_sent(sent[-1])
            answers.append(await asked(api, token))
            if hours == 1:
                signed_there = issue_token(settings, desk.member_id, datetime.now(UTC) + timedelta(hours=hours))
                waited = await published(api, emergency, signed_there)
    held = await Claim.filter(status=ClaimStatus.HELD).count()
    attempts = await Notification.filter(kind="DRILL").values_list("attempts", flat=True)

    assert answers[::2] == [200, 200, 200]
    assert held == 2
    assert attempts == [1] * len(sent)
    figure(
        "clocks of api and worker jump an hour on and back: nothing ends early, twice or stuck",
        f"{held} of 2 claims still held, {len(attempts)} pushes sent once each, an emergency of the api that is ahead"
        f" asked for after {waited:.1f} s, meanwhile the token is answered by {answers[1]} and {answers[3]},"
        f" afterwards by {answers[4]}",
    )
