"""An office's keys, before, while and after they change."""

from base64 import b64encode
from hashlib import sha256

from pydantic import SecretStr

from kurir_api.settings import Settings


def with_keys(settings: Settings, *numbers: int) -> Settings:
    """The settings with a ring of these keys, of which the first writes. Number 1 is the tests' usual key."""
    return settings.model_copy(
        update={name: SecretStr(ring(settings, name, *numbers)) for name in ("encryption_key", "index_key")}
    )


def ring(settings: Settings, name: str, *numbers: int) -> str:
    """As the environment gives it."""
    usual = getattr(settings, name).get_secret_value()
    return ",".join(f"{number}:{usual if number == 1 else _made(name, number)}" for number in numbers)


def _made(name: str, number: int) -> str:
    return b64encode(sha256(f"{name} number {number}".encode()).digest()).decode()
