"""What a resolver works with: who is calling, in which language, and fresh loaders."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import strawberry
from starlette.requests import HTTPConnection

from kurir_api.auth import Authenticator, Principal
from kurir_api.dispatch.travel import Roads
from kurir_api.errors import Unauthenticated, asked_locale
from kurir_api.limiter import Limiter
from kurir_api.links import public_base, signed
from kurir_api.pages import client_address, network
from kurir_api.schema.live import LiveEvents
from kurir_api.schema.loaders import Loaders
from kurir_api.settings import Settings

BEARER = "bearer "


@dataclass
class Context:
    """One per HTTP request, or per WebSocket connection.

    `roads`: the office's router, if it has one. `connection_params` is what the client sent at WebSocket init. A
    socket lives long: there `renew` gives each operation and each event fresh loaders.
    """

    request: HTTPConnection
    settings: Settings
    authenticator: Authenticator
    live: LiveEvents
    limiter: Limiter
    roads: Roads | None = None
    connection_params: dict[str, Any] | None = None
    _principal: Principal | None = None
    _loaders: Loaders | None = None
    _refused: Exception | None = None
    _signing_in: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def sign_in(self) -> Principal:
        """The caller, looked up once, however many fields ask, also when that fails. Raises Unauthenticated or
        UnknownMember.
        """
        async with self._signing_in:
            if self._refused is not None:
                raise self._refused
            if self._principal is None:
                await self._sign_in_once()
        if self.request.scope["type"] == "websocket":
            self.renew()
        return self.principal

    async def _sign_in_once(self) -> None:
        try:
            await self.sign_in_again()
        except Exception as error:
            if self.request.scope["type"] == "http":  # a socket lives long, and may be luckier later
                self._refused = error
            raise

    async def sign_in_again(self) -> None:
        """Look the caller up anew: the token may have expired, the roles changed. Raises as `sign_in`."""
        self._principal = await self.authenticator.principal(self._token())

    async def admit(self) -> None:
        """Count an operation on a socket for its address, as the door counts requests. Raises TooMany, also when the
        member has no points left: so far nothing of the operation is read.
        """
        await self.limiter.note("address", network(client_address(self.request)))
        await self.limiter.check("member", str(self.principal.member_id))

    async def count(self, points: int) -> None:
        """Count an operation for the member who asks. Raises TooMany."""
        try:
            principal = await self.sign_in()
        except Exception:  # noqa: BLE001 - whatever it is, the fields that need a caller say it
            return
        await self.limiter.hit("member", str(principal.member_id), points)

    def renew(self) -> None:
        """Forget what was loaded."""
        self._loaders = None

    @property
    def loaders(self) -> Loaders:
        """The loaders of this request, for the signed-in caller."""
        if self._loaders is None:
            self._loaders = Loaders(self.principal)
        return self._loaders

    @property
    def principal(self) -> Principal:
        """The caller, once signed in. Raises Unauthenticated before."""
        if self._principal is None:
            raise Unauthenticated
        return self._principal

    @property
    def locale(self) -> str:
        """The caller's language, "id" or "en": the member's own, else the first the request asks for."""
        if self._principal is not None:
            return self._principal.locale
        return asked_locale(self.request.headers.get("accept-language", ""))

    def link(self, path: str, **facts: str) -> str:
        """An absolute URL by which whoever has it reads the file at `path` for ten minutes."""
        return public_base(self.settings, self.request) + signed(self.settings, path, datetime.now(UTC), **facts)

    def _token(self) -> str:
        given = self.request.headers.get("authorization")
        if given is None and self.connection_params:
            lowered = {key.lower(): value for key, value in self.connection_params.items()}
            given = lowered.get("authorization")
        if not isinstance(given, str) or not given.lower().startswith(BEARER):
            raise Unauthenticated
        return given[len(BEARER) :].strip()


Info = strawberry.Info[Context, None]
