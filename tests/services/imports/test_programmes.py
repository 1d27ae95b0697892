"""Programmes by files."""

from pathlib import Path

import pytest

from kurir_api.models import Organization, Programme
from kurir_api.services.imports.programmes import LONGEST_RESPONSE
from kurir_api.services.working_days.reckoning import working_days
from tests.factories import NOW, REGENCY, make_organization, make_programme, make_regions
from tests.services.imports.files import imported

pytestmark = pytest.mark.usefixtures("db")

HEADER = "code,name_id,name_en,sector,organization,organization_kind,response_days,documents,active\n"


async def test_a_programme_gets_its_documents_and_an_organisation_that_is_missing_is_added(tmp_path: Path) -> None:
    await make_regions()
    agency = await make_organization("Dinas Sosial", regency_code=REGENCY)
    content = HEADER + (
        'KIS_PBI,KIS PBI,,health,dinas sosial,,3,"ID_CARD! FAMILY_CARD;OWN!|Surat desa|A letter",\n'
        "BAZNAS_AID,Bantuan,Aid,ECONOMY,Baznas,ZAKAT_CHARITY,10,,tidak\n"
    )

    found = await imported(tmp_path, "programmes", content, regency=REGENCY)
    again = await imported(tmp_path, "programmes", content, regency=REGENCY)

    insurance = await Programme.get(code="KIS_PBI")
    aid = await Programme.get(code="BAZNAS_AID").select_related("organization")
    assert (found.counts, again.counts) == ((2, 2, 0, 0, 0), (2, 0, 0, 2, 0))
    assert (insurance.organization_id, insurance.name_en, insurance.sector) == (agency.id, "KIS PBI", "HEALTH")
    assert [(one["code"], one["required"]) for one in insurance.documents] == [
        ("ID_CARD", True),
        ("FAMILY_CARD", False),
        ("OWN", True),
    ]
    assert insurance.documents[2] == {"code": "OWN", "id": "Surat desa", "en": "A letter", "required": True}
    assert (aid.active, aid.organization.name, aid.organization.kind) == (False, "Baznas", "ZAKAT_CHARITY")


async def test_what_isnt_written_stays_and_a_dash_takes_the_documents_away(tmp_path: Path) -> None:
    await make_regions()
    await make_programme("PKH", name_id="PKH", name_en="Family aid", active=False)
    header = "code,name,sector,organization,response_days,documents\n"

    await imported(tmp_path, "programmes", header + "PKH,Bantuan,SOCIAL,Baznas,7,\n", regency=REGENCY)
    kept = await Programme.get()
    await imported(tmp_path, "programmes", header + "PKH,Bantuan,SOCIAL,Baznas,7,-\n", regency=REGENCY)

    assert (kept.name_id, kept.name_en, kept.active, kept.response_days) == ("Bantuan", "Family aid", False, 7)
    assert [one["code"] for one in kept.documents] == ["ID_CARD"]
    assert (await Programme.get()).documents == []


async def test_the_longest_time_to_answer_can_be_reckoned() -> None:
    await make_regions()

    assert (await working_days(REGENCY)).due(NOW, LONGEST_RESPONSE) > NOW


async def test_what_cant_be_a_programme_is_refused(tmp_path: Path) -> None:
    await make_regions()

    found = await imported(
        tmp_path, "programmes", HEADER + "kis,KIS,,HEALTH,Baznas,NEW,201,NOBODY_KNOWS,maybe\n", regency=REGENCY
    )

    assert list(found.said()) == [2]
    assert [part.partition(":")[0] for part in found.said()[2].split("; ")] == [
        "code",
        "active",
        "organization_kind",
        "response_days",
        "documents",
    ]
    assert not await Programme.exists()
    assert not await Organization.exists()
