"""A stand-in for FCM's HTTP API on a real server, and the credential to reach it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from firebase_admin import credentials as firebase_credentials
from google.auth.credentials import Credentials
from google.auth.exceptions import RefreshError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers import served

PROJECT = "kurir-test"
FCM_ERROR = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


@dataclass(frozen=True)
class Answer:
    """What FCM says: the body it documents for the status and error code. `hangs`: it never answers."""

    status: int = 200
    grpc_status: str = ""
    error_code: str | None = None
    message: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False
    body: bytes | None = None

    def response(self, number: int) -> Response:
        if self.body is not None:
            return Response(self.body, self.status, self.headers)
        if self.status == 200:
            return JSONResponse({"name": f"projects/{PROJECT}/messages/{number}"})
        error: dict[str, Any] = {"code": self.status, "message": self.message, "status": self.grpc_status}
        if self.error_code:
            error["details"] = [{"@type": FCM_ERROR, "errorCode": self.error_code}]
        return JSONResponse({"error": error}, self.status, self.headers)


ACCEPTED = Answer()
HANGS = Answer(hangs=True)
UNREGISTERED = Answer(404, "NOT_FOUND", "UNREGISTERED", "Requested entity was not found.")
SENDER_ID_MISMATCH = Answer(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", "SenderId mismatch")
PERMISSION_DENIED = Answer(403, "PERMISSION_DENIED", message="Permission denied on the project.")
NO_SUCH_PROJECT = Answer(404, "NOT_FOUND", message="Requested entity was not found.")
INVALID_ARGUMENT = Answer(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", "The message is malformed.")
INTERNAL = Answer(500, "INTERNAL", "INTERNAL", "Internal error.")
UNAVAILABLE = Answer(503, "UNAVAILABLE", "UNAVAILABLE", "The server is overloaded.")
BAD_GATEWAY = Answer(502, body=b"<html>502 Bad Gateway</html>")


def quota_exceeded(retry_after: str | None = None) -> Answer:
    """429, with that Retry-After header."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", "Quota exceeded.", headers)


@dataclass(frozen=True)
class Received:
    """One request, as it came in."""

    project: str
    authorization: str
    json: dict[str, Any]

    @property
    def token(self) -> str:
        message = self.json["message"]
        return str(message.get("token") or message["fid"])


class FcmStandIn:
    """Records what arrives; `answers` says per token what to answer, else `otherwise(token)` does.

    A single answer is given every time; a list is used up, one answer per request.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: dict[str, Answer | list[Answer]] = {}
        self.otherwise: Callable[[str], Answer] = lambda _token: ACCEPTED
        self.over = asyncio.Event()
        self.in_flight = 0
        self.most_in_flight = 0
        self.app = Starlette(routes=[Route("/v1/projects/{project}/messages:send", self._send, methods=["POST"])])

    def tokens(self) -> list[str]:
        """The tokens of all requests, in order of arrival."""
        return [received.token for received in self.received]

    async def _send(self, request: Request) -> Response:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            received = Received(
                request.path_params["project"], request.headers["authorization"], await request.json()
            )
            self.received.append(received)
            number = len(self.received)
            answer = self._answer(received.token)
            await (self.over.wait() if answer.hangs else asyncio.sleep(0))
            return answer.response(number)
        finally:
            self.in_flight -= 1

    def _answer(self, token: str) -> Answer:
        answer = self.answers.get(token)
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else None
        return answer or self.otherwise(token)


class StandInCredential(Credentials):
    """A Google credential whose refreshes need no network; `refuses` makes them fail."""

    def __init__(self) -> None:
        super().__init__()
        self.refreshes = 0
        self.refuses = False

    def refresh(self, request: object) -> None:  # noqa: ARG002 - the base class calls it so
        self.refreshes += 1
        if self.refuses:
            raise RefreshError("invalid_grant: Invalid JWT Signature.")
        self.token = f"access-{self.refreshes}"


class StandInCredentials(firebase_credentials.Base):
    """The same as firebase-admin wants it."""

    def __init__(self) -> None:
        self.google = StandInCredential()

    def get_credential(self) -> StandInCredential:
        return self.google


@asynccontextmanager
async def serving(stand_in: FcmStandIn) -> AsyncIterator[str]:
    """The stand-in's address while the block lasts; then what hangs there ends."""
    async with served(stand_in.app) as url:
        yield url
        stand_in.over.set()
