"""Is a patient perhaps registered already? By how the name sounds, and what else is the same."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from kurir_api.auth import Principal
from kurir_api.errors import Words
from kurir_api.models import Patient, lies_within
from kurir_api.services.names import all_tokens, tokens
from kurir_api.services.visibility import visible_cases, visible_patients
from kurir_api.vault import Sealed

NAME = "patient.name"
"""What patients' name tokens are keyed for."""

LIKELY_DUPLICATE = Words(
    id="Pasien yang mirip sudah terdaftar; periksa apakah orangnya sama.",
    en="A similar patient is registered already; check whether it is the same person.",
)
CASES_NAMED = 3
BATCH = 500


async def likely_duplicates(principal: Principal, patient: Patient) -> list[Words]:
    """A warning if the caller's patients hold one who may be the same: with the same phone; or with a name that
    sounds alike and the same family card, birth date, or village or sub-district.

    It names their newest cases' numbers, and nothing of the person. Two statements at most.
    """
    ids = await _alike(principal, patient)
    if not ids:
        return []
    cases = visible_cases(principal).filter(patient_id__in=ids).order_by("-id").limit(CASES_NAMED)
    numbers = ", ".join(case.number for case in await cases.only("id", "number"))
    if not numbers:
        return [LIKELY_DUPLICATE]
    return [
        Words(id=f"{LIKELY_DUPLICATE.id} Kasusnya: {numbers}.", en=f"{LIKELY_DUPLICATE.en} Their cases: {numbers}.")
    ]


async def _alike(principal: Principal, patient: Patient) -> list[UUID]:
    names = all_tokens(NAME, patient.name)
    phones, cards = _indexes(Patient.phone, patient.phone), _indexes(Patient.family_card, patient.family_card)
    beside = Q(name_tokens__overlap=[token for tokens in names for token in tokens])
    if phones:
        beside |= Q(phone_index__in=phones)
    others = visible_patients(principal).filter(beside, regency_code=patient.regency_code).exclude(id=patient.id)
    columns = ("id", "name_tokens", "phone_index", "family_card_index", "birth_date", "region_id")
    return [
        other_id
        for other_id, sounds, phone, card, born, region in await others.values_list(*columns)
        if phone in phones
        or (
            any(sound_alike(sounds, tokens) for tokens in names)
            and (
                card in cards
                or _same(born, patient.birth_date)
                or lies_within(region, patient.region_id)
                or lies_within(patient.region_id, region)
            )
        )
    ]


def _indexes(attribute: Sealed, text: str | None) -> list[str]:
    return [] if text is None else attribute.indexes(text)


def _same(one: object, other: object) -> bool:
    return one is not None and one == other


def sound_alike(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether every word of the shorter name is in the longer one, by their sounds or tokens, in any order."""
    shorter, longer = sorted((set(one), set(other)), key=len)
    return bool(shorter) and shorter <= longer


async def index_names(now: datetime) -> int:  # noqa: ARG001 - a worker's step is told the time
    """Write the tokens of patients who have none: those registered before there were any. Nothing is left to do at
    once, so zero.
    """
    while await _index_some():
        pass
    return 0


async def _index_some() -> bool:
    """Whether there were any. Locked, so that nobody is renamed meanwhile."""
    async with in_transaction():
        nameless = Patient.filter(name_tokens=[], erased_at__isnull=True)
        rows = nameless.order_by("id").limit(BATCH).select_for_update(no_key=True)
        found = await rows.only("id", "name", "name_tokens")
        for patient in found:
            patient.name_tokens = tokens(NAME, patient.name)
        if found:
            await Patient.bulk_update(found, fields=["name_tokens"])
        return bool(found)
