"""Phone numbers as people write them."""

import re

import phonenumbers

from kurir_api.errors import InvalidInput, Problems
from kurir_api.services.texts import cleaned

HOME_COUNTRY = "ID"
COUNTRY_CODE_WITHOUT_PLUS = re.compile(r"[\s(]*62")
"""WhatsApp writes 62812...; read as a number dialled within Indonesia it would count as valid, and be another's."""


def e164(text: str, path: str) -> str:
    """The number as "+6281234567890". Raises InvalidInput naming `path`."""
    written = f"+{text.strip()}" if COUNTRY_CODE_WITHOUT_PLUS.match(text) else text
    try:
        number = phonenumbers.parse(written, HOME_COUNTRY)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise InvalidInput.of(
            path,
            id="Bukan nomor telepon; tulis seperti 0812-3456-7890.",
            en="Not a phone number; write it like 0812-3456-7890.",
        )
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def is_mobile_at_home(phone: str) -> bool:
    """Whether the number (E.164) is a mobile one of Indonesia: a text to it costs what texts cost here."""
    number = phonenumbers.parse(phone)
    return (
        phonenumbers.region_code_for_number(number) == HOME_COUNTRY
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )


def optional_e164(problems: Problems, path: str, text: str | None) -> str | None:
    """The number, if one was written; one that can't be used is noted under `path`."""
    written = cleaned(text)
    if written is None:
        return None
    try:
        return e164(written, path)
    except InvalidInput as refusal:
        problems.found.extend(refusal.problems)
        return None
