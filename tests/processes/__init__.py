"""Programs as children of a test: started, understood by what they print, and stopped for certain."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import NamedTuple

PATIENCE_SECONDS = 60
STOP_SECONDS = 15
LONGEST_LINE = 1024 * 1024
BECOME = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 15); os.execv(sys.argv[1], sys.argv[1:])"
MORTAL = (sys.executable, "-I", "-S", "-c", BECOME)
"""Becomes the program that is named after it; Linux sends that SIGTERM when the tests die without stopping it."""


class Ended(NamedTuple):
    """What a program that ended by itself leaves: its exit code, and the text it printed."""

    code: int
    out: str
    err: str


async def run(*command: str | Path, env: Mapping[str, str], cwd: Path | None = None) -> Ended:
    """Run the program to its end; `env` is all of its environment. TimeoutError, and it is stopped, in a minute."""
    process = await _start(*command, env=env, cwd=cwd, stderr=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            out, err = await process.communicate()
    finally:
        await _stop(process)
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


class Program:
    """A program that runs. `lines`: what it printed, on both its outputs. `ready`: where it said that it is."""

    ready: re.Match[str]

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        self.lines: list[str] = []
        self.pid = process.pid
        self._process = process
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read(process.stdout))

    @property
    def printed(self) -> str:
        """Everything it printed so far."""
        return "".join(self.lines)

    async def says(self, what: str | re.Pattern[str], times: int = 1) -> re.Match[str]:
        """Wait until `what` is found in so many lines, those before included: the last match.

        RuntimeError with what it printed instead when it ends, or a minute has passed.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    over = self._reading.done()
                    found = [match for line in self.lines if (match := re.search(what, line))]
                    if len(found) >= times:
                        return found[times - 1]
                    if over:
                        break
                    self._news.clear()
                    await self._news.wait()
        raise RuntimeError(f"It didn't say {what!r} {times} times, but:\n{self.printed}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the program alone, not to what it started."""
        self._process.send_signal(number)

    async def end(self, within: float | None = PATIENCE_SECONDS) -> int:
        """Wait until it has ended and all it printed was read: the exit code, negative after a signal. TimeoutError
        when that takes longer than `within` seconds, None for however long it lives.
        """
        async with asyncio.timeout(within):
            code = await self._process.wait()
            await self._reading
        return code

    async def _read(self, output: asyncio.StreamReader) -> None:
        try:
            async for line in output:
                self.lines.append(line.decode())
                self._news.set()
        finally:
            self._news.set()


@asynccontextmanager
async def running(
    *command: str | Path, says: str | re.Pattern[str], env: Mapping[str, str], cwd: Path
) -> AsyncIterator[Program]:
    """Run the program while the block lasts, from when it printed a line in which `says` is found.

    `env` is all of its environment. When the block ends, it and whatever it started are stopped. RuntimeError with
    what it printed when it ends, or isn't ready within a minute.
    """
    process = await _start(*command, env=env, cwd=cwd, stderr=asyncio.subprocess.STDOUT)
    program = Program(process)
    try:
        program.ready = await program.says(says)
        yield program
    finally:
        await _stop(process)
        await program.end()


async def _start(
    *command: str | Path, env: Mapping[str, str], cwd: Path | None, stderr: int
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(MORTAL if sys.platform == "linux" else ()),
        *command,
        env=env,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
        limit=LONGEST_LINE,
    )


async def _stop(process: asyncio.subprocess.Process) -> None:
    """Ask it to end, then make an end of its whole group."""
    if process.returncode is None:
        process.terminate()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
