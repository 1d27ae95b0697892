"""A register's file, a piece at a time: never the file as a whole."""

import asyncio
import os
import pickle
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE
from collections import deque
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import cycle
from typing import BinaryIO

from kurir_api.errors import InvalidInput
from kurir_api.services.registry import process
from kurir_api.services.registry.lines import Chunk, Reader, Register, Rows

CHUNK_BYTES = 1 << 19
SOME = 4
"""Chunks that are read here before others could begin to."""

LONGEST_HEADER = 10_000


def first_line(file: BinaryIO) -> str:
    """The header. Raises InvalidInput for what is no text."""
    try:
        return file.readline(LONGEST_HEADER).decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InvalidInput.of("file", id="Simpan sebagai CSV UTF-8.", en="Save it as CSV UTF-8.") from error


async def rows_of(file: BinaryIO, register: Register) -> AsyncIterator[Rows]:
    """What becomes of the lines behind the header, in their order: a chunk at a time, read by all processors."""
    chunks = _chunks(file)
    if os.fstat(file.fileno()).st_size <= SOME * CHUNK_BYTES:
        reader = Reader(register)
        for chunk in chunks:
            yield reader.read(chunk)
        return
    async with AsyncExitStack() as stack:
        readers = [await stack.enter_async_context(_reading(register)) for _ in range(os.cpu_count() or 1)]
        waiting: deque[StreamReader] = deque()
        # Each has one chunk to read and one that waits.
        for chunk, (asked, answering) in zip(chunks, cycle(readers), strict=False):
            if len(waiting) == 2 * len(readers):
                yield await _answer(waiting.popleft())
            asked.write(process.framed(chunk))
            waiting.append(answering)
        while waiting:
            yield await _answer(waiting.popleft())


@asynccontextmanager
async def _reading(register: Register) -> AsyncIterator[tuple[StreamWriter, StreamReader]]:
    """A process that reads chunks: how it is asked, and how it answers. It ends with the block."""
    command = (sys.executable, "-m", process.__name__)
    one = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=8 * CHUNK_BYTES)
    if one.stdin is None or one.stdout is None:
        raise RuntimeError("a process without pipes")
    try:
        one.stdin.write(process.framed(register))
        yield one.stdin, one.stdout
    finally:
        one.kill()
        await one.wait()


async def _answer(answering: StreamReader) -> Rows:
    """What became of the oldest chunk that the process was given."""
    (length,) = process.LENGTH.unpack(await answering.readexactly(process.LENGTH.size))
    rows: Rows = pickle.loads(await answering.readexactly(length))  # noqa: S301 - from a process of ours
    return rows


def _chunks(file: BinaryIO) -> Iterator[Chunk]:
    """Whole lines, half a megabyte at a time. Raises InvalidInput for a line longer than that."""
    number, rest = 2, b""
    while block := file.read(CHUNK_BYTES):
        whole, newline, remains = (rest + block).rpartition(b"\n")
        if newline:
            yield Chunk(number, whole)
            number += whole.count(b"\n") + 1
        elif len(remains) > CHUNK_BYTES:
            raise InvalidInput.of("file", id=f"Baris {number} terlalu panjang.", en=f"Line {number} is too long.")
        rest = remains
    if rest:
        yield Chunk(number, rest)
