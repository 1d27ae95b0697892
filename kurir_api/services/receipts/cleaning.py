"""Cleaning files in processes of their own: see `clean`."""

import asyncio
import json
import sys
from dataclasses import dataclass
from uuid import UUID

from kurir_api.services.receipts.clean import Flaw
from kurir_api.services.receipts.refusals import NotTaken
from kurir_api.services.receipts.turns import Turns

AT_ONCE, EACH = 2, 1
SECONDS = 10.0


@dataclass(frozen=True)
class Cleaned:
    """What is kept of a file: its bytes, a small JPEG of the first page, and its likeness (see models.Receipt)."""

    content_type: str
    kept: bytes
    small: bytes
    likeness: str


class Cleaner:
    """Cleans at most two files at a time, of different members, each in a process that is killed after 10 s; the
    others wait their turn.
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._turns = Turns(AT_ONCE, EACH)

    async def clean(self, member_id: UUID, content: bytes | bytearray) -> Cleaned:
        """The member's file made anew. Raises NotTaken."""
        async with self._turns.turn(member_id):
            said = await self._said_of(content)
        line, _, files = said.partition(b"\n")
        if not line:
            raise NotTaken(Flaw.TOO_COMPLEX)
        facts = json.loads(line)
        if "flaw" in facts:
            raise NotTaken(facts["flaw"])
        kept, small = files[: facts["kept"]], files[facts["kept"] :]
        return Cleaned(facts["content_type"], kept, small, facts["likeness"])

    async def _said_of(self, content: bytes | bytearray) -> bytes:
        """What the process said; nothing if it met a limit. It knows nothing of this one's environment."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-I", "-m", "kurir_api.services.receipts.clean"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={},
            cwd="/",
        )
        try:
            async with asyncio.timeout(self._seconds):
                said, _ = await process.communicate(content)
        except TimeoutError:
            return b""
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return said if process.returncode == 0 else b""
