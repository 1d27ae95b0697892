"""The programmes a regency has: those it begins with, and those it is given."""

from dataclasses import replace

import pytest
from tortoise.transactions import in_transaction

from kurir_api.models import Organization, OrganizationKind, Programme
from kurir_api.services.programmes.load_programmes import load_programmes, usual_programmes
from kurir_api.services.programmes.put_programmes import GivenProgramme, Put, put_programmes
from tests.counting import Statements
from tests.factories import REGENCY, make_organization, make_regions

pytestmark = pytest.mark.usefixtures("db")

GIVEN = GivenProgramme(
    code="KIS_PBI",
    name_id="Rekomendasi KIS PBI",
    name_en="Recommendation",
    sector="HEALTH",
    owner="Dinas Sosial",
    owner_kind=OrganizationKind.REGENCY_AGENCY,
    response_days=3,
    documents=({"code": "ID_CARD", "id": "KTP", "en": "Id card", "required": True},),
)


async def put(*given: GivenProgramme) -> Put:
    async with in_transaction():
        return await put_programmes(REGENCY, given)


async def test_what_is_new_is_added_what_differs_is_changed_and_the_rest_stays() -> None:
    dinsos = await make_organization("DINAS SOSIAL")
    more = [replace(GIVEN, code=code, owner="BAZNAS") for code in ("PKH", "SEMBAKO")]
    assert await put(GIVEN, *more) == Put(added=3, changed=0, same=0)
    before = await Programme.get(code="PKH")

    with Statements() as statements:
        assert await put(GIVEN, replace(more[0], response_days=9), more[1]) == Put(added=0, changed=1, same=2)

    assert len([one for one in statements.sent if one not in {"BEGIN", "COMMIT"}]) <= 4
    pkh = await Programme.get(code="PKH").select_related("organization")
    assert (pkh.id, pkh.response_days, pkh.organization.name) == (before.id, 9, "BAZNAS")
    assert (await Programme.get(code="KIS_PBI")).organization_id == dinsos.id
    assert await Organization.all().count() == 2


async def test_an_office_begins_with_the_usual_ones_and_keeps_what_it_changed() -> None:
    await make_regions()
    await load_programmes(REGENCY)
    assert await Programme.all().count() == 13
    aid = await Programme.get(code="BAZNAS_AID").select_related("organization")
    assert (aid.organization.name, aid.organization.kind) == ("BAZNAS Kabupaten Banyumas", "ZAKAT_CHARITY")
    await Programme.filter(code="PKH").update(response_days=7, active=False)
    await Programme.filter(code="SEMBAKO").delete()

    await load_programmes(REGENCY)

    pkh = await Programme.get(code="PKH")
    assert (pkh.response_days, pkh.active, await Programme.all().count()) == (7, False, 13)


def test_every_usual_one_is_named_in_both_languages_and_asks_for_documents_with_names() -> None:
    for one in usual_programmes("Kabupaten Kebumen"):
        assert one.name_id, one.name_en
        assert 1 <= one.response_days <= 30
        assert all(document["id"] and document["en"] for document in one.documents)
        assert one.owner.endswith("Kabupaten Kebumen")
