"""Moving a case along: its phase, its facility, a hold; who may, and several things at once."""

from uuid import uuid4

import pytest
import time_machine

from kurir_api.auth import Principal, principal_of_member
from kurir_api.errors import IdempotencyKeyReused, InvalidTransition, NotAllowed, NotFound
from kurir_api.models import (
    CarePhase,
    CaseStatus,
    Role,
    TransitionLog,
)
from tests.factories import (
    NOW,
    OTHER_REGENCY,
    OTHER_VILLAGE,
    SUBDISTRICT,
    VILLAGE,
    make_case,
    make_claim,
    make_facility,
    make_member,
    make_patient,
    make_task,
    principal_for,
)
from tests.services.cases.moving import AFTER, BEFORE, CLOSED, IN, ON_HOLD, OPEN, closed_case, history, move
from tests.services.refusals import problems, refused

pytestmark = pytest.mark.usefixtures("db")


class TestPhase:
    @time_machine.travel(NOW, tick=False)
    async def test_goes_on_and_is_entered_in_the_history(self, officer: Principal) -> None:
        case = await make_case()

        assert await move(officer, case, phase=IN) == case.id

        await case.refresh_from_db()
        entry = await TransitionLog.get()
        assert (case.phase, case.status) == (IN, OPEN)
        assert (entry.action, entry.source, entry.target) == ("admit", "OPEN", "OPEN")
        assert (entry.case_id, entry.actor_id, entry.at) == (case.id, officer.member_id, NOW)

    async def test_may_skip_the_hospital_and_change_while_on_hold(self, officer: Principal) -> None:
        case = await make_case(status=ON_HOLD)

        await move(officer, case, phase=AFTER)

        await case.refresh_from_db()
        assert (case.phase, case.status) == (AFTER, ON_HOLD)

    @pytest.mark.parametrize(
        ("phase", "back", "action"),
        [(IN, BEFORE, "change_phase"), (AFTER, IN, "admit"), (AFTER, BEFORE, "change_phase")],
    )
    async def test_goes_back_only_with_a_reason(
        self, officer: Principal, phase: CarePhase, back: CarePhase, action: str
    ) -> None:
        case = await make_case(phase=phase)

        for reason in (None, "  "):
            assert await problems(move(officer, case, phase=back, reason=reason)) == {
                "reason": "Say why it goes back to an earlier phase."
            }
        await move(officer, case, phase=back, reason=" Dirawat lagi ")

        await case.refresh_from_db()
        assert case.phase == back
        assert await history(case) == [(action, "OPEN", "Dirawat lagi")]

    async def test_that_is_so_already_leaves_no_entry(self, officer: Principal) -> None:
        case = await make_case(phase=IN)

        await move(officer, case, phase=IN)

        assert await history(case) == []

    async def test_of_a_closed_case_stays(self, officer: Principal) -> None:
        case = await closed_case()

        refusal = await refused(move(officer, case, phase=IN), InvalidTransition)

        assert (refusal.current, refusal.allowed) == ("CLOSED", ("OPEN", "ON_HOLD"))


class TestCareClass:
    async def test_changes_and_is_entered_once(self, officer: Principal) -> None:
        case = await make_case()

        for _ in range(2):
            await move(officer, case, care_class=3)

        await case.refresh_from_db()
        assert case.care_class == 3
        assert await history(case) == [("change_care_class", "OPEN", None)]

    @pytest.mark.parametrize("care_class", [0, 4])
    async def test_is_1_2_or_3(self, officer: Principal, care_class: int) -> None:
        assert await problems(move(officer, await make_case(), care_class=care_class)) == {
            "careClass": "Give class 1, 2 or 3."
        }


class TestFacility:
    async def test_changes_and_is_entered_once(self, officer: Principal) -> None:
        case, facility = await make_case(), await make_facility()

        for _ in range(2):
            await move(officer, case, facility_id=facility.id)

        await case.refresh_from_db()
        assert case.facility_id == facility.id
        assert await history(case) == [("change_facility", "OPEN", None)]

    async def test_is_one_of_the_regencys(self, officer: Principal) -> None:
        case, elsewhere = await make_case(), await make_facility(regency_code=OTHER_REGENCY)

        for facility_id in (elsewhere.id, uuid4()):
            assert await problems(move(officer, case, facility_id=facility_id)) == {
                "facilityId": "Not found; choose from the list."
            }


class TestHold:
    async def test_begins_and_ends(self, officer: Principal) -> None:
        case = await make_case()

        await move(officer, case, status=ON_HOLD, reason="Menunggu kamar")
        await move(officer, case, status=OPEN)

        await case.refresh_from_db()
        assert case.status == OPEN
        assert await history(case) == [("hold", "ON_HOLD", "Menunggu kamar"), ("resume", "OPEN", None)]

    @pytest.mark.parametrize(
        ("status", "wanted", "allowed"),
        [(OPEN, OPEN, "ON_HOLD"), (ON_HOLD, ON_HOLD, "OPEN"), (CLOSED, ON_HOLD, "OPEN")],
    )
    async def test_is_refused_where_it_makes_no_sense(
        self, officer: Principal, status: CaseStatus, wanted: CaseStatus, allowed: str
    ) -> None:
        case = await (closed_case() if status == CLOSED else make_case(status=status))

        refusal = await refused(move(officer, case, status=wanted), InvalidTransition)

        assert (refusal.current, refusal.allowed) == (status, (allowed,))


class TestSeveralThingsAtOnce:
    async def test_change_first_and_then_the_case_is_closed(self, officer: Principal) -> None:
        case, facility = await make_case(), await make_facility()

        await move(officer, case, phase=AFTER, facility_id=facility.id, status=CLOSED, outcome="RECOVERED")

        await case.refresh_from_db()
        assert (case.phase, case.facility_id, case.status) == (AFTER, facility.id, CLOSED)
        assert [action for action, _, _ in await history(case)] == ["change_facility", "change_phase", "close"]

    async def test_none_change_when_one_cannot(self, officer: Principal) -> None:
        case, facility = await make_case(phase=IN), await make_facility()

        said = await problems(move(officer, case, facility_id=facility.id, phase=BEFORE, status=ON_HOLD))

        assert list(said) == ["reason"]

    async def test_every_field_that_cannot_be_used_is_named(self, officer: Principal) -> None:
        case = await make_case()
        call = move(officer, case, status=CLOSED, outcome="HEALED", facility_id=uuid4(), reason="x" * 2001)

        assert list(await problems(call)) == ["outcome", "facilityId", "reason"]

    @pytest.mark.parametrize("values", [{}, {"reason": "Hanya ingin tahu"}, {"outcome": "DIED"}])
    async def test_nothing_at_all_is_refused(self, officer: Principal, values: dict) -> None:
        assert await problems(move(officer, await make_case(), **values)) == {
            "status": "Give at least one thing that changes, such as phase, status or facilityId."
        }


class TestWhoMay:
    @pytest.mark.parametrize("role", [Role.DESK_OFFICER, Role.COORDINATOR])
    @pytest.mark.parametrize("region", ["33", "33.02", SUBDISTRICT, VILLAGE])
    async def test_the_desk_of_the_place_and_above(self, role: Role, region: str) -> None:
        case = await make_case(await make_patient(region=VILLAGE))

        await move(await principal_for(role, region=region), case, phase=IN)

        await case.refresh_from_db()
        assert case.phase == IN

    @pytest.mark.parametrize("role", [role for role in Role if role not in (Role.DESK_OFFICER, Role.COORDINATOR)])
    async def test_for_others_there_is_no_such_case(self, role: Role) -> None:
        case = await make_case()

        await refused(move(await principal_for(role), case, phase=IN), NotFound)

    @pytest.mark.parametrize("region", ["33.02.24", OTHER_VILLAGE])
    async def test_nor_for_another_places_desk(self, region: str) -> None:
        case = await make_case(await make_patient(region=VILLAGE))

        await refused(move(await principal_for(Role.COORDINATOR, region=region), case, phase=IN), NotFound)

    async def test_who_holds_a_task_of_it_sees_it_but_moves_nothing(self) -> None:
        task, holder = await make_task(), await make_member()
        await make_claim(task, holder)

        await refused(move(await principal_of_member(holder.id), await task.case, phase=IN), NotAllowed)


class TestIdempotencyKey:
    async def test_a_retry_answers_as_before_and_changes_nothing(self, officer: Principal) -> None:
        case = await make_case()

        for _ in range(2):
            assert await move(officer, case, status=ON_HOLD, idempotency_key="k1") == case.id

        assert await history(case) == [("hold", "ON_HOLD", None)]

    async def test_the_same_key_for_something_else_is_refused(self, officer: Principal) -> None:
        case = await make_case()
        await move(officer, case, status=ON_HOLD, idempotency_key="k1")

        await refused(move(officer, case, status=OPEN, idempotency_key="k1"), IdempotencyKeyReused)
