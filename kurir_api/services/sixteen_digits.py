"""National ids (NIK) and family cards (KK): sixteen digits, written with whatever between them."""

from kurir_api.errors import Problems, Words
from kurir_api.services.texts import cleaned

DIGITS = 16
SEPARATORS = str.maketrans("", "", " .-")
NO_NATIONAL_ID = Words(id="NIK terdiri dari 16 angka.", en="A national id has 16 digits.")
NO_FAMILY_CARD = Words(id="Nomor KK terdiri dari 16 angka.", en="A family card has 16 digits.")


def are_sixteen(text: str) -> bool:
    """Whether the text is just that."""
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def optional_digits(problems: Problems, path: str, text: str | None, words: Words = NO_NATIONAL_ID) -> str | None:
    """The digits, if any were written; `words` are noted under `path` when they aren't sixteen."""
    digits = cleaned((text or "").translate(SEPARATORS))
    if digits and not are_sixteen(digits):
        problems.add(path, id=words.id, en=words.en)
    return digits
