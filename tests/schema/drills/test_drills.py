"""answerDrill and reachability through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kurir_api.models import Drill, Member, Role
from tests.api import Api
from tests.factories import REGENCY, make_member, make_organization
from tests.ids import id_of
from tests.schema.refusals import KEY_REUSED, NOT_FOUND, done, reaches, refused

REACHABILITY = """
query ($region: String, $days: Int! = 28) {
  reachability(region: $region, days: $days) {
    members { member { name } drills reached share medianSeconds }
    organizations { organization { name } drills reached share medianSeconds }
  }
}
"""


async def a_drill(member: Member, **values: Any) -> Drill:
    sent_at = datetime.now(UTC) - timedelta(hours=2)
    return await Drill.create(**{"regency_code": REGENCY, "member": member, "sent_at": sent_at} | values)


@reaches("AnswerDrillSuccess", "answerDrill")
async def test_the_app_tells_that_a_drill_arrived(api: Api) -> None:
    member = await make_member()
    drill = await a_drill(member)

    result = await done(api, member, "answerDrill", "drill { id receivedAt }", drillId=id_of(drill))

    received_at = (await Drill.get(id=drill.id)).received_at
    assert result == {
        "__typename": "AnswerDrillSuccess",
        "drill": {"id": id_of(drill), "receivedAt": received_at.isoformat()},
    }


@reaches("NotFound", "answerDrill")
async def test_anothers_drill_looks_like_none(api: Api) -> None:
    drill = await a_drill(await make_member())

    assert await refused(api, await make_member(), "answerDrill", drillId=id_of(drill)) == NOT_FOUND


@reaches("IdempotencyKeyReused", "answerDrill")
async def test_another_drill_under_the_same_key_is_refused(api: Api) -> None:
    member = await make_member()
    first, second = await a_drill(member), await a_drill(member)
    await api.do(member, "answerDrill", drillId=id_of(first), idempotencyKey="k")

    assert await refused(api, member, "answerDrill", drillId=id_of(second), idempotencyKey="k") == KEY_REUSED


async def test_coordinators_see_whom_alerts_reach_and_how_fast(api: Api) -> None:
    partner = await make_organization("Lazismu")
    sri, budi = await make_member("Sri", organization=partner), await make_member("Budi", organization=partner)
    drill = await a_drill(sri)
    await Drill.filter(id=drill.id).update(received_at=drill.sent_at + timedelta(seconds=9))
    await a_drill(budi)

    data = await api.data(await make_member(role=Role.COORDINATOR), REACHABILITY)

    assert data["reachability"] == {
        "members": [
            {"member": {"name": "Budi"}, "drills": 1, "reached": 0, "share": 0.0, "medianSeconds": None},
            {"member": {"name": "Sri"}, "drills": 1, "reached": 1, "share": 1.0, "medianSeconds": 9.0},
        ],
        "organizations": [
            {"organization": {"name": "Lazismu"}, "drills": 2, "reached": 1, "share": 0.5, "medianSeconds": 9.0}
        ],
    }


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.DESK_OFFICER, Role.ADMIN])
async def test_others_may_not_ask(api: Api, role: Role) -> None:
    (error,) = await api.errors(await make_member(role=role), REACHABILITY)

    assert error["extensions"]["code"] == "FORBIDDEN"


async def test_a_period_that_is_none_is_refused(api: Api) -> None:
    (error,) = await api.errors(await make_member(role=Role.COORDINATOR), REACHABILITY, days=0)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
