"""Bearer tokens: Firebase ID tokens, and our own for development and offices without Firebase."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import firebase_admin
import jwt
from firebase_admin import auth as firebase_auth
from firebase_admin import credentials
from google.auth.credentials import AnonymousCredentials

from kurir_api.auth.principal import Principal, principal_of_member, principal_of_phone
from kurir_api.errors import Unauthenticated
from kurir_api.settings import Settings

ISSUER = "kurir"
ALGORITHM = "HS256"
LONGEST_TOKEN = 8192  # characters; Firebase's have about a thousand
CLOCK_SKEW_SECONDS = 10
KEY_FETCH_SECONDS = 10


def issue_token(settings: Settings, member_id: UUID, now: datetime | None = None) -> str:
    """A token of our own for the member, valid for `settings.token_minutes`."""
    issued = now or datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": str(member_id),
        "jti": str(uuid4()),
        "iat": issued,
        "exp": issued + timedelta(minutes=settings.token_minutes),
    }
    return jwt.encode(claims, settings.secret.get_secret_value(), ALGORITHM)


class Authenticator:
    """Turns bearer tokens into principals; holds the Firebase client when the office uses Firebase."""

    def __init__(self, settings: Settings) -> None:
        self._secret = settings.secret.get_secret_value()
        self._firebase: firebase_admin.App | None = None
        if settings.firebase_project:
            self._firebase = firebase_admin.initialize_app(
                _firebase_credential(settings.firebase_credentials),
                {"projectId": settings.firebase_project, "httpTimeout": KEY_FETCH_SECONDS},
                name=f"kurir-auth-{uuid4()}",
            )

    async def principal(self, token: str) -> Principal:
        """The caller behind the token. Raises Unauthenticated (also for an expired one) or UnknownMember.

        Raises firebase_admin's CertificateFetchError when Google's keys can't be fetched: that is a fault and not
        the caller's, whom Unauthenticated would sign out.
        """
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated
        try:
            # Expiry is looked at here because Firebase's library doesn't when it believes an emulator.
            unproven = jwt.decode(
                token, options={"verify_signature": False, "verify_exp": True}, leeway=CLOCK_SKEW_SECONDS
            )
            issuer = unproven.get("iss")
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:  # the last two: odd text, deep nesting
            raise Unauthenticated from error
        if issuer == ISSUER:
            return await principal_of_member(self._own_subject(token))
        return await principal_of_phone(await self._firebase_phone(token))

    async def close(self) -> None:
        """Release the Firebase client."""
        if self._firebase is not None:
            await asyncio.to_thread(firebase_admin.delete_app, self._firebase)

    def _own_subject(self, token: str) -> UUID:
        try:
            claims = jwt.decode(
                token,
                self._secret,
                [ALGORITHM],
                audience=ISSUER,
                issuer=ISSUER,
                leeway=CLOCK_SKEW_SECONDS,
                options={"require": ["exp", "sub", "aud", "iss"]},
            )
            return UUID(claims["sub"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated from error

    async def _firebase_phone(self, token: str) -> str:
        if self._firebase is None:
            raise Unauthenticated
        try:
            # Verification may fetch Google's keys and is synchronous: off the event loop.
            claims: dict[str, Any] = await asyncio.to_thread(
                firebase_auth.verify_id_token,
                token,
                app=self._firebase,
                clock_skew_seconds=CLOCK_SKEW_SECONDS,
            )
        # TypeError: the library takes some claims to be dictionaries before it has checked anything.
        except (firebase_auth.InvalidIdTokenError, ValueError, TypeError) as error:
            raise Unauthenticated from error
        if not isinstance(phone := claims.get("phone_number"), str):
            raise Unauthenticated
        return phone


def _firebase_credential(service_account: Path | None) -> Any:
    """Verifying ID tokens needs Google's public keys only: anonymous will do where no service account is set."""
    if service_account is None:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    return credentials.Certificate(str(service_account))
