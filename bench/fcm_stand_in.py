"""A stand-in of FCM's in a process of its own, and a credential for it.

Bare sockets, so that it takes little of the machine that it shares with what is measured.
"""

import asyncio
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import RawIOBase
from pathlib import Path

import orjson
from firebase_admin import credentials as firebase_credentials
from google.auth.credentials import Credentials

PROJECT = "kurir-bench"
ARRIVED = "arrived.jsonl"
START_SECONDS = 30
ACCEPTED = b'{"name": "projects/kurir-bench/messages/1"}'
UNAVAILABLE = b'{"error": {"code": 503, "status": "UNAVAILABLE", "message": "The server is overloaded."}}'
UNREGISTERED = (
    b'{"error": {"code": 404, "status": "NOT_FOUND", "message": "Requested entity was not found.", "details":'
    b' [{"@type": "type.googleapis.com/google.firebase.fcm.v1.FcmError", "errorCode": "UNREGISTERED"}]}}'
)


class StandInCredential(Credentials):
    """A Google credential whose refreshes need no network."""

    def refresh(self, request: object) -> None:  # noqa: ARG002 - the base class calls it so
        """Get a token."""
        self.token = "access"  # noqa: S105 - it opens nothing


class StandInCredentials(firebase_credentials.Base):  # type: ignore[misc]  # without types
    """The same as firebase-admin wants it."""

    def __init__(self) -> None:
        self._google = StandInCredential()  # type: ignore[no-untyped-call]  # google-auth's

    def get_credential(self) -> StandInCredential:
        """See `firebase_admin.credentials.Base`."""
        return self._google


class Connection(asyncio.Protocol):
    """Answers each request after `latency`; with `faults` 30 % by 503, 5 % never, 1 % by 404. Notes what arrived: the
    token, the collapse key and the notification's id of what was accepted or never answered.
    """

    def __init__(self, latency: float, note: RawIOBase, *, faults: bool) -> None:
        self.latency = latency
        self.note = note
        self.faults = faults
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        assert isinstance(transport, asyncio.Transport)
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self.received += data
        while True:
            head, found, rest = self.received.partition(b"\r\n\r\n")
            _, _, length = head.lower().partition(b"content-length:")
            size = int(length.partition(b"\r\n")[0]) if found and length else 0
            if not found or len(rest) < size:
                return
            self.received = rest[size:]
            self.take(rest[:size])

    def take(self, body: bytes) -> None:
        """Decide what becomes of one message."""
        chance = random.random() if self.faults else 1.0  # noqa: S311 - no secret
        if chance < 0.30:
            self.answer(b"503 Service Unavailable", UNAVAILABLE)
        elif chance < 0.31:
            self.answer(b"404 Not Found", UNREGISTERED)
        else:
            if self.faults:
                message = orjson.loads(body)["message"]
                data = message["data"]
                arrived = [message["token"], data["collapseKey"], data["notificationId"], time.time()]
                self.note.write(orjson.dumps(arrived) + b"\n")
            if chance >= 0.36:
                self.answer(b"200 OK", ACCEPTED)

    def answer(self, status: bytes, body: bytes) -> None:
        """Send it, after the latency."""
        said = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (
            status,
            len(body),
            body,
        )
        asyncio.get_running_loop().call_later(self.latency, self.transport.write, said)


@contextmanager
def stand_in(folder: Path, *, latency_ms: int, faults: bool) -> Iterator[str]:
    """Its address while the block lasts; what arrived is written to `folder`/arrived.jsonl, unbuffered."""
    process = subprocess.Popen(  # noqa: S603 - a program of ours
        [sys.executable, "-m", "bench.fcm_stand_in", str(folder), str(latency_ms), str(int(faults))],
        cwd=Path(__file__).parents[1],
    )
    try:
        yield _address(folder / "address")
    finally:
        process.terminate()
        process.wait()


def _address(file: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if file.exists() and (text := file.read_text()):
            return text
        time.sleep(0.05)
    raise RuntimeError("The stand-in doesn't start.")


async def _serve(folder: Path, latency: float, *, faults: bool) -> None:
    with (folder / ARRIVED).open("ab", buffering=0) as note:
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(latency, note, faults=faults), "127.0.0.1", 0, backlog=4096
        )
        (folder / "address").write_text(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2]) / 1000, faults=sys.argv[3] == "1"))
