"""The programmes to which a regency refers people, by their codes; an organisation that is missing is added."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from kurir_api.errors import Problems
from kurir_api.models import OrganizationKind
from kurir_api.services.imports.base import Column, ImportKind, Line, Order, Put, Values
from kurir_api.services.imports.cells import a_number, chosen
from kurir_api.services.programmes.load_programmes import REQUIRED, document_words
from kurir_api.services.programmes.put_programmes import GivenProgramme, put_programmes

CODE = re.compile(r"[A-Z][A-Z0-9_]{0,39}")
LONGEST_RESPONSE = 200
"""Working days; more would pass a year, which working days are reckoned for."""

LONGEST_WORDS = 200
NO_DOCUMENTS = "-"
ANSWERS = {
    "": None,
    "yes": True,
    "ya": True,
    "true": True,
    "1": True,
    "no": False,
    "tidak": False,
    "false": False,
    "0": False,
}


def _check(_: Order, values: Values, problems: Problems) -> GivenProgramme:
    if not CODE.fullmatch(values["code"]):
        problems.add("code", id="Tulis seperti KIS_PBI.", en="Write it like KIS_PBI.")
    active = values["active"].lower()
    if active not in ANSWERS:
        problems.add("active", id="Tulis ya atau tidak.", en="Write yes or no.")
    kind = chosen(problems, "organization_kind", values["organization_kind"], OrganizationKind)
    return GivenProgramme(
        code=values["code"],
        name_id=values["name_id"],
        name_en=values["name_en"] or None,
        sector=values["sector"].upper(),
        owner=values["organization"],
        owner_kind=kind or OrganizationKind.REGENCY_AGENCY,
        response_days=a_number(problems, "response_days", values["response_days"], 1, LONGEST_RESPONSE) or 0,
        documents=list(_documents(problems, values["documents"])) if values["documents"] else None,
        active=ANSWERS.get(active),
    )


def _documents(problems: Problems, text: str) -> Iterator[dict[str, Any]]:
    """As models.Programme has them, of "ID_CARD! FAMILY_CARD; OWN_LETTER!|Surat keterangan|A letter": `!` marks what
    is required, and only usual ones need no words; of "-" none.
    """
    usual = document_words()
    seen: set[str] = set()
    for part in text.split(";") if text != NO_DOCUMENTS else ():
        for written in [part] if "|" in part else part.split():
            marked, _, words = (piece.strip() for piece in written.partition("|"))
            code = marked.removesuffix(REQUIRED)
            indonesian, _, english = (piece.strip() for piece in words.partition("|"))
            named = {"id": indonesian, "en": english or indonesian} if indonesian else usual.get(code)
            if not CODE.fullmatch(code) or named is None or code in seen or len(words) > LONGEST_WORDS:
                problems.add(
                    "documents",
                    id="Tulis kode dokumen yang dikenal, masing-masing satu kali, atau KODE|nama|nama Inggris.",
                    en="Write known documents' codes, each once, or CODE|Indonesian name|English name.",
                )
                return
            seen.add(code)
            yield {"code": code, **named, "required": marked.endswith(REQUIRED)}


async def _put(order: Order, lines: Sequence[Line[GivenProgramme]]) -> Put:
    """Four statements at most."""
    put = await put_programmes(order.regency or "", [line.row for line in lines])
    return Put(added=put.added, changed=put.changed, same=put.same)


KIND = ImportKind(
    columns=(
        Column("code", also=("kode",), longest=40),
        Column("name_id", also=("nama", "name", "nama_id")),
        Column("name_en", also=("nama_en",), required=False),
        Column("sector", also=("sektor",), longest=40),
        Column("organization", also=("organisasi", "organisation", "owner")),
        Column("organization_kind", also=("jenis_organisasi", "owner_kind"), required=False, longest=40),
        Column("response_days", also=("hari_kerja",), longest=3),
        Column("documents", also=("dokumen",), required=False, longest=2_000),
        Column("active", also=("aktif",), required=False, longest=5),
    ),
    check=_check,
    key=lambda row: row.code,
    put=_put,
)
