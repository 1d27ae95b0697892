"""Under which names receipts lie in the storage."""

import re
from uuid import UUID

FOLDER = "receipts"
SMALL = "-small"
NAME = re.compile(rf"{FOLDER}/[\d.]+/([\da-f]{{8}}(?:-[\da-f]{{4}}){{3}}-[\da-f]{{12}})(?:{SMALL})?")


def kept_as(regency_code: str, receipt_id: UUID) -> tuple[str, str]:
    """The names of the receipt itself and of its small picture."""
    name = f"{FOLDER}/{regency_code}/{receipt_id}"
    return name, name + SMALL


def receipt_of(name: str) -> UUID | None:
    """The id in a name that `kept_as` made; None of any other."""
    found = NAME.fullmatch(name)
    return UUID(found[1]) if found else None
