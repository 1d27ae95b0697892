"""How many statements a query takes: as many for ten rows as for two, and for the hot list at most five."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from itertools import count
from typing import TypeVar

import pytest

from kurir_api.auth import principal_of_member
from kurir_api.models import Claim, Member, Role
from kurir_api.transitions import record
from tests.api import Api
from tests.counting import Statements
from tests.factories import (
    NOW,
    make_alert,
    make_case,
    make_claim,
    make_cost,
    make_facility,
    make_member,
    make_need,
    make_notification,
    make_organization,
    make_pledge,
    make_report,
    make_task,
    make_wave,
)

K = TypeVar("K")

NEARBY = {
    """distanceM node {
        id number status urgency startsAt endsAt slots openSlots kind { code name } area { code name }
        claims { status claimedAt member { id name } }
    }""": 5,
    "node { title instructions location { latitude } }": 5,
    "node { viewerEligibility { eligible reasons } }": 3,
}
"""What a volunteer's phone asks of the open tasks around it, again and again, and the most statements for all."""


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.COORDINATOR])
async def test_the_tasks_nearby_take_few_statements_however_many_there_are(api: Api, role: Role) -> None:
    caller, driver, other = await make_member(role=role), await make_member(), await make_member()
    days = count()

    async def grow() -> None:
        """One more task, of whose three slots one is held and one is offered."""
        task = await make_task(slots=3, title="Antar Bu Sutinah", starts_at=NOW + timedelta(days=next(days)))
        await make_claim(task, driver)
        await make_claim(task, other, "OFFERED")

    said = await taken(
        api,
        caller,
        {edge: f"{{ nearbyTasks(first: 20) {{ edges {{ {edge} }} }} }}" for edge in NEARBY},
        grow,
        few=2,
        many=20,
    )

    for edge, most in NEARBY.items():
        two, twenty = said[edge]
        assert two == twenty <= most


RELATIONS = {
    "tasks": {
        "title instructions location { latitude }": 5,
        "area { name parent { name } }": 4,
        "destination { name region { name } }": 4,
        "address": 7,
        "case { number patient { name } }": 4,
        "claims { member { name phone } organization { name } assignedBy { name } }": 6,
        "claims { member { capabilities { code } dutyShifts { weekday from to } } }": 6,
        "viewerClaim { status }": 3,
        "viewerEligibility { reasons }": 3,
        "costs(first: 3) { edges { node { amount member { name } organization { name } } } }": 6,
        "candidates(first: 3) { rank member { name } }": 3,
        "need { amount pledges { amount } }": 4,
        "waves { number alerts { rank member { name } } }": 5,
    },
    "costs": {
        "note reviewNote": 2,
        "receiptCount receipts { url }": 4,
        "shares { amount organization { name } }": 3,
        "task { number } member { name } organization { name }": 5,
    },
    "cases": {
        "costTotal": 3,
        "need { amount pledges { amount } }": 4,
        "facility { name region { name } }": 4,
        "coordinator { name phone memberships { organization { name } } capabilities { code } }": 7,
        "patient { name region { name } maskedNationalId diagnosis phone address location { latitude } }": 7,
        "tasks(first: 3) { edges { node { title claims { member { name } } } } }": 7,
        "timeline(first: 3) { edges { node { summary actor { name } } } }": 5,
        "timeline(first: 1) { edges { node { subject { id } } } }": 5,
    },
    "needs": {
        "kind { name } region { name }": 3,
        "pledges { amount organization { name } need { remaining } }": 5,
    },
    "reports": {
        "text reporterName reporterPhone": 2,
        "region { name parent { name } }": 4,
        "case { number patient { name } }": 4,
    },
    "myClaims": {
        "member { name phone }": 4,
        "organization { name }": 3,
        "assignedBy { name }": 3,
        "task { title area { name } }": 5,
        "task { case { number patient { name diagnosis address } } }": 8,
    },
    "myNotifications": {"title body": 2, "task { number area { name } }": 4},
    "organizations": {"name kind": 2},
}
"""What may be asked of each row of a list, and how many statements that takes for the whole list, signing in
included: one for each kind of thing that is read, two for a page within a row, and two for the log of accesses where
what is read is a patient's.
"""


async def test_no_relation_of_a_list_costs_a_statement_per_row(api: Api) -> None:
    caller, days = await make_member(role=Role.COORDINATOR), count()
    principal, hospital = await principal_of_member(caller.id), await make_facility()

    async def grow() -> None:
        """One more row of every list, with everything that hangs on it."""
        case = await make_case(facility=hospital, coordinator=caller)
        starts_at = NOW + timedelta(days=next(days))
        task = await make_task(case, slots=2, title="Antar", destination=hospital, starts_at=starts_at)
        claim = await make_claim(task, caller)
        await Claim.filter(id=claim.id).update(assigned_by=caller)
        await make_cost(claim)
        await make_pledge(await make_need(task=task))
        await make_pledge(await make_need(case))
        await make_alert(await make_wave(task), caller)
        await record(case, "open", principal)
        await make_report(status="CASE_OPENED", case=case)
        await make_notification(caller, task)
        await make_organization()

    asked = {
        (field, selection): f"{{ {field}(first: 10) {{ edges {{ node {{ {selection} }} }} }} }}"
        for field, selections in RELATIONS.items()
        for selection in selections
    }

    said = await taken(api, caller, asked, grow, few=2, many=10)

    assert said == {
        (field, selection): [takes, takes]
        for field, selections in RELATIONS.items()
        for selection, takes in selections.items()
    }


async def taken(
    api: Api, caller: Member, documents: Mapping[K, str], grow: Callable[[], Awaitable[None]], *, few: int, many: int
) -> dict[K, list[int]]:
    """How many statements each document takes with few rows and with many, signing in included."""
    found: dict[K, list[int]] = {key: [] for key in documents}
    for rows in (few, many - few):
        for _ in range(rows):
            await grow()
        for key, document in documents.items():
            with Statements() as statements:
                await api.data(caller, document)
            found[key].append(len(statements))
    return found
