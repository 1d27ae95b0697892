"""Settings: what is assumed, what is refused, and the line that says how to mend it."""

import json
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from kurir_api.settings import Environment, PushChannel, Settings, SettingsError, load_settings
from tests.conftest import SECRETS

EXAMPLE = Path(__file__).parents[1] / ".env.example"
MAKE_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
MAKE_KEY = "python3 -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())'"
OSRM = "must be the URL of your OSRM server, such as http://127.0.0.1:5000"
OFFICE = {
    "KURIR_ENVIRONMENT": "production",
    "KURIR_DATABASE_URL": "postgresql://kurir:open-sesame@db.example.go.id/kurir",
    "KURIR_PUBLIC_URL": "https://kurir.example.go.id",
} | {f"KURIR_{name.upper()}": value for name, value in SECRETS.items()}
"""All that production needs."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder; nothing else is set in the environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"KURIR_{name.upper()}", raising=False)
    monkeypatch.delenv("FIREBASE_AUTH_EMULATOR_HOST", raising=False)
    monkeypatch.setenv("KURIR_DATA_DIR", str(tmp_path / "kurir"))
    return tmp_path / "kurir"


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch):
    """What is said line by line when these variables are set."""

    def lines(**variables: str) -> list[str]:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SettingsError) as error:
            load_settings()
        return str(error.value).splitlines()

    return lines


def key_file(folder: Path, **changed: str) -> Path:
    """A service account's key as Firebase's console gives it."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    path = folder / "firebase.json"
    account = {
        "type": "service_account",
        "project_id": "demo-kurir",
        "client_email": "kurir@demo-kurir.iam.gserviceaccount.com",
        "private_key": pem,
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    path.write_text(json.dumps(account | changed))
    return path


class TestDevelopment:
    def test_needs_nothing_and_listens_to_this_machine_only(self) -> None:
        settings = load_settings()
        assert (settings.environment, settings.production) == (Environment.DEVELOPMENT, False)
        assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
        assert (settings.token_minutes, settings.recheck_seconds) == (15, 20)
        assert settings.push_sender is PushChannel.LOG

    def test_makes_keys_that_differ_and_keeps_them_for_its_owner_alone(self, folder: Path) -> None:
        first, second = load_settings(), load_settings()
        made = [first.secret, first.encryption_key, first.index_key]
        assert len({key.get_secret_value() for key in made}) == 3
        assert [second.secret, second.encryption_key, second.index_key] == made
        kept = folder / "secrets"
        assert sorted(path.name for path in kept.iterdir()) == ["encryption_key", "index_key", "secret"]
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept.iterdir()} == {0o600}
        assert stat.S_IMODE(kept.stat().st_mode) == 0o700

    def test_processes_that_start_together_have_the_same_keys(self) -> None:
        with ThreadPoolExecutor(16) as threads:
            found = list(threads.map(lambda _: load_settings(), range(16)))
        assert {settings.encryption_key for settings in found} == {found[0].encryption_key}

    def test_a_key_that_is_given_is_not_made(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KURIR_SECRET", SECRETS["secret"])
        assert load_settings().secret.get_secret_value() == SECRETS["secret"]
        assert sorted(path.name for path in (folder / "secrets").iterdir()) == ["encryption_key", "index_key"]

    def test_a_folder_that_cannot_be_written_is_named(self, folder: Path, refused) -> None:
        folder.write_text("a file")
        assert refused() == [
            f"KURIR_DATA_DIR: {folder}/secrets can't be written (Not a directory); set it to a folder of yours"
        ]

    def test_something_else_in_the_place_of_the_keys_is_named(self, folder: Path, refused) -> None:
        folder.mkdir()
        (folder / "secrets").write_text("a file")
        assert refused() == [
            f"KURIR_DATA_DIR: {folder}/secrets can't be written (File exists); set it to a folder of yours"
        ]


class TestProduction:
    def test_starts_with_its_own_database_and_keys_and_makes_none(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in OFFICE.items():
            monkeypatch.setenv(name, value)
        settings = load_settings()
        assert settings.production
        assert settings.index_key.get_secret_value() == SECRETS["index_key"]
        assert not folder.exists()

    def test_says_all_that_is_missing_at_once(self, refused) -> None:
        assert refused(KURIR_ENVIRONMENT="production") == [
            f"KURIR_SECRET: set it ({MAKE_SECRET})",
            f"KURIR_ENCRYPTION_KEY: set it ({MAKE_KEY})",
            f"KURIR_INDEX_KEY: set it ({MAKE_KEY})",
            "KURIR_DATABASE_URL: set it to your PostgreSQL, postgresql://user:password@host/kurir",
            "KURIR_PUBLIC_URL: set it to how the world reaches the api, such as https://kurir.banyumaskab.go.id",
        ]

    @pytest.mark.parametrize(
        "name",
        [
            "KURIR_SECRET",
            "KURIR_ENCRYPTION_KEY",
            "KURIR_INDEX_KEY",
            "KURIR_DATABASE_URL",
            "KURIR_PUBLIC_URL",
        ],
    )
    def test_a_variable_that_is_set_but_empty_is_missing(self, refused, name: str) -> None:
        said = refused(**OFFICE | {name: ""})
        assert [line.partition(":")[0] for line in said] == [name]

    def test_wants_tokens_that_soon_expire(self, refused) -> None:
        assert refused(**OFFICE, KURIR_TOKEN_MINUTES="16") == ["KURIR_TOKEN_MINUTES: at most 15 in production"]

    def test_refuses_to_believe_an_emulator(self, refused) -> None:
        assert refused(**OFFICE, FIREBASE_AUTH_EMULATOR_HOST="127.0.0.1:9099") == [
            "FIREBASE_AUTH_EMULATOR_HOST: unset it; with it, forged tokens would be accepted"
        ]

    def test_weakness_is_told_beside_what_is_missing(self, refused) -> None:
        assert refused(KURIR_ENVIRONMENT="production", KURIR_SECRET="short")[-1] == (
            f"KURIR_SECRET: at least 32 characters ({MAKE_SECRET})"
        )


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KURIR_ENVIRONMENT", "staging", "Input should be 'development' or 'production'"),
        ("KURIR_PORT", "http", "Input should be a valid integer, unable to parse string as an integer"),
        ("KURIR_PORT", "65536", "Input should be less than or equal to 65535"),
        ("KURIR_PORT", "-1", "Input should be greater than or equal to 0"),
        ("KURIR_DATABASE_POOL", "1", "Input should be greater than or equal to 2"),
        ("KURIR_DATABASE_POOL", "501", "Input should be less than or equal to 500"),
        ("KURIR_TOKEN_MINUTES", "0", "Input should be greater than or equal to 1"),
        ("KURIR_TOKEN_MINUTES", "1441", "Input should be less than or equal to 1440"),
        ("KURIR_RECHECK_SECONDS", "0", "Input should be greater than or equal to 1"),
        ("KURIR_RECHECK_SECONDS", "21", "Input should be less than or equal to 20"),
        ("KURIR_TRUSTED_DOCUMENTS", "some", "Input should be 'only' or 'off'"),
        ("KURIR_RATE_ADDRESS", "59", "Input should be greater than or equal to 60"),
        ("KURIR_LOG_LEVEL", "loud", "must be DEBUG, INFO, WARNING or ERROR"),
        ("KURIR_PUSH_SENDER", "pigeon", "Input should be 'log' or 'fcm'"),
        ("KURIR_SECRET", "x" * 31, f"at least 32 characters ({MAKE_SECRET})"),
        ("KURIR_ENCRYPTION_KEY", "not base64!", f"must be base64 of 32 bytes; make one with {MAKE_KEY}"),
        ("KURIR_ENCRYPTION_KEY", "c2hvcnQ=", f"must be base64 of 32 bytes; make one with {MAKE_KEY}"),
        ("KURIR_INDEX_KEY", "c2hvcnQ=", f"must be base64 of 32 bytes; make one with {MAKE_KEY}"),
        ("KURIR_ROUTER_URL", "127.0.0.1:5000", OSRM),
        ("KURIR_ROUTER_URL", "ftp://127.0.0.1", OSRM),
        ("KURIR_ROUTER_URL", "http://", OSRM),
        ("KURIR_ROUTER_URL", "http://127.0.0.1:5000/?key=1", OSRM),
        (
            "KURIR_FIREBASE_CREDENTIALS",
            "/nowhere.json",
            "no file at /nowhere.json; give the path of the service account's JSON key",
        ),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_in_one_line(refused, name: str, value: str, said: str) -> None:
    assert refused(**{name: value}) == [f"{name}: {said}"]


def test_several_wrong_values_are_told_together(refused) -> None:
    said = refused(KURIR_PORT="http", KURIR_LOG_LEVEL="loud")
    assert [line.partition(":")[0] for line in said] == ["KURIR_PORT", "KURIR_LOG_LEVEL"]


def test_one_key_for_two_purposes_is_refused(refused) -> None:
    key = SECRETS["index_key"]
    assert refused(KURIR_ENCRYPTION_KEY=key, KURIR_INDEX_KEY=key) == [
        f"KURIR_INDEX_KEY: must differ from KURIR_ENCRYPTION_KEY ({MAKE_KEY})"
    ]


def test_no_refusal_repeats_a_secret(refused) -> None:
    said = refused(KURIR_SECRET="open-sesame", KURIR_ENCRYPTION_KEY="open-sesame", KURIR_INDEX_KEY="open-sesame")
    assert "open-sesame" not in "\n".join(said)


class TestFirebase:
    def test_a_key_from_its_console_is_taken(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KURIR_PUSH_SENDER", "fcm")
        monkeypatch.setenv("KURIR_FIREBASE_PROJECT", "demo-kurir")
        monkeypatch.setenv("KURIR_FIREBASE_CREDENTIALS", str(key_file(tmp_path)))
        assert load_settings().firebase_credentials == tmp_path / "firebase.json"

    def test_pushing_needs_the_project_and_its_key(self, refused) -> None:
        assert refused(KURIR_PUSH_SENDER="fcm", KURIR_FIREBASE_PROJECT="demo-kurir") == [
            "KURIR_PUSH_SENDER=fcm needs KURIR_FIREBASE_PROJECT and KURIR_FIREBASE_CREDENTIALS; "
            "or set KURIR_PUSH_SENDER=log"
        ]

    @pytest.mark.parametrize("text", ["not JSON", "{}", '{"type": "authorized_user"}'])
    def test_a_file_that_is_no_key_is_refused(self, tmp_path: Path, refused, text: str) -> None:
        path = tmp_path / "firebase.json"
        path.write_text(text)
        assert refused(KURIR_FIREBASE_CREDENTIALS=str(path)) == [
            f"KURIR_FIREBASE_CREDENTIALS: {path} can't be read as a service account's JSON key; make another one in "
            "Firebase's console, under Project settings, Service accounts"
        ]

    def test_a_damaged_key_is_refused_without_repeating_it(self, tmp_path: Path, refused) -> None:
        path = key_file(tmp_path, private_key="-----BEGIN PRIVATE KEY-----\nopen-sesame\n-----END PRIVATE KEY-----\n")
        [said] = refused(KURIR_FIREBASE_CREDENTIALS=str(path))
        assert said.startswith(f"KURIR_FIREBASE_CREDENTIALS: {path} can't be read as a service account's JSON key")
        assert "open-sesame" not in said


def test_origins_are_listed_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KURIR_ALLOWED_ORIGINS", "https://a.example, https://b.example,")
    assert load_settings().allowed_origins == ("https://a.example", "https://b.example")


def test_proxies_are_addresses_or_networks_listed_with_commas(monkeypatch: pytest.MonkeyPatch, refused) -> None:
    assert load_settings().trusted_proxies == ("127.0.0.1",)
    monkeypatch.setenv("KURIR_TRUSTED_PROXIES", "127.0.0.1, 172.16.0.0/12")
    assert load_settings().trusted_proxies == ("127.0.0.1", "172.16.0.0/12")
    assert refused(KURIR_TRUSTED_PROXIES="*") == [
        "KURIR_TRUSTED_PROXIES: * is no address or network; give your reverse proxies' as 127.0.0.1,172.16.0.0/12"
    ]


def test_production_answers_trusted_documents_only_unless_the_office_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert load_settings().open_queries
    for name, value in OFFICE.items():
        monkeypatch.setenv(name, value)
    assert not load_settings().open_queries
    monkeypatch.setenv("KURIR_TRUSTED_DOCUMENTS", "off")
    assert load_settings().open_queries


@pytest.mark.parametrize("url", ["http://127.0.0.1:5000", "https://osrm.example.go.id/java/"])
def test_a_router_is_named_by_its_url(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert load_settings().router_url is None
    monkeypatch.setenv("KURIR_ROUTER_URL", url)
    assert load_settings().router_url == url


def test_a_log_level_may_be_written_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KURIR_LOG_LEVEL", "debug")
    assert load_settings().log_level == "DEBUG"


def test_settings_do_not_change_and_do_not_print_their_secrets() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.port = 9000
    assert settings.secret.get_secret_value() not in repr(settings)


def test_the_example_file_names_every_setting_and_no_other() -> None:
    named = set(re.findall(r"^#?(KURIR_[A-Z_]+)=", EXAMPLE.read_text(), re.MULTILINE))
    assert named - {"KURIR_PUBLISHED_PORT", "KURIR_WORKER_PUBLISHED_PORT"} == {
        f"KURIR_{name.upper()}" for name in Settings.model_fields
    }


def test_a_short_key_for_the_webhook_is_refused(refused) -> None:
    assert refused(KURIR_WEBHOOK_KEY="short") == [f"KURIR_WEBHOOK_KEY: at least 32 characters ({MAKE_SECRET})"]
