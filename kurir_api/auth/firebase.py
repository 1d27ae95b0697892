"""Firebase's ID tokens: whose phone they are of, and whether Firebase signed the user out meanwhile."""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import firebase_admin
import structlog
from firebase_admin import auth as firebase_auth
from firebase_admin import credentials
from firebase_admin.exceptions import FirebaseError
from google.auth.credentials import AnonymousCredentials
from google.auth.exceptions import GoogleAuthError

from kurir_api.errors import Unauthenticated

CLOCK_SKEW_SECONDS = 10
ANSWER_SECONDS = 10
REVOCATION_SECONDS = 15
"""How long Firebase's word on a user holds. Then a socket asks within KURIR_RECHECK_SECONDS, at most 20, and when
Google is slow hears the answer only when it asks once more: less than the 60 s that Kurir promises.
"""

PATIENCE_SECONDS = 2
"""How long a request waits for that word; after that, what was known before holds."""

AGAIN_SECONDS = 15
"""After how long Firebase is asked again when it couldn't be."""

MOST_KNOWN = 10_000
THREADS = 4


@dataclass(frozen=True, slots=True)
class _Word:
    """Firebase's on a user: tokens issued before `valid_from` (seconds since 1970) are none; None: there are none."""

    valid_from: float | None


UNHEARD = _Word(0.0)


class Firebase:
    """The office's Firebase project. Without a service account, nothing is known of signing out there: a token then
    lasts its hour. While Firebase can't be asked, what it said last of a user holds, or else the token alone.
    """

    def __init__(self, project: str, service_account: Path | None, clock: Callable[[], float] = monotonic) -> None:
        # The emulator tells everybody.
        self._tells = service_account is not None or bool(os.environ.get("FIREBASE_AUTH_EMULATOR_HOST"))
        self._words: dict[str, tuple[float, _Word]] = {}
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._again_at = float("-inf")
        self._clock = clock
        # Threads of its own: when Google is slow, nothing else waits for one.
        self._threads = ThreadPoolExecutor(THREADS, "firebase")
        self._log = structlog.get_logger("kurir.auth")
        self._app = firebase_admin.initialize_app(
            _credential(service_account),
            {"projectId": project, "httpTimeout": ANSWER_SECONDS},
            name=f"kurir-auth-{uuid4()}",
        )

    async def phone(self, token: str) -> str:
        """The phone number behind the token. Raises Unauthenticated.

        Raises firebase_admin's errors when Google can't be asked: that is a fault and not the caller's, whom
        Unauthenticated would sign out.
        """
        try:
            # Verification may fetch Google's keys and is synchronous: off the event loop.
            claims: dict[str, Any] = await self._in_thread(
                lambda: firebase_auth.verify_id_token(token, app=self._app, clock_skew_seconds=CLOCK_SKEW_SECONDS)
            )
        # TypeError: the library takes some claims to be dictionaries before it has checked anything.
        except (firebase_auth.InvalidIdTokenError, ValueError, TypeError) as error:
            raise Unauthenticated from error
        if not isinstance(phone := claims.get("phone_number"), str):
            raise Unauthenticated
        if self._tells:
            word = await self._word(claims["uid"])
            if word.valid_from is None or claims["iat"] < word.valid_from:
                raise Unauthenticated
        return phone

    async def close(self) -> None:
        """Release the client."""
        await self._in_thread(lambda: firebase_admin.delete_app(self._app))
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    async def _word(self, uid: str) -> _Word:
        """Firebase's on the user, asked for at most once in 15 s, however many requests need it."""
        said_at, word = self._words.get(uid, (float("-inf"), UNHEARD))
        if self._clock() - said_at <= REVOCATION_SECONDS:
            return word
        if uid not in self._asking:
            if self._clock() < self._again_at:
                return word
            self._asking[uid] = asyncio.create_task(self._ask(uid))
        await asyncio.wait([self._asking[uid]], timeout=PATIENCE_SECONDS)
        return self._words.get(uid, (said_at, word))[1]

    async def _ask(self, uid: str) -> None:
        asked_at = self._clock()
        try:
            word = await self._in_thread(lambda: self._said_of(uid))
        except (FirebaseError, GoogleAuthError) as error:
            self._again_at = self._clock() + AGAIN_SECONDS
            self._log.warning("firebase can't be asked who signed out", cause=type(error).__name__)
        else:
            self._words.pop(uid, None)  # so that the oldest come first
            self._words[uid] = asked_at, word
            if len(self._words) > MOST_KNOWN:
                del self._words[next(iter(self._words))]
        finally:
            del self._asking[uid]

    def _said_of(self, uid: str) -> _Word:
        try:
            user = firebase_auth.get_user(uid, app=self._app)
        except firebase_auth.UserNotFoundError:
            return _Word(None)
        # Milliseconds, of which Firebase keeps whole seconds; as its own library compares them.
        return _Word(None if user.disabled else user.tokens_valid_after_timestamp / 1000)


def _credential(service_account: Path | None) -> Any:
    """Verifying ID tokens needs Google's public keys only: anonymous will do where no service account is set."""
    if service_account is None:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    return credentials.Certificate(str(service_account))
