"""A process that reads chunks, asked through its standard input. It begins soon, as it imports little, and ends with
whoever asks, however that ends; multiprocessing's would first import all of the command.
"""

import pickle
import sys
from struct import Struct
from typing import Any, BinaryIO

from kurir_api.services.registry.lines import Reader

LENGTH = Struct("!Q")


def framed(value: Any) -> bytes:
    """The value behind its length in bytes."""
    text = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(text)) + text


def _taken(file: BinaryIO) -> Any:
    """The next value; None at the end."""
    head = file.read(LENGTH.size)
    return pickle.loads(file.read(*LENGTH.unpack(head))) if head else None  # noqa: S301 - from our own process


def main() -> None:
    """First a Register, then a Chunk at a time, each answered by its Rows."""
    reader = Reader(_taken(sys.stdin.buffer))
    while chunk := _taken(sys.stdin.buffer):
        sys.stdout.buffer.write(framed(reader.read(chunk)))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
