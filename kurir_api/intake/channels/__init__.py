"""Channels: how one provider delivers messages. Another is another file with `create(settings)`."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Protocol, cast

from kurir_api.services.replies.receive_text import InboundText
from kurir_api.settings import Settings


class Channel(Protocol):
    """A provider. `max_body`: bytes it may deliver at once."""

    max_body: int

    def is_genuine(self, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
        """Whether the provider sent exactly this, and lately."""

    def texts(self, payload: object) -> Iterator[InboundText]:
        """The messages in a genuine body, its JSON parsed. What is of another shape is passed over."""

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """What to answer a GET with, by which the provider makes sure of us; None: refuse."""


class ChannelModule(Protocol):
    """What a file in this folder offers; None while the office hasn't set the channel's secret."""

    def create(self, settings: Settings) -> Channel | None: ...


def channels(settings: Settings) -> dict[str, Channel]:
    """The channels that are set up, by the names of their files."""
    modules: dict[str, ChannelModule] = {
        module.name: cast("ChannelModule", import_module(f"{__name__}.{module.name}"))
        for module in iter_modules(__path__)
    }
    made = {name: module.create(settings) for name, module in modules.items()}
    return {name: channel for name, channel in made.items() if channel is not None}


def is_signed(secret: bytes, message: bytes, signature: str) -> bool:
    """Whether `signature` is the hexadecimal HMAC-SHA256 of the message, in a time that tells nothing of it."""
    expected = hmac.new(secret, message, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def dicts(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in what should be a list of objects."""
    return (item for item in value if isinstance(item, dict)) if isinstance(value, list) else iter(())
