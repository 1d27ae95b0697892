"""programmes: in the caller's language, of the regencies they work in."""

from kurir_api.models import Role
from tests.api import Api
from tests.factories import OTHER_REGENCY, make_member, make_organization, make_programme
from tests.ids import id_of

PROGRAMMES = """{ programmes {
  code name sector responseDays active organization { name } documents { code name required }
} }"""


async def test_they_come_by_code_in_the_caller_s_language(api: Api) -> None:
    agency = await make_organization("Dinas Sosial")
    await make_programme("SEMBAKO", agency, active=False, documents=[])
    await make_programme("KIS_PBI", agency)
    far = await make_organization(regency_code=OTHER_REGENCY)
    foreign = await make_programme("PKH", far)
    reader = await make_member(locale="en")

    kis, sembako = (await api.data(reader, PROGRAMMES))["programmes"]

    assert kis == {
        "code": "KIS_PBI",
        "name": "Recommendation for subsidised insurance",
        "sector": "HEALTH",
        "responseDays": 5,
        "active": True,
        "organization": {"name": "Dinas Sosial"},
        "documents": [{"code": "ID_CARD", "name": "Id card", "required": True}],
    }
    assert (sembako["code"], sembako["active"]) == ("SEMBAKO", False)
    node = "query ($id: ID!) { node(id: $id) { ... on Programme { name } } }"
    assert (await api.data(reader, node, id=id_of(foreign)))["node"] is None
    officer = await make_member(role=Role.PROGRAMME_OFFICER, organization=far, region=OTHER_REGENCY)
    assert (await api.data(officer, node, id=id_of(foreign)))["node"] == {"name": "Rekomendasi KIS PBI"}
