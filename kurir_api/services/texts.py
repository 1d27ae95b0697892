"""Free text from people."""

from kurir_api.errors import Problems

LONGEST_REASON = LONGEST_NOTE = 2_000


def cleaned(text: str | None) -> str | None:
    """Without white space around; None when nothing is left."""
    return (text or "").strip() or None


def fitting(problems: Problems, path: str, text: str | None, longest: int, *, required: bool = False) -> str | None:
    """The cleaned text; when it is too long, or missing though required, that is noted under `path`."""
    found = cleaned(text)
    if found is None and required:
        problems.add(path, id="Harus diisi.", en="Must not be empty.")
    if len(found or "") > longest:
        problems.add(path, id=f"Paling banyak {longest} karakter.", en=f"At most {longest} characters.")
    return found


def reason_of(text: str | None) -> str | None:
    """Why somebody does something, cleaned. Raises InvalidInput naming `reason` when it is too long."""
    problems = Problems()
    found = fitting(problems, "reason", text, LONGEST_REASON)
    problems.refuse()
    return found
