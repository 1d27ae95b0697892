"""Bearer tokens: Firebase ID tokens, and our own for development and offices without Firebase."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt

from kurir_api.auth.firebase import CLOCK_SKEW_SECONDS, Firebase
from kurir_api.auth.principal import Principal, principal_of_member, principal_of_phone, principal_of_session
from kurir_api.errors import Unauthenticated
from kurir_api.settings import Settings

ISSUER = "kurir"
ALGORITHM = "HS256"
LONGEST_TOKEN = 8192  # characters; Firebase's have about a thousand
LONGEST_SESSION_MINUTES = 15


def issue_token(
    settings: Settings, member_id: UUID, now: datetime | None = None, *, session_id: UUID | None = None
) -> str:
    """A token of our own for the member, valid for `settings.token_minutes`; of a session for `session_seconds`,
    while that goes on.
    """
    issued = now or datetime.now(UTC)
    lasts = timedelta(seconds=session_seconds(settings)) if session_id else timedelta(minutes=settings.token_minutes)
    claims = {
        "iss": ISSUER,
        "aud": ISSUER,
        "sub": str(member_id),
        "jti": str(uuid4()),
        "iat": issued,
        "exp": issued + lasts,
    }
    if session_id is not None:
        claims["sid"] = str(session_id)
    return jwt.encode(claims, settings.secrets[0], ALGORITHM)


def session_seconds(settings: Settings) -> int:
    """How long a session's access token lasts: what is longer in development isn't for these."""
    return min(settings.token_minutes, LONGEST_SESSION_MINUTES) * 60


class Authenticator:
    """Turns bearer tokens into principals; holds the Firebase client when the office uses Firebase."""

    def __init__(self, settings: Settings) -> None:
        self._secrets = settings.secrets
        project = settings.firebase_project
        self._firebase = Firebase(project, settings.firebase_credentials) if project else None

    async def principal(self, token: str) -> Principal:
        """The caller behind the token. Raises Unauthenticated (also for an expired one) or UnknownMember.

        Raises firebase_admin's errors when Google can't be asked: that is a fault and not the caller's, whom
        Unauthenticated would sign out.
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
            member_id, session_id = self._own(token)
            if session_id is None:
                return await principal_of_member(member_id)
            return await principal_of_session(member_id, session_id)
        if self._firebase is None:
            raise Unauthenticated
        return await principal_of_phone(await self._firebase.phone(token))

    async def close(self) -> None:
        """Release the Firebase client."""
        if self._firebase is not None:
            await self._firebase.close()

    def _own(self, token: str) -> tuple[UUID, UUID | None]:
        """Whose it is, and of which session. Raises Unauthenticated."""
        try:
            claims = self._claims(token)
            return UUID(claims["sub"]), UUID(claims["sid"]) if "sid" in claims else None
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as error:
            raise Unauthenticated from error

    def _claims(self, token: str) -> dict[str, Any]:
        """Under whichever secret signed it. Raises jwt.InvalidTokenError."""
        for secret in self._secrets:
            try:
                claims: dict[str, Any] = jwt.decode(
                    token,
                    secret,
                    [ALGORITHM],
                    audience=ISSUER,
                    issuer=ISSUER,
                    leeway=CLOCK_SKEW_SECONDS,
                    options={"require": ["exp", "sub", "aud", "iss"]},
                )
            except jwt.InvalidSignatureError:
                continue
            return claims
        raise jwt.InvalidSignatureError
