"""Settings of text messages and drills: what is missing is told at the start, with what to set."""

from pathlib import Path
from typing import Any

import pytest

from kurir_api.settings import SettingsError, TextChannel, load_settings

SMSGATE = {
    "smsgate_url": "https://api.sms-gate.app/3rdparty/v1",
    "smsgate_user": "kurir",
    "smsgate_password": "s3cret",
    "smsgate_signing_key": "k3y",
}
WHATSAPP = {
    "whatsapp_phone_number_id": "106540352242922",
    "whatsapp_token": "EAAx",
    "whatsapp_template": "kurir_pesan",
    "whatsapp_app_secret": "s3cret",
    "whatsapp_verify_token": "v3rify",
}


def refused(tmp_path: Path, **values: Any) -> str:
    with pytest.raises(SettingsError) as error:
        load_settings(data_dir=tmp_path, **values)
    return str(error.value)


def test_text_messages_go_to_the_log_unless_a_sender_is_chosen(tmp_path: Path) -> None:
    assert load_settings(data_dir=tmp_path).text_sender is TextChannel.LOG


@pytest.mark.parametrize(("sender", "values"), [("smsgate", SMSGATE), ("whatsapp", WHATSAPP)])
def test_a_sender_that_has_what_it_needs_is_accepted(tmp_path: Path, sender: str, values: dict[str, str]) -> None:
    assert load_settings(data_dir=tmp_path, text_sender=sender, **values).text_sender == sender


@pytest.mark.parametrize(("sender", "values"), [("smsgate", SMSGATE), ("whatsapp", WHATSAPP)])
def test_each_missing_setting_is_named(tmp_path: Path, sender: str, values: dict[str, str]) -> None:
    names = ", ".join(f"KURIR_{name.upper()}" for name in values)

    assert refused(tmp_path, text_sender=sender) == (
        f"KURIR_TEXT_SENDER={sender} needs {names}; or set KURIR_TEXT_SENDER=log"
    )
    for name in values:
        others = values | {name: ""}
        assert refused(tmp_path, text_sender=sender, **others) == (
            f"KURIR_TEXT_SENDER={sender} needs KURIR_{name.upper()}; or set KURIR_TEXT_SENDER=log"
        )


def test_an_unknown_sender_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, text_sender="fax").startswith("KURIR_TEXT_SENDER: ")


@pytest.mark.parametrize("url", ["api.sms-gate.app", "ftp://x", "/3rdparty/v1"])
def test_the_gateways_address_must_be_a_url(tmp_path: Path, url: str) -> None:
    assert refused(tmp_path, smsgate_url=url) == (
        "KURIR_SMSGATE_URL: must be a URL such as https://api.sms-gate.app/3rdparty/v1"
    )


@pytest.mark.parametrize("name", ["whatsapp_api_version", "whatsapp_phone_number_id"])
def test_nothing_else_gets_into_metas_address(tmp_path: Path, name: str) -> None:
    assert refused(tmp_path, **{name: "v24.0/../x"}) == (
        f"KURIR_{name.upper()}: letters, digits and dots only, as Meta shows it"
    )


def test_no_secret_is_printed(tmp_path: Path) -> None:
    said = repr(load_settings(data_dir=tmp_path, **SMSGATE, **WHATSAPP))

    for secret in ("s3cret", "k3y", "EAAx", "v3rify"):
        assert secret not in said


@pytest.mark.parametrize(("given", "weekday"), [("0", 0), ("6", 6), ("never", None), ("", None)])
def test_the_drill_has_its_day_or_none(tmp_path: Path, given: str, weekday: int | None) -> None:
    assert load_settings(data_dir=tmp_path, drill_weekday=given).drill_weekday == weekday


def test_without_a_word_the_drill_is_on_wednesdays_at_ten(tmp_path: Path) -> None:
    settings = load_settings(data_dir=tmp_path)

    assert (settings.drill_weekday, settings.drill_hour) == (2, 10)


@pytest.mark.parametrize(("name", "value"), [("drill_weekday", "7"), ("drill_hour", "24"), ("drill_weekday", "x")])
def test_another_day_or_hour_is_refused(tmp_path: Path, name: str, value: str) -> None:
    assert refused(tmp_path, **{name: value}).startswith(f"KURIR_{name.upper()}")
