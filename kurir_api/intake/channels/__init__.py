"""Channels: how one provider delivers messages. Another is another file with `create(settings)`."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pkgutil import iter_modules
from typing import Annotated, Any, Protocol, TypeVar, cast

import structlog
from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from kurir_api.errors import InvalidInput
from kurir_api.services.phones import e164
from kurir_api.services.threads.receiving import LONGEST_ID, Inbound, clean
from kurir_api.settings import Settings

STALE_AFTER = timedelta(minutes=5)
"""How old a signed time may be: what was overheard can't be delivered again later."""

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


class Malformed(Exception):
    """A genuine body that isn't what the provider documents. The message says what is wrong, nothing of the body."""


class Shape(BaseModel):
    """A part of a delivery as the provider documents it; what else is in it is passed over, types are exact."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


def _some(written: str) -> str:
    """Raises ValueError where nothing is left."""
    kept = clean(written, LONGEST_ID)
    if kept is None:
        raise ValueError(written)
    return kept


Kind = Annotated[str, AfterValidator(_some)]
"""What a thing is called; not blank."""


class Channel(Protocol):
    """A provider. `max_body`: bytes it may deliver at once. `explains`: it is told why it is refused."""

    max_body: int
    explains: bool

    def is_genuine(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """Whether the provider sent exactly this, and, where it signs times, lately."""

    def messages(self, payload: object) -> list[Inbound]:
        """The messages in a genuine body, its JSON parsed; none where it tells of other events. Raises Malformed."""

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What to answer a GET with, by which the provider makes sure of us; None: refuse."""


class ChannelModule(Protocol):
    """What a file in this folder offers; None while the office hasn't set the channel's secret."""

    def create(self, settings: Settings) -> Channel | None: ...


def channel_names() -> list[str]:
    """The names of all channels, set up or not, sorted."""
    return sorted(module.name for module in iter_modules(__path__) if not module.name.startswith("_"))


def channels(settings: Settings) -> dict[str, Channel]:
    """The channels that are set up, by the names of their files."""
    modules = {name: cast("ChannelModule", import_module(f"{__name__}.{name}")) for name in channel_names()}
    made = {name: module.create(settings) for name, module in modules.items()}
    return {name: channel for name, channel in made.items() if channel is not None}


def is_signed(secret: bytes, message: bytes, signature: str) -> bool:
    """Whether `signature` is the hexadecimal HMAC-SHA256 of the message, in a time that tells nothing of it."""
    expected = hmac.new(secret, message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether the time, in seconds since 1970 (UTC), is about now."""
    known = timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12
    return known and abs(now.timestamp() - int(timestamp)) <= STALE_AFTER.total_seconds()


def shaped(shape: type[M], payload: object) -> M:
    """The payload as that shape. Raises Malformed."""
    try:
        return shape.model_validate(payload)
    except ValidationError as error:
        raise Malformed("\n".join(_wrong(one) for one in error.errors(include_input=False))) from None


def _wrong(one: ErrorDetails) -> str:
    """Where in the body, and what is wrong with it. Neither what somebody wrote, nor what they called it."""
    if one["type"] == "extra_forbidden":
        return "There is a field that isn't documented."
    where = ".".join(map(str, one["loc"])) or "body"
    return f"{where}: {'must not be blank' if one['type'] == 'value_error' else one['msg']}"


def readable(channel: str, parts: Iterable[T], read: Callable[[T], Inbound | None]) -> list[Inbound]:
    """What `read` makes of the parts of a delivery. One that it finds Malformed holds up no other and is logged;
    where no part can be read, Malformed is raised: so the provider keeps it, and delivers it again.
    """
    found: list[Inbound | None] = []
    malformed = 0
    for part in parts:
        try:
            found.append(read(part))
        except Malformed:
            malformed += 1
    if malformed:
        if not found:
            raise Malformed
        structlog.get_logger("kurir.intake").warning("messages not understood", channel=channel, count=malformed)
    return [message for message in found if message is not None]


def number(written: str) -> str | None:
    """E.164; None for what can't be answered, such as an operator's name in place of a number."""
    try:
        return e164(written, "from")
    except InvalidInput:
        return None


def since_1970(seconds: Any) -> datetime | None:
    """The moment so many seconds since 1970 (UTC), a number or its digits; what isn't one says nothing."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def iso_moment(written: Any) -> datetime | None:
    """ISO 8601 with its offset from UTC; what isn't says nothing."""
    try:
        moment = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment is not None and moment.tzinfo is not None else None
