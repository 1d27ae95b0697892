"""Keys as the environment gives them: one, or a ring of them while they change."""

import base64
import binascii

MAKE_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105 - how one is made
MAKE_KEY = "python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
MOST_NUMBERED = 255


def decode_key(text: str) -> bytes:
    """The 32 bytes of a base64 key. Raises ValueError saying how to make one."""
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise ValueError(f"must be base64 of 32 bytes; make one with {MAKE_KEY}")
    return key


def key_ring(text: str) -> dict[int, bytes]:
    """The keys of "base64", which is number 1, or of "2:base64,1:base64", by number; the first is written with.
    Raises ValueError saying what to mend.
    """
    ring: dict[int, bytes] = {}
    for part in (part.strip() for part in text.split(",")):
        number, colon, encoded = part.rpartition(":")
        if colon and not (number.isascii() and number.isdecimal() and 1 <= int(number) <= MOST_NUMBERED):
            raise ValueError(f"number its keys from 1 to {MOST_NUMBERED}, such as 2:base64,1:base64")
        position, key = int(number) if colon else 1, decode_key(encoded)
        if position in ring:
            raise ValueError(f"names key number {position} twice; a new key gets a number that was never used")
        if key in ring.values():
            raise ValueError(f"has the same bytes twice; make another key with {MAKE_KEY}")
        ring[position] = key
    return ring


def secret_ring(text: str) -> tuple[str, ...]:
    """The secrets of "new,old": the first signs, all are believed."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
