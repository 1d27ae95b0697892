"""Firebase's own Auth emulator, from npm: phones sign in and get ID tokens, without a network."""

import json
import random
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import jwt

from tests.processes import running

PROJECT = "demo-kurir"
FOLDER = Path(__file__).parent / "contract" / "auth_emulator"
PROGRAM = FOLDER / "node_modules" / ".bin" / "firebase"
READY = re.compile(r"Authentication\D+(127\.0\.0\.1:\d+)")
PORTS = range(10_000, 30_000)
"""Below those that systems give to connections, which come and go while the emulator starts."""


class AuthEmulator:
    """The emulator at `address` ("127.0.0.1:9099"), asked as an app does it."""

    def __init__(self, address: str, http: httpx.AsyncClient) -> None:
        self.address = address
        self._http = http

    @classmethod
    @asynccontextmanager
    async def started(cls, folder: Path) -> AsyncIterator["AuthEmulator"]:
        """Run it while the block lasts; its files go to `folder`. Takes seconds: start it once."""
        assert PROGRAM.exists(), "The Auth emulator is not installed: run `make npm`."
        config = json.loads((FOLDER / "firebase.json").read_text())
        for part in ("auth", "hub", "logging"):
            config["emulators"][part]["port"] = _free_port()
        (folder / "firebase.json").write_text(json.dumps(config))
        node = Path(shutil.which("node") or "node")
        env = {
            "PATH": str(node.parent),
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "CI": "1",  # asks nothing, looks for no news and no update
        }
        command = (node, PROGRAM, "emulators:start", "--only", "auth", "--project", PROJECT)
        async with (
            running(*command, says=READY, env=env, cwd=folder) as emulator,
            httpx.AsyncClient(base_url=f"http://{emulator.ready[1]}", timeout=30) as http,
        ):
            yield cls(emulator.ready[1], http)

    async def sign_in(self, phone: str) -> str:
        """The ID token of the user with this number, who types in the code that the phone was sent."""
        session = (await self._identity("accounts:sendVerificationCode", phoneNumber=phone))["sessionInfo"]
        sent = (await self._http.get(f"/emulator/v1/projects/{PROJECT}/verificationCodes")).json()
        code = next(one["code"] for one in sent["verificationCodes"] if one["sessionInfo"] == session)
        return (await self._identity("accounts:signInWithPhoneNumber", sessionInfo=session, code=code))["idToken"]

    async def sign_out(self, token: str) -> None:
        """Make the token's user sign in anew, as the console's "Revoke" does: tokens from before are none."""
        claims = jwt.decode(token, options={"verify_signature": False})
        answer = await self._http.post(
            f"/identitytoolkit.googleapis.com/v1/projects/{PROJECT}/accounts:update",
            headers={"Authorization": "Bearer owner"},
            json={"localId": claims["sub"], "validSince": str(claims["iat"] + 1)},
        )
        answer.raise_for_status()

    async def _identity(self, method: str, **values: str) -> dict[str, str]:
        answer = await self._http.post(
            f"/identitytoolkit.googleapis.com/v1/{method}", params={"key": "any"}, json=values
        )
        answer.raise_for_status()
        said: dict[str, str] = answer.json()
        return said


def _free_port() -> int:
    for port in random.sample(PORTS, len(PORTS)):
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            continue
    raise RuntimeError("No port is free.")
