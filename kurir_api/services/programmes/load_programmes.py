"""The programmes that a new office begins with; see SOURCES.md for where they come from."""

import csv
from importlib.resources import files
from typing import Any

from tortoise.transactions import in_transaction

from kurir_api.models import OrganizationKind, Programme, Region
from kurir_api.services.programmes.put_programmes import GivenProgramme, put_programmes

REQUIRED = "!"


async def load_programmes(regency_code: str) -> None:
    """Add those that the regency, which is loaded, lacks; what it has stays as its office wants it. At most six
    statements.
    """
    async with in_transaction():
        regency = await Region.get(code=regency_code)
        there = {row.code for row in await Programme.filter(regency_code=regency_code).only("code")}
        missing = [one for one in usual_programmes(regency.name) if one.code not in there]
        if missing:
            await put_programmes(regency_code, missing)


def usual_programmes(regency: str) -> list[GivenProgramme]:
    """Those of a regency of this name, such as "Kabupaten Kebumen"; needs no database."""
    words = document_words()
    return [
        GivenProgramme(
            code=row["code"],
            name_id=row["name_id"],
            name_en=row["name_en"],
            sector=row["sector"],
            owner=row["owner"].format(regency=regency),
            owner_kind=OrganizationKind(row["owner_kind"]),
            response_days=int(row["response_days"]),
            documents=[document(code, words) for code in row["documents"].split()],
        )
        for row in _rows("programmes.csv")
    ]


def document_words() -> dict[str, dict[str, str]]:
    """The names of the usual documents in both languages, by code."""
    return {row["code"]: {"id": row["id"], "en": row["en"]} for row in _rows("documents.csv")}


def document(code: str, words: dict[str, dict[str, str]]) -> dict[str, Any]:
    """A programme's document, as models.Programme has it, of a code that ends with "!" where it is required. Raises
    KeyError for one without words.
    """
    plain = code.removesuffix(REQUIRED)
    return {"code": plain, **words[plain], "required": code.endswith(REQUIRED)}


def _rows(file: str) -> list[dict[str, str]]:
    with files(__package__).joinpath(file).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))
