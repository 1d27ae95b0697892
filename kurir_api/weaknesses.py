"""What production refuses to start with, and what it warns of: each a line that says what to do."""

import ipaddress
import os
from collections.abc import Iterator, Mapping
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from pydantic import SecretStr

from kurir_api.keyring import MAKE_KEY, MAKE_SECRET, key_ring, secret_ring

SHORTEST_SECRET = 32
FEWEST_CHARACTERS, FEWEST_BYTES = 12, 16
"""Distinct ones: 64 random characters of base64 have about forty, 32 random bytes about thirty; fewer than these, one
in many millions."""

SHOWN = ("only-the-tests-know", "changeme", "change-me", "example", "rahasia", "password")
"""Parts of secrets that stand in books, and in ours."""

SHORTEST_OF_VENDORS = 16
VENDORS: Mapping[str, str] = {
    "smsgate_signing_key": "set another one in the SMSGate app, under Settings, Webhooks",
    "whatsapp_app_secret": "copy it from Meta's app, under App settings, Basic",
    "whatsapp_verify_token": f"make one: {MAKE_SECRET}",
    "messenger_app_secret": "copy it from Meta's app, under App settings, Basic",
    "messenger_verify_token": f"make one: {MAKE_SECRET}",
}
"""What proves that a message comes from the vendor, and where a longer one is to be had."""

CHOSEN = (
    "secret",
    "encryption_key",
    "index_key",
    "metrics_token",
    "webhook_key",
    "whatsapp_verify_token",
    "messenger_verify_token",
)
"""The secrets that are the office's to choose; a vendor may give one app's secret for two channels."""

LONG = ("secret", "metrics_token", "webhook_key")
"""Those that are as long as one likes."""

LOOSE_MODES = (None, "disable", "allow", "prefer")
COLLECTOR = "OTEL_EXPORTER_OTLP_ENDPOINT"
DEBUGGING = ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE")


class Checked(Protocol):
    """What is looked at of the settings; secrets are asked for by name."""

    @property
    def production(self) -> bool:
        """Whether this is a real office's system."""

    @property
    def database_url(self) -> str | None:
        """Where the database is."""

    @property
    def public_url(self) -> str | None:
        """How the world reaches the api."""

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Web pages that may call the api."""

    @property
    def trusted_proxies(self) -> tuple[str, ...]:
        """Whose X-Forwarded-For is believed."""

    @property
    def smsgate_url(self) -> str | None:
        """Where texts are sent to."""

    @property
    def router_url(self) -> str | None:
        """Where road times are asked for."""

    @property
    def log_level(self) -> str:
        """How much is logged."""


def weak_keys(settings: Checked) -> Iterator[str]:
    """Everywhere: what is too short, or serves two purposes."""
    for name in LONG:
        if _text(settings, name) and min(map(len, _parts(settings, name)), default=0) < SHORTEST_SECRET:
            yield f"KURIR_{name.upper()}: at least {SHORTEST_SECRET} characters ({MAKE_SECRET})"
    encryption, index = (_text(settings, name) for name in ("encryption_key", "index_key"))
    if encryption and index and set(key_ring(encryption).values()) & set(key_ring(index).values()):
        yield f"KURIR_INDEX_KEY: must differ from KURIR_ENCRYPTION_KEY ({MAKE_KEY})"


def refusals(settings: Checked) -> Iterator[str]:
    """In production: what would let somebody in, or tell them people's data."""
    yield from _guessable(settings)
    yield from _of_vendors(settings)
    yield from _in_the_open(settings)
    if settings.log_level == "DEBUG":
        yield "KURIR_LOG_LEVEL: INFO at the least in production; DEBUG tells too much"
    for name in DEBUGGING:
        if os.environ.get(name):
            yield f"{name}: unset it; it makes Kurir slow, and its errors talkative"
    if settings.public_url and not _encrypted(settings.public_url):
        yield "KURIR_PUBLIC_URL: must begin with https://; let the reverse proxy have a certificate"
    for origin in settings.allowed_origins:
        if not _encrypted(origin):
            yield (
                f"KURIR_ALLOWED_ORIGINS: {origin} would let anybody's page in; name each page's origin, such as "
                "https://konsol.example.go.id"
            )


def warnings(settings: Checked) -> Iterator[str]:
    """In production: what is for the office to know, and may be as it should."""
    if settings.production and settings.database_url and _goes_far(settings.database_url):
        yield (
            "KURIR_DATABASE_URL: the way to the database may be unencrypted; add ?sslmode=verify-full, unless nobody "
            "else is on that network"
        )
    for name, url in _sent_to(settings).items() if settings.production else ():
        if _in_clear(url):
            yield f"{name}: who is on that network reads what is sent there; use https:// unless nobody else is"


def _guessable(settings: Checked) -> Iterator[str]:
    for name in LONG:
        for part in _parts(settings, name):
            shown = any(known in part.lower() for known in SHOWN)
            # What is too short is refused already.
            if len(part) >= SHORTEST_SECRET and (shown or len(set(part)) < FEWEST_CHARACTERS):
                yield f"KURIR_{name.upper()}: can be guessed; make one: {MAKE_SECRET}"
    for name in ("encryption_key", "index_key"):
        if any(len(set(key)) < FEWEST_BYTES for key in _ring(settings, name)):
            yield f"KURIR_{name.upper()}: can be guessed; make one: {MAKE_KEY}"
    given = [(name, part) for name in CHOSEN for part in _parts(settings, name)]
    first: dict[str, str] = {}
    for name, part in given:
        if part in first and {name, first[part]} != {"encryption_key", "index_key"}:
            yield f"KURIR_{name.upper()}: is the same as KURIR_{first[part].upper()}; each needs one of its own"
        first.setdefault(part, name)


def _of_vendors(settings: Checked) -> Iterator[str]:
    for name, how in VENDORS.items():
        if 0 < len(_text(settings, name)) < SHORTEST_OF_VENDORS:
            yield f"KURIR_{name.upper()}: at least {SHORTEST_OF_VENDORS} characters; {how}"


def _in_the_open(settings: Checked) -> Iterator[str]:
    for network in settings.trusted_proxies:
        if ipaddress.ip_network(network).prefixlen == 0:
            yield f"KURIR_TRUSTED_PROXIES: {network} is everybody; name your reverse proxies, such as 172.16.0.0/12"
    for name, url in _sent_to(settings).items():
        if _in_clear(url) and not _private(url):
            yield f"{name}: must begin with https://; over the internet anybody on the way reads what is sent there"


def _parts(settings: Checked, name: str) -> tuple[str, ...]:
    if name in ("encryption_key", "index_key"):
        return tuple(part.rpartition(":")[2] for part in secret_ring(_text(settings, name)))
    text = _text(settings, name)
    return secret_ring(text) if name == "secret" else (text,) * bool(text)


def _ring(settings: Checked, name: str) -> list[bytes]:
    text = _text(settings, name)
    return list(key_ring(text).values()) if text else []


def _text(settings: Checked, name: str) -> str:
    value = getattr(settings, name)
    return value.get_secret_value() if isinstance(value, SecretStr) else value or ""


def _encrypted(url: str) -> bool:
    """Whether what is sent there can't be read on the way; or it stays on this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and _here(parts.hostname or ""))


def _sent_to(settings: Checked) -> dict[str, str]:
    """Where numbers, codes, places and traces go, by variable."""
    urls = {
        "KURIR_SMSGATE_URL": settings.smsgate_url,
        "KURIR_ROUTER_URL": settings.router_url,
        COLLECTOR: os.environ.get(COLLECTOR),
    }
    return {name: url for name, url in urls.items() if url}


def _in_clear(url: str) -> bool:
    """Whether others may read it on its way; a bare name is a container beside this one."""
    return not _encrypted(url) and _elsewhere(urlsplit(url).hostname or "")


def _private(url: str) -> bool:
    try:
        return ipaddress.ip_address(urlsplit(url).hostname or "").is_private
    except ValueError:
        return False


def _elsewhere(host: str) -> bool:
    return "." in host or ":" in host


def _goes_far(database_url: str) -> bool:
    """Whether it may be read on its way: it leaves this machine and its network, and TLS isn't asked for."""
    parts = urlsplit(database_url)
    options = parse_qs(parts.query)
    host = options.get("host", [parts.hostname or ""])[0]
    mode = options.get("sslmode", options.get("ssl", [None]))[0]
    return mode in LOOSE_MODES and _elsewhere(host) and not _here(host) and not host.startswith("/")


def _here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
