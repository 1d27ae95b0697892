"""Family links: the token in the address, and what finds its row."""

import secrets

from kurir_api.vault import vault

PATH = "/keluarga"
TOKEN_BYTES = 20
"""160 random bits; of the token only a blind index is kept."""


def new_token() -> str:
    """Never seen before, not to be guessed."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def index_of(token: str) -> str:
    """What is written of the token."""
    return vault().index("family_link.token", token)


def indexes_of(token: str) -> list[str]:
    """By which the token's row is found, whichever key it was written with."""
    return vault().indexes("family_link.token", token)


def link_to(base: str, token: str) -> str:
    """The page's address below `base`, how the world reaches the api. Kurir's own logs leave out queries."""
    return f"{base}{PATH}?t={token}"
