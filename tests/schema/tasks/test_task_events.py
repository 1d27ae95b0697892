"""boardEvents and nearbyTaskEvents: what is heard of tasks, by whom, as it happens."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kurir_api.models import Claim, Member, Role, Task
from tests.api import Answer, Api, Stream
from tests.factories import (
    OTHER_REGENCY,
    OTHER_VILLAGE,
    VILLAGE,
    make_case,
    make_claim,
    make_member,
    make_patient,
    make_task,
    make_wave,
)
from tests.ids import id_of

BOARD = "subscription ($region: String) { boardEvents(region: $region) { kind task { number status } } }"
NEARBY = """subscription ($near: GeoPointInput, $withinM: Int, $kinds: [String!]) {
  nearbyTaskEvents(near: $near, withinM: $withinM, kinds: $kinds) { kind task { number status title } }
}"""
HERE = {"latitude": -7.3825, "longitude": 109.2215}


async def draft(number: int = 4821, **values: Any) -> Task:
    """A task that could be published now."""
    return await make_task(number=number, status="DRAFT", starts_at=datetime.now(UTC) + timedelta(hours=1), **values)


async def publish(api: Api, task: Task) -> None:
    answer = await api.do(await make_member(role=Role.COORDINATOR), "publishTask", taskId=id_of(task))
    assert answer["__typename"] == "TaskSuccess"


async def heard(stream: Stream, count: int) -> list[tuple[str, str]]:
    """The kinds of the next events, each with the state of the task."""
    found = []
    for _ in range(count):
        (event,) = (await stream.event()).values()
        assert event["task"]["number"] == 4821
        found.append((event["kind"], event["task"]["status"]))
    return found


async def numbers(stream: Stream, count: int) -> list[int]:
    """The numbers of the tasks of the next events."""
    return [(await stream.event()).popitem()[1]["task"]["number"] for _ in range(count)]


class TestKinds:
    """Each thing that happens, as the board hears it."""

    async def test_from_publishing_to_the_verified_task(self, api: Api) -> None:
        kus, sri = await make_member(role=Role.COORDINATOR), await make_member(capabilities=("AMBULANCE_LICENCE",))
        task = await draft()
        async with api.subscribed(kus, BOARD) as stream:
            await api.do(kus, "publishTask", taskId=id_of(task))
            assert await heard(stream, 1) == [("PUBLISHED", "OPEN")]

            claim = (await api.do(sri, "claimTask", "claim { id }", taskId=id_of(task)))["claim"]["id"]
            assert await heard(stream, 2) == [("CLAIMED", "FILLED"), ("CHANGED", "FILLED")]

            await api.do(sri, "startClaim", claimId=claim)
            assert await heard(stream, 2) == [("STARTED", "IN_PROGRESS"), ("CHANGED", "IN_PROGRESS")]

            await api.do(sri, "completeClaim", claimId=claim)
            assert await heard(stream, 2) == [("COMPLETED", "DONE"), ("CLOSED", "DONE")]

            await api.do(kus, "verifyTask", taskId=id_of(task))
            assert await heard(stream, 1) == [("CLOSED", "VERIFIED")]

    async def test_a_release_opens_the_task_again(self, api: Api) -> None:
        kus, (sri, claim) = await make_member(role=Role.COORDINATOR), await self.claimed("HELD")
        async with api.subscribed(kus, BOARD) as stream:
            await api.do(sri, "releaseClaim", claimId=id_of(claim))

            assert await heard(stream, 2) == [("RELEASED", "OPEN"), ("PUBLISHED", "OPEN")]

    async def test_an_offer_and_its_answers(self, api: Api) -> None:
        kus, sri = await make_member(role=Role.COORDINATOR), await make_member(capabilities=("AMBULANCE_LICENCE",))
        task = await make_task(number=4821)
        async with api.subscribed(kus, BOARD) as stream:
            values = {"taskId": id_of(task), "memberId": id_of(sri)}
            claim = (await api.do(kus, "assignTask", "claim { id }", **values))["claim"]["id"]
            assert await heard(stream, 2) == [("CHANGED", "FILLED"), ("CHANGED", "FILLED")]

            await api.do(sri, "declineOffer", claimId=claim)
            assert await heard(stream, 2) == [("RELEASED", "OPEN"), ("PUBLISHED", "OPEN")]

            claim = (await api.do(kus, "assignTask", "claim { id }", **values))["claim"]["id"]
            await heard(stream, 2)
            await api.do(sri, "acceptOffer", claimId=claim)
            assert await heard(stream, 1) == [("CLAIMED", "FILLED")]

    async def test_a_revoked_claim(self, api: Api) -> None:
        kus, (_, claim) = await make_member(role=Role.COORDINATOR), await self.claimed("IN_PROGRESS")
        async with api.subscribed(kus, BOARD) as stream:
            await api.do(kus, "revokeClaim", claimId=id_of(claim), note="Sakit")

            assert await heard(stream, 2) == [("RELEASED", "OPEN"), ("PUBLISHED", "OPEN")]

    async def test_a_task_called_off_with_its_claims(self, api: Api) -> None:
        kus, (_, claim) = await make_member(role=Role.COORDINATOR), await self.claimed("HELD")
        async with api.subscribed(kus, BOARD) as stream:
            await api.do(kus, "cancelTask", taskId=id_of(claim.task))

            assert await heard(stream, 2) == [("CLOSED", "CANCELLED"), ("RELEASED", "CANCELLED")]

    @staticmethod
    async def claimed(status: str) -> tuple[Member, Claim]:
        """A driver, and their claim of a task that is taken by it."""
        task_status = "IN_PROGRESS" if status == "IN_PROGRESS" else "FILLED"
        sri = await make_member(capabilities=("AMBULANCE_LICENCE",))
        return sri, await make_claim(await make_task(number=4821, status=task_status), sri, status)


class TestBoard:
    async def test_hears_of_all_its_regions_and_of_no_others(self, api: Api) -> None:
        far = await draft(1, case=await make_case(await make_patient(region=OTHER_VILLAGE)))
        near, village = await draft(2), await make_member(role=Role.DESK_OFFICER, region=VILLAGE)
        async with api.subscribed(village, BOARD) as stream:
            elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)
            assert (await api.do(elsewhere, "publishTask", taskId=id_of(far)))["__typename"] == "TaskSuccess"
            await publish(api, near)

            assert await numbers(stream, 1) == [2]

    async def test_can_be_narrowed_to_a_region_within_reach(self, api: Api) -> None:
        other_village = await draft(1, case=await make_case(await make_patient(region="33.02.24.1003")))
        coordinator = await make_member(role=Role.COORDINATOR)
        async with api.subscribed(coordinator, BOARD, region="33.02.23") as stream:
            await publish(api, other_village)
            await publish(api, await draft(2))

            assert await numbers(stream, 1) == [2]

    @pytest.mark.parametrize("region", [OTHER_REGENCY, "33", ""])
    async def test_a_region_outside_reach_is_refused(self, api: Api, region: str) -> None:
        officer = await make_member(role=Role.DESK_OFFICER)
        async with api.subscribed(officer, BOARD, region=region) as stream:
            assert (await refusal(stream))["extensions"] == {"code": "FORBIDDEN"}


class TestNearby:
    async def test_hears_of_what_the_volunteer_may_see_as_the_volunteer_sees_it(self, api: Api) -> None:
        volunteer, kus = await make_member(), await make_member(role=Role.COORDINATOR)
        async with api.subscribed(volunteer, NEARBY) as stream:
            never_published = await draft(1)
            await api.do(kus, "cancelTask", taskId=id_of(never_published))
            await publish(api, await draft(2, title="Antar Bu Sutinah"))

            event = (await stream.event())["nearbyTaskEvents"]

        assert event == {
            "kind": "PUBLISHED",
            "task": {"number": 2, "status": "OPEN", "title": "Antar jemput ambulans"},
        }

    async def test_hears_that_an_open_task_was_called_off(self, api: Api) -> None:
        task, volunteer = await make_task(number=4821), await make_member()
        await make_wave(task)
        async with api.subscribed(volunteer, NEARBY) as stream:
            await api.do(await make_member(role=Role.COORDINATOR), "cancelTask", taskId=id_of(task))

            assert await heard(stream, 1) == [("CLOSED", "CANCELLED")]

        assert await api.data(volunteer, "{ taskByNumber(number: 4821) { number } }") == {"taskByNumber": None}

    async def test_can_be_narrowed_to_a_radius_and_to_kinds(self, api: Api) -> None:
        near, far = HERE, {"latitude": -7.5, "longitude": 109.2215}
        async with api.subscribed(
            await make_member(), NEARBY, near=near, withinM=5_000, kinds=["FOOD_DELIVERY"]
        ) as stream:
            await publish(api, await draft(1, kind="FOOD_DELIVERY", **far))
            await publish(api, await draft(2, kind="POST_CARE", **near))
            await publish(api, await draft(3, kind="FOOD_DELIVERY", **near))

            assert await numbers(stream, 1) == [3]

    async def test_reaches_as_far_as_the_kind_of_task_does(self, api: Api) -> None:
        """An ambulance may come from 60 km away, food for 15 km at most."""
        forty_km_away = {"latitude": -7.3825 - 0.36, "longitude": 109.2215}
        async with api.subscribed(await make_member(), NEARBY, near=HERE) as stream:
            await publish(api, await draft(1, kind="FOOD_DELIVERY", **forty_km_away))
            await publish(api, await draft(2, kind="AMBULANCE_RUN", **forty_km_away))

            assert await numbers(stream, 1) == [2]

    async def test_another_regencys_volunteer_hears_nothing(self, api: Api) -> None:
        stranger = await make_member(region=OTHER_REGENCY)
        elsewhere = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)
        own = await draft(2, case=await make_case(await make_patient(region=OTHER_VILLAGE)))
        async with api.subscribed(stranger, NEARBY, near=HERE) as stream:
            await publish(api, await draft(1))
            await api.do(elsewhere, "publishTask", taskId=id_of(own))

            assert await numbers(stream, 1) == [2]

    @pytest.mark.parametrize(
        ("variables", "message"),
        [
            ({"withinM": 0}, "Perbaiki isian: withinM: Isi 1 sampai 2.000.000 meter."),
            ({}, "Perbaiki isian: near: Lokasi Anda belum diketahui; kirim `near`."),
        ],
    )
    async def test_without_a_place_or_with_no_radius_it_is_bad_user_input(
        self, api: Api, variables: dict[str, Any], message: str
    ) -> None:
        async with api.subscribed(await make_member(home=None), NEARBY, **variables) as stream:
            error = await refusal(stream)

        assert (error["extensions"], error["message"]) == ({"code": "BAD_USER_INPUT"}, message)


async def refusal(stream: Stream) -> Answer:
    """The one error with which a subscription is refused."""
    message = stream.early.pop(0) if stream.early else await stream.hear()
    assert message["type"] == "error", message
    (error,) = message["payload"]
    found: Answer = error
    return found
