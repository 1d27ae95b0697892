"""A PostgreSQL URL, taken apart for asyncpg.

Tortoise's own reading of URLs hands `sslmode` on as an unknown argument and takes `ssl=false` for true,
so Kurir reads them itself and accepts what libpq, cloud consoles and Tortoise write.
"""

import ssl
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from kurir_api.settings import SettingsError

SCHEMES = ("postgresql", "postgres", "asyncpg")
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
TEXT_OPTIONS = ("application_name", "host", "password", "target_session_attrs", "user")
NUMBER_OPTIONS = {
    "connect_timeout": "timeout",
    "maxsize": "maxsize",
    "minsize": "minsize",
    "port": "port",
    "statement_cache_size": "statement_cache_size",
    "timeout": "timeout",
}
SSL_OPTIONS = ("ssl", "sslmode", "sslrootcert")
CONNECT_SECONDS = 10


def normalised(url: str) -> str:
    """The URL with the one scheme Tortoise and asyncpg agree on. Raises SettingsError if it can't be used."""
    arguments(url)
    return "asyncpg://" + url.split("://", 1)[1]


def arguments(url: str) -> dict[str, Any]:
    """The arguments of `asyncpg.connect` in `url`, with Tortoise's `minsize` and `maxsize` where given.

    Raises SettingsError, which never repeats the password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _unusable(f"its host or port can't be read ({error})") from error
    if parts.scheme not in SCHEMES:
        raise _unusable(f"{parts.scheme or 'it'} is not PostgreSQL")
    database = unquote(parts.path.removeprefix("/"))
    if not database:
        raise _unusable("it names no database")
    options = dict(parse_qsl(parts.query))
    result: dict[str, Any] = {
        "host": unquote(parts.hostname) if parts.hostname else None,
        "port": port or 5432,
        "user": unquote(parts.username) if parts.username else None,
        "password": unquote(parts.password) if parts.password else None,
        "database": database,
        "application_name": "kurir",
        "timeout": CONNECT_SECONDS,
    }
    for name, value in options.items():
        if name in TEXT_OPTIONS:
            result[name] = value
        elif name in NUMBER_OPTIONS:
            if not value.isdecimal():
                raise _unusable(f"{name} must be a whole number")
            result[NUMBER_OPTIONS[name]] = int(value)
        elif name not in SSL_OPTIONS:
            known = ", ".join(sorted({*TEXT_OPTIONS, *NUMBER_OPTIONS, *SSL_OPTIONS}))
            raise _unusable(f"the option {name} is not known; known are {known}")
    return result | _encryption(options)


def place(url: str) -> str:
    """Where the database is, for people: "host:port/database", never the password."""
    found = arguments(url)
    return f"{found['host'] or 'localhost'}:{found['port']}/{found['database']}"


def ssl_options(options: dict[str, str]) -> tuple[str | None, str | None]:
    """libpq's sslmode and sslrootcert in a URL's options; `ssl=true` and `ssl=false` as people mean them."""
    spoken = {"true": "verify-full", "false": "disable"}
    given = options.get("sslmode") or options.get("ssl")
    if given is None:
        return None, None
    mode = spoken.get(given.lower(), given)
    if mode not in SSL_MODES:
        raise _unusable(f"sslmode must be one of {', '.join(SSL_MODES)}")
    authority = options.get("sslrootcert")
    if mode == "require" and authority:
        mode = "verify-ca"  # libpq's rule: a given authority is meant to be checked
    return mode, authority


def _encryption(options: dict[str, str]) -> dict[str, Any]:
    mode, authority = ssl_options(options)
    if mode is None:
        return {}
    if mode not in ("verify-ca", "verify-full"):
        return {"ssl": mode}
    try:
        context = ssl.create_default_context(cafile=None if authority == "system" else authority)
    except OSError as error:
        raise _unusable(f"the sslrootcert {authority} can't be read ({error})") from error
    context.check_hostname = mode == "verify-full"
    return {"ssl": context}


def _unusable(why: str) -> SettingsError:
    return SettingsError(
        f"KURIR_DATABASE_URL: {why}; set it like postgresql://user:password@host:5432/kurir?sslmode=verify-full"
    )
