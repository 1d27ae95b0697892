"""Settings: from the environment (prefix `KURIR_`), frozen, checked before anything starts."""

import base64
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Self

import platformdirs
from firebase_admin.credentials import Certificate
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from kurir_api.keyring import MAKE_KEY, MAKE_SECRET, key_ring, secret_ring
from kurir_api.weaknesses import refusals, weak_keys

DEVELOPMENT_SECRETS = "secrets"


class SettingsError(Exception):
    """The environment can't be used; the message says, line by line, which variable to set to what."""


class Environment(StrEnum):
    """Where this process runs. Development makes its own keys and is lenient; production refuses weakness."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class PushChannel(StrEnum):
    """The push sender, named like its file in `dispatch/senders`."""

    LOG = "log"
    FCM = "fcm"


class TrustedDocuments(StrEnum):
    """Which GraphQL documents are answered: those that `kurir documents` lists, or any."""

    ONLY = "only"
    OFF = "off"


class TextChannel(StrEnum):
    """The sender of text messages, named like its file in `dispatch/text_senders`."""

    LOG = "log"
    SMSGATE = "smsgate"
    WHATSAPP = "whatsapp"


NEEDED: Mapping[TextChannel, tuple[str, ...]] = {
    TextChannel.LOG: (),
    TextChannel.SMSGATE: ("smsgate_url", "smsgate_user", "smsgate_password", "smsgate_signing_key"),
    TextChannel.WHATSAPP: (
        "whatsapp_phone_number_id",
        "whatsapp_token",
        "whatsapp_template",
        "whatsapp_app_secret",
        "whatsapp_verify_token",
    ),
}
"""The settings without which a sender can't send, or the replies that its messages ask for can't come in."""


class Settings(BaseSettings):
    """Everything that differs between offices. A variable that is set but empty counts as not set. Times are minutes,
    sizes connections.

    `storage_url`: where files are kept, default a folder in the data folder. `public_url`: how the world reaches
    the api, for the links it gives; default, outside production, as it was asked.

    `rate_address`: requests of an address, `rate_member`: points of a member, each in a minute. `trusted_proxies`:
    whose X-Forwarded-For is believed. `trusted_documents`: default, in production `only`, else `off`.

    `metrics_token`: with which /metrics is read; else there is none. `worker_port`: where a worker says how it does.

    The drill goes out weekly on `drill_weekday` (0 is Monday; None: never) at `drill_hour` by the regency's clock.
    """

    model_config = SettingsConfigDict(
        env_prefix="KURIR_", env_ignore_empty=True, frozen=True, extra="ignore", hide_input_in_errors=True
    )

    environment: Environment = Environment.DEVELOPMENT
    data_dir: Path = Field(default_factory=lambda: Path(platformdirs.user_data_dir("kurir")))
    database_url: str | None = None
    database_pool: int = Field(default=20, ge=2, le=500)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    secret: SecretStr = SecretStr("")
    encryption_key: SecretStr = SecretStr("")
    index_key: SecretStr = SecretStr("")
    token_minutes: int = Field(default=15, ge=1, le=1440)
    recheck_seconds: int = Field(default=20, ge=1, le=20)
    firebase_project: str | None = None
    firebase_credentials: Path | None = None
    push_sender: PushChannel = PushChannel.LOG
    text_sender: TextChannel = TextChannel.LOG
    smsgate_url: str | None = None
    smsgate_user: str | None = None
    smsgate_password: SecretStr = SecretStr("")
    smsgate_signing_key: SecretStr = SecretStr("")
    whatsapp_phone_number_id: str | None = None
    whatsapp_token: SecretStr = SecretStr("")
    whatsapp_template: str | None = None
    whatsapp_api_version: str = "v24.0"
    whatsapp_app_secret: SecretStr = SecretStr("")
    whatsapp_verify_token: SecretStr = SecretStr("")
    messenger_app_secret: SecretStr = SecretStr("")
    messenger_verify_token: SecretStr = SecretStr("")
    webhook_key: SecretStr = SecretStr("")
    messenger_page_token: SecretStr = SecretStr("")
    router_url: str | None = None
    storage_url: str | None = None
    public_url: str | None = None
    drill_weekday: Annotated[int, Field(ge=0, le=6)] | None = 2
    drill_hour: int = Field(default=10, ge=0, le=23)
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1",)
    trusted_documents: TrustedDocuments | None = None
    rate_address: int = Field(default=3_000, ge=60)
    rate_member: int = Field(default=600, ge=60)
    log_level: str = "INFO"
    metrics_token: SecretStr = SecretStr("")
    worker_port: Annotated[int, Field(ge=1, le=65535)] | None = None

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError as error:
                raise ValueError(
                    f"{network} is no address or network; give your reverse proxies' as 127.0.0.1,172.16.0.0/12"
                ) from error
        return value

    @field_validator("allowed_origins", "trusted_proxies", mode="before")
    @classmethod
    def _comma_list(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        if value.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("must be DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("drill_weekday", mode="before")
    @classmethod
    def _never(cls, value: Any) -> Any:
        return None if value in {"", "never"} else value

    @field_validator("smsgate_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must be a URL such as https://api.sms-gate.app/3rdparty/v1")
        return value

    @field_validator("router_url")
    @classmethod
    def _router(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"https?://[\w.-]+(:\d{1,5})?(/[^\s?#]*)?", value):
            raise ValueError("must be the URL of your OSRM server, such as http://127.0.0.1:5000")
        return value

    @field_validator("storage_url")
    @classmethod
    def _storage(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"(file:///|s3://[\w.-]+)\S*", value):
            raise ValueError("must be a folder such as file:///srv/kurir/files, or a bucket such as s3://kurir/files")
        return value

    @field_validator("public_url")
    @classmethod
    def _public(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"https?://[\w.-]+(:\d{1,5})?(/[^\s?#]*)?", value):
            raise ValueError("must be how the world reaches the api, such as https://kurir.banyumaskab.go.id")
        return value and value.rstrip("/")

    @field_validator("whatsapp_api_version", "whatsapp_phone_number_id")
    @classmethod
    def _path_part(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"[A-Za-z0-9.]+", value):
            raise ValueError("letters, digits and dots only, as Meta shows it")
        return value

    @field_validator("firebase_credentials")
    @classmethod
    def _credentials_can_be_used(cls, value: Path | None) -> Path | None:
        if value is None:
            return None
        if not value.is_file():
            raise ValueError(f"no file at {value}; give the path of the service account's JSON key")
        try:
            Certificate(str(value))
        # Its message is not repeated: it may quote the key.
        except (OSError, ValueError) as error:
            raise ValueError(
                f"{value} can't be read as a service account's JSON key; make another one in Firebase's console, "
                "under Project settings, Service accounts"
            ) from error
        return value

    @field_validator("encryption_key", "index_key")
    @classmethod
    def _is_a_ring(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            key_ring(value.get_secret_value())
        return value

    @model_validator(mode="before")
    @classmethod
    def _development_secrets(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Outside production, missing secrets are made once and kept in the data folder."""
        if str(data.get("environment", Environment.DEVELOPMENT)) == Environment.PRODUCTION:
            return data
        folder = Path(data.get("data_dir") or platformdirs.user_data_dir("kurir")) / DEVELOPMENT_SECRETS
        return data | {name: _kept_secret(folder, name) for name in SECRETS if not data.get(name)}

    @model_validator(mode="after")
    def _no_weakness(self) -> Self:
        problems = self._missing_in_production() if self.production else []
        problems += [*weak_keys(self), *(refusals(self) if self.production else ())]
        if self.push_sender is PushChannel.FCM and not (self.firebase_project and self.firebase_credentials):
            problems.append(
                "KURIR_PUSH_SENDER=fcm needs KURIR_FIREBASE_PROJECT and KURIR_FIREBASE_CREDENTIALS; "
                "or set KURIR_PUSH_SENDER=log"
            )
        missing = [f"KURIR_{name.upper()}" for name in NEEDED[self.text_sender] if not _filled(getattr(self, name))]
        if missing:
            problems.append(
                f"KURIR_TEXT_SENDER={self.text_sender} needs {', '.join(missing)}; or set KURIR_TEXT_SENDER=log"
            )
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _missing_in_production(self) -> list[str]:
        problems = [
            f"KURIR_{name.upper()}: set it ({how})"
            for name, how in SECRETS.items()
            if not getattr(self, name).get_secret_value()
        ]
        if self.database_url is None:
            problems.append("KURIR_DATABASE_URL: set it to your PostgreSQL, postgresql://user:password@host/kurir")
        if self.public_url is None:
            problems.append(
                "KURIR_PUBLIC_URL: set it to how the world reaches the api, such as https://kurir.banyumaskab.go.id"
            )
        if self.token_minutes > 15:
            problems.append("KURIR_TOKEN_MINUTES: at most 15 in production")
        if os.environ.get("FIREBASE_AUTH_EMULATOR_HOST"):
            problems.append("FIREBASE_AUTH_EMULATOR_HOST: unset it; with it, forged tokens would be accepted")
        return problems

    @property
    def open_queries(self) -> bool:
        """Whether any document is answered, not only the trusted."""
        default = TrustedDocuments.ONLY if self.production else TrustedDocuments.OFF
        return (self.trusted_documents or default) is TrustedDocuments.OFF

    @property
    def secrets(self) -> tuple[str, ...]:
        """What signs tokens and links: the first does, all are believed."""
        return secret_ring(self.secret.get_secret_value())

    @property
    def production(self) -> bool:
        """Whether this is a real office's system."""
        return self.environment is Environment.PRODUCTION


SECRETS = {"secret": MAKE_SECRET, "encryption_key": MAKE_KEY, "index_key": MAKE_KEY}
"""Without which Kurir can't work, and how each is made."""


def _filled(value: SecretStr | str | None) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _kept_secret(folder: Path, name: str) -> str:
    """The secret kept at folder/name, made on first use, readable by its owner alone."""
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Written aside and linked into place: processes that start together read all of the same one.
        with tempfile.NamedTemporaryFile("w", dir=folder) as file:
            file.write(base64.b64encode(secrets.token_bytes(32)).decode())
            file.flush()
            with suppress(FileExistsError):
                path.hardlink_to(file.name)
        return path.read_text()
    except OSError as error:
        raise ValueError(
            f"KURIR_DATA_DIR: {folder} can't be written ({error.strerror}); set it to a folder of yours"
        ) from error


def load_settings(**overrides: Any) -> Settings:
    """Settings from the environment. Raises SettingsError with one line per variable to mend."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            said = problem["msg"].removeprefix("Value error, ")
            name = "_".join(str(part) for part in problem["loc"])
            lines.append(f"KURIR_{name.upper()}: {said}" if name else said)
        raise SettingsError("\n".join(lines)) from error
