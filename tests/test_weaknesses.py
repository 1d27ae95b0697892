"""What production refuses, in a line that says what to do; and how rings of keys are read."""

import pytest

from kurir_api.keyring import MAKE_KEY, MAKE_SECRET, key_ring
from kurir_api.settings import SettingsError, load_settings
from kurir_api.weaknesses import warnings
from tests.conftest import SECRETS
from tests.test_settings import OFFICE, folder, refused

__all__ = ["folder", "refused"]
KEY, OTHER = SECRETS["encryption_key"], SECRETS["index_key"]
GUESSED = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("KURIR_SECRET", "ab" * 20, f"can be guessed; make one: {MAKE_SECRET}"),
        ("KURIR_SECRET", f"change-me-{'0123456789abcdefghij' * 2}", f"can be guessed; make one: {MAKE_SECRET}"),
        ("KURIR_SECRET", f"{SECRETS['secret']},{'ab' * 20}", f"can be guessed; make one: {MAKE_SECRET}"),
        ("KURIR_ENCRYPTION_KEY", GUESSED, f"can be guessed; make one: {MAKE_KEY}"),
        (
            "KURIR_ENCRYPTION_KEY",
            f"2:{KEY},2:{GUESSED}",
            "names key number 2 twice; a new key gets a number that was never used",
        ),
        ("KURIR_ENCRYPTION_KEY", f"2:{KEY},1:{KEY}", f"has the same bytes twice; make another key with {MAKE_KEY}"),
        ("KURIR_INDEX_KEY", f"0:{KEY}", "number its keys from 1 to 255, such as 2:base64,1:base64"),
        ("KURIR_INDEX_KEY", f"2:{OTHER},1:{KEY}", f"must differ from KURIR_ENCRYPTION_KEY ({MAKE_KEY})"),
        ("KURIR_SECRET", ",", f"at least 32 characters ({MAKE_SECRET})"),
        ("KURIR_METRICS_TOKEN", " , ", f"at least 32 characters ({MAKE_SECRET})"),
        ("KURIR_WEBHOOK_KEY", SECRETS["secret"], "is the same as KURIR_SECRET; each needs one of its own"),
        ("KURIR_WHATSAPP_VERIFY_TOKEN", "short", f"at least 16 characters; make one: {MAKE_SECRET}"),
        ("KURIR_LOG_LEVEL", "debug", "INFO at the least in production; DEBUG tells too much"),
        ("PYTHONDEVMODE", "1", "unset it; it makes Kurir slow, and its errors talkative"),
        (
            "KURIR_PUBLIC_URL",
            "http://kurir.example.go.id",
            "must begin with https://; let the reverse proxy have a certificate",
        ),
        (
            "KURIR_SMSGATE_URL",
            "http://sms.example.org/3rdparty/v1",
            "must begin with https://; over the internet anybody on the way reads what is sent there",
        ),
        (
            "KURIR_TRUSTED_PROXIES",
            "127.0.0.1,0.0.0.0/0",
            "0.0.0.0/0 is everybody; name your reverse proxies, such as 172.16.0.0/12",
        ),
        (
            "KURIR_ALLOWED_ORIGINS",
            "*",
            "* would let anybody's page in; name each page's origin, such as https://konsol.example.go.id",
        ),
        (
            "KURIR_ALLOWED_ORIGINS",
            "http://konsol.example.go.id",
            "http://konsol.example.go.id would let anybody's page in; name each page's origin, such as "
            "https://konsol.example.go.id",
        ),
    ],
)
def test_production_refuses_it_in_one_line(refused, name: str, value: str, said: str) -> None:
    assert refused(**OFFICE | {name: value}) == [f"{name}: {said}"]


def test_a_ring_writes_with_its_first_key_and_a_single_key_is_number_one() -> None:
    assert list(key_ring(f"2:{KEY}, 1:{OTHER}")) == [2, 1]
    assert list(key_ring(KEY)) == [1]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("postgresql://kurir:x@db.example.go.id/kurir", True),
        ("postgresql://kurir:x@db.example.go.id/kurir?sslmode=prefer", True),
        ("postgresql://kurir:x@db.example.go.id/kurir?sslmode=verify-full", False),
        ("postgresql://kurir:x@[2001:db8::5]/kurir", True),
        ("postgresql://kurir:x@127.0.0.1/kurir", False),
        ("postgresql://kurir:x@db/kurir", False),
    ],
)
def test_a_way_to_the_database_that_others_may_read_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, url: str, warned: bool
) -> None:
    for name, value in {**OFFICE, "KURIR_DATABASE_URL": url}.items():
        monkeypatch.setenv(name, value)

    assert [line.partition(":")[0] for line in warnings(load_settings())] == ["KURIR_DATABASE_URL"] * warned


@pytest.mark.parametrize(
    ("name", "url", "warned"),
    [
        ("KURIR_SMSGATE_URL", "http://192.168.1.5:8080", True),
        ("KURIR_ROUTER_URL", "http://10.0.0.7:5000", True),
        ("KURIR_ROUTER_URL", "http://127.0.0.1:5000", False),
        ("KURIR_ROUTER_URL", "http://osrm:5000", False),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otel.example.go.id", False),
    ],
)
def test_what_is_sent_over_the_offices_own_network_in_clear_is_warned_of(
    monkeypatch: pytest.MonkeyPatch, name: str, url: str, warned: bool
) -> None:
    for key, value in {**OFFICE, "KURIR_DATABASE_URL": "postgresql://kurir:x@db/kurir", name: url}.items():
        monkeypatch.setenv(key, value)

    assert [line.partition(":")[0] for line in warnings(load_settings())] == [name] * warned


def test_no_line_repeats_a_secret(refused) -> None:
    said = refused(**OFFICE | {"KURIR_SECRET": "open-sesame" * 4, "KURIR_ENCRYPTION_KEY": f"2:{KEY},2:{OTHER}"})
    assert KEY not in "\n".join(said)
    assert "open-sesame" not in "\n".join(said)
    with pytest.raises(SettingsError):
        load_settings()
