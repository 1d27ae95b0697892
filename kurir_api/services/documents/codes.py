"""Codes printed on statements: easy to read out, not to be guessed."""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O that look like digits, and no U."""
LENGTH = 20
GROUP = 5
MISREAD = str.maketrans("OIL", "011")


def new_code() -> str:
    """A hundred random bits, as 20 characters."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def in_groups(code: str) -> str:
    """As it is printed: "7K2QM-0XZ4A-..."."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read_code(typed: str) -> str | None:
    """The code that somebody typed, in whatever case, with whatever spaces and dashes, with O for 0 and I or L for 1;
    None if it can't be one.
    """
    code = re.sub(r"[\s\u2010-\u2015_.-]", "", typed[:100]).upper().translate(MISREAD)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
