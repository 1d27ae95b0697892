"""Links that let whoever has them read one file for a short while."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlencode

from kurir_api.settings import Settings

VALID_FOR = timedelta(minutes=10)


class _Asked(Protocol):
    @property
    def base_url(self) -> object: ...


def public_base(settings: Settings, request: _Asked) -> str:
    """How the world reaches the api, without a slash at its end: as the office says, as it must in production, where
    anybody could ask by a name of their own; else as it was asked.
    """
    if settings.public_url:
        return settings.public_url
    asked = str(request.base_url).rstrip("/")
    return "http" + asked.removeprefix("ws") if asked.startswith("ws") else asked


def signed(settings: Settings, path: str, now: datetime, **facts: str) -> str:
    """`path` with a query that is valid for ten minutes; `facts` are further parts of it. Nothing in it may be
    personal: links end up in histories and logs.
    """
    query = facts | {"expires": str(int((now + VALID_FOR).timestamp()))}
    return f"{path}?{urlencode(query | {'signature': _signature(settings.secrets[0], path, query)})}"


def is_genuine(settings: Settings, path: str, query: Mapping[str, str], now: datetime) -> bool:
    """Whether `signed` made the link, not more than ten minutes ago."""
    facts = {name: value for name, value in query.items() if name != "signature"}
    given = query.get("signature", "").encode(errors="surrogatepass")
    if not any(hmac.compare_digest(given, _signature(one, path, facts).encode()) for one in settings.secrets):
        return False
    return now < datetime.fromtimestamp(int(facts["expires"]), UTC)


def _signature(secret: str, path: str, facts: Mapping[str, str]) -> str:
    text = f"link\0{path}\0{urlencode(sorted(facts.items()), errors='surrogatepass')}"
    return hmac.digest(secret.encode(), text.encode(), hashlib.sha256).hex()
