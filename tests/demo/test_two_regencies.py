"""Both regencies of the demo live in one database, and neither sees anything of the other."""

from collections.abc import AsyncIterator

import pytest

from kurir_api.auth import Principal, principal_of_phone
from kurir_api.demo.kebumen import KEBUMEN, KEBUMEN_COORDINATOR, KIS_OFFICER
from kurir_api.demo.people import COORDINATOR, REGENCY
from kurir_api.models import Case, Member, Organization, Patient, Programme, Referral, Report
from kurir_api.schema.ids import global_id
from kurir_api.settings import Settings
from tests.api import Api
from tests.demo.conftest import Loaded

TABLES = {table.__name__: table for table in (Report, Case, Patient, Referral, Member, Organization, Programme)}
MOST = 20
LISTS = """{
  reports(first: 100) { edges { node { id } } }
  cases(first: 100) { edges { node { id } } }
  referrals(first: 100) { edges { node { id } } }
  organizations(first: 100) { edges { node { id } } }
  programmes { id }
}"""


@pytest.fixture
async def api(settings: Settings, loaded: Loaded) -> AsyncIterator[Api]:
    """The served application over the demo."""
    async with Api.opened(settings.model_copy(update={"database_url": loaded.url})) as api:
        yield api


async def all_of(regency: str, kind: str) -> set[str]:
    """The ids of the regency's rows."""
    found = await TABLES[kind].filter(regency_code=regency).values_list("id", flat=True)
    return {global_id(kind, row_id) for row_id in found}


async def seen(api: Api, caller: Principal, regency: str, kind: str) -> list[bool]:
    """Whether the caller is shown each of some of the regency's rows, the newest."""
    ids = sorted(await all_of(regency, kind), reverse=True)[:MOST]
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    return [node is not None for node in (await api.data(caller, document, ids=ids))["nodes"]]


@pytest.mark.parametrize(
    ("phone", "home", "other"), [(COORDINATOR, REGENCY, KEBUMEN), (KEBUMEN_COORDINATOR, KEBUMEN, REGENCY)]
)
async def test_a_coordinator_sees_her_own_regency_and_nothing_of_the_other(
    api: Api, phone: str, home: str, other: str
) -> None:
    caller = await principal_of_phone(phone)
    listed = await api.data(caller, LISTS)

    for name, rows in listed.items():
        kind = name.removesuffix("s").capitalize()
        shown = {row["id"] for row in rows} if name == "programmes" else {one["node"]["id"] for one in rows["edges"]}
        assert shown
        assert shown <= await all_of(home, kind)
    for kind in TABLES:
        assert all(await seen(api, caller, home, kind))
        assert not any(await seen(api, caller, other, kind))


async def test_an_officer_decides_on_referrals_to_her_programmes_in_her_own_regency(api: Api) -> None:
    caller = await principal_of_phone(KIS_OFFICER)
    document = "{ referrals(first: 100) { edges { node { id programme { code } } } } }"
    nodes = [edge["node"] for edge in (await api.data(caller, document))["referrals"]["edges"]]

    assert {node["id"] for node in nodes} < await all_of(KEBUMEN, "Referral")
    assert {node["programme"]["code"] for node in nodes} == {"KIS_PBI", "KIS_REACTIVATION"}
