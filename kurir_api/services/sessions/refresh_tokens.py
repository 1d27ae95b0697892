"""Refresh tokens, of which each works once: who they are of, which one it is, and the proof that Kurir made it.

Nothing of them is kept but a keyed digest of what all of a session's share. Each next one is made from that and its
number alone, so that the same can be given again when an answer was lost.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from kurir_api.vault import vault

ID_BYTES, SECRET_BYTES = 16, 24
LONGEST = 200
PROOF, FAMILY = "session.refresh_token", "session.family"


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """`family`: the session's id and 192 random bits, as text; `generation` counts from 0."""

    family: str
    generation: int

    @classmethod
    def first(cls, session_id: UUID) -> Self:
        """That of a new session."""
        return cls(urlsafe_b64encode(session_id.bytes + secrets.token_bytes(SECRET_BYTES)).decode().rstrip("="), 0)

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What `text` makes of it; None unless Kurir made it, with a key that it still has."""
        family, _, rest = text.partition(".")
        generation, _, proof = rest.partition(".")
        # Before anything is counted or decoded: only what was signed is looked at.
        if len(text) > LONGEST or not vault().same(PROOF, f"{family}.{generation}", proof):
            return None
        return cls(family, int(generation))

    @property
    def session_id(self) -> UUID:
        """Whose it is."""
        return UUID(bytes=urlsafe_b64decode(self.family + "=" * (-len(self.family) % 4))[:ID_BYTES])

    @property
    def family_index(self) -> str:
        """What is kept of it."""
        return vault().index(FAMILY, self.family)

    def is_of(self, family_index: str) -> bool:
        """Whether it is one of the session that keeps this."""
        return vault().same(FAMILY, self.family, family_index)

    def next(self) -> "RefreshToken":
        """The one that replaces it."""
        return RefreshToken(self.family, self.generation + 1)

    def __str__(self) -> str:
        """As the client gets it."""
        return f"{self.family}.{self.generation}.{vault().index(PROOF, f'{self.family}.{self.generation}')}"
