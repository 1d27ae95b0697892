"""rates through the API."""

from datetime import date

from kurir_api.models import CostCategory
from tests.api import Api
from tests.factories import OTHER_REGENCY, make_member, make_rate
from tests.ids import id_of

RATES = """query ($region: String, $category: CostCategory, $on: Date) {
  rates(region: $region, category: $category, on: $on) {
    id category unit amount maxUnits yearlyCap careClass validFrom validUntil source region { code }
  }
}"""


async def test_a_volunteer_reads_what_is_covered(api: Api) -> None:
    rate = await make_rate(max_units=5, yearly_cap=1_000_000, care_class=3, valid_until=date(2099, 12, 31))

    assert (await api.data(await make_member(), RATES))["rates"] == [
        {
            "id": id_of(rate),
            "category": "WAITING_COST",
            "unit": "DAY",
            "amount": 50_000,
            "maxUnits": 5,
            "yearlyCap": 1_000_000,
            "careClass": 3,
            "validFrom": "2026-01-01",
            "validUntil": "2099-12-31",
            "source": "SK Bupati Banyumas 460/12/2026",
            "region": {"code": "33.02"},
        }
    ]


async def test_of_a_category_a_day_and_the_callers_regencies(api: Api) -> None:
    caller = await make_member()
    fuel = await make_rate(CostCategory.FUEL, valid_until=date(2026, 6, 30))
    await make_rate(regency_code=OTHER_REGENCY)

    asked = {"category": "FUEL", "on": "2026-06-30", "region": "33.02.23"}
    assert [rate["id"] for rate in (await api.data(caller, RATES, **asked))["rates"]] == [id_of(fuel)]
    assert (await api.data(caller, RATES, **asked | {"on": "2026-07-01"}))["rates"] == []
    assert (await api.data(caller, RATES, region=OTHER_REGENCY))["rates"] == []
