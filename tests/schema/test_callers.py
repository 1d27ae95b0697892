"""Who may call what: every root field of callers.md, as every role, over the served API."""

import json
from functools import cache

import pytest
from graphql import GraphQLObjectType, GraphQLSchema
from graphql import build_schema as read_sdl
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from kurir_api.models import Member, Role
from kurir_api.schema import build_schema
from kurir_api.transitions import record
from tests.api import PROTOCOL, Answer, Api
from tests.factories import make_member, make_notification, make_task
from tests.schema.refusals import everything
from tests.schema.tables import tables

NOBODY = "no id"
QUERIES = {
    "aidLookups": "{ edges { node { id } } }",
    "me": "{ id }",
    "node": '(id: "no id") { id }',
    "nodes": "(ids: []) { id }",
    "nearbyTasks": "{ edges { cursor } }",
    "tasks": "{ edges { cursor } }",
    "task": '(id: "no id") { id }',
    "taskByNumber": "(number: 1) { id }",
    "taskKinds": "{ code }",
    "organizations": "{ edges { cursor } }",
    "regions": "{ code }",
    "facilities": "{ id }",
    "holidays": "(year: 2026) { day }",
    "myClaims": "{ edges { cursor } }",
    "myNotifications": "{ edges { cursor } }",
    "costs": "{ edges { cursor } }",
    "cases": "{ edges { cursor } }",
    "case": '(id: "no id") { id }',
    "reports": "{ edges { cursor } }",
    "referrals": "{ edges { cursor } }",
    "programmes": "{ code }",
    "alarms": "{ edges { cursor } }",
    "suggestedAssignments": '(region: "33.02") { openSlots }',
    "rates": "{ id }",
    "myMoney": "{ paid }",
    "statistics": '(period: {from: "2026-01-01", to: "2026-01-31"}) { suppressed }',
    "needs": "{ edges { cursor } }",
    "deadLetters": "{ edges { cursor } }",
    "reachability": "{ members { drills } }",
    "closedMonths": '(region: "33.02") { edges { cursor } }',
    "openMonth": '(region: "33.02") { month }',
    "assessmentForm": '(kind: "NONE") { version }',
    "assessments": "{ edges { cursor } }",
    "changes": "(first: 0) { hasMore }",
}
"""A call of every query that any answer fits."""

CLAIM, TASK = {"claimId": NOBODY}, {"taskId": NOBODY}
MUTATIONS: dict[str, Answer] = {
    "placeReport": {"reportId": NOBODY, "region": ""},
    "handUp": {"reason": ""},
    "registerDevice": {"token": "", "platform": "fax"},
    "unregisterDevice": {"token": "unknown"},
    "endSession": {"sessionId": NOBODY},
    "signOutMember": {"memberId": NOBODY, "reason": "x"},
    "deactivateMember": {"memberId": NOBODY, "reason": "x"},
    "setAvailability": {"available": True, "quietFrom": "21:00"},
    "setDutySchedule": {"shifts": [{"weekday": "MONDAY", "from": "", "to": ""}]},
    "updateLocation": {"location": {"latitude": 0.0, "longitude": 0.0}},
    "answerAlert": {"alertId": NOBODY, "status": "OPENED"},
    "logCost": TASK | {"category": "FUEL", "amount": 1, "spentOn": "2026-11-23"},
    "editCost": {"costId": NOBODY, "amount": 1},
    "reviewCost": {"costId": NOBODY, "decision": "ENDORSED"},
    "reviewCosts": {"costIds": [], "decision": "ENDORSED"},
    "reviewContribution": {"lineIds": [NOBODY], "decision": "CONFIRMED"},
    "correctWork": {"lineId": NOBODY, "reason": ""},
    "closeMonth": {"region": "", "month": "2026-11-23"},
    "estimateNeed": {"caseId": NOBODY, "amount": 1},
    "pledge": {"caseId": NOBODY, "organizationId": NOBODY, "amount": 1},
    "withdrawPledge": {"pledgeId": NOBODY},
    "setRate": {
        "region": "",
        "category": "FUEL",
        "unit": "DAY",
        "amount": 1,
        "validFrom": "2099-01-01",
        "source": "",
    },
    "endRate": {"rateId": NOBODY, "validUntil": "2099-01-01"},
    "claimTask": TASK,
    "acceptOffer": CLAIM,
    "declineOffer": CLAIM,
    "handOverClaim": CLAIM | {"toMemberId": NOBODY},
    "startClaim": CLAIM,
    "completeClaim": CLAIM,
    "releaseClaim": CLAIM,
    "revokeClaim": CLAIM,
    "reportNoShow": CLAIM,
    "acknowledgeAlarm": {"alarmId": NOBODY},
    "answerDrill": {"drillId": NOBODY},
    "aidLookup": {"purpose": ""},
    "submitReport": {"channel": "SMS", "text": ""},
    "resolveReport": {"reportId": NOBODY, "as": "UNREACHABLE"},
    "openCase": {"phase": "IN_HOSPITAL"},
    "moveCase": {"caseId": NOBODY},
    "registerPatient": {"patient": {"name": "", "region": "", "consent": True}},
    "setConsent": {"patientId": NOBODY, "consent": False},
    "setInsuranceRule": {"facilityId": NOBODY, "rule": "WORKING_DAYS"},
    "repeatTask": {
        "caseId": NOBODY,
        "kind": "POST_CARE",
        "rule": "",
        "startsAt": "2099-01-01T00:00:00Z",
        "minutes": 1,
    },
    "endRecurrence": {"recurrenceId": NOBODY},
    "refer": {"programme": "", "consent": True, "patientId": NOBODY},
    "moveReferral": {"referralId": NOBODY, "to": "ACCEPTED"},
    "checkDocument": {"referralId": NOBODY, "code": "", "present": True},
    "submitAssessment": TASK | {"version": 1, "answers": {}},
    "referNeeds": {"assessmentId": NOBODY, "consent": True},
    "replyToReport": {"reportId": NOBODY, "text": ""},
    "createFamilyLink": {"caseId": NOBODY},
    "revokeFamilyLink": {"linkId": NOBODY},
    "createTask": {"caseId": NOBODY, "kind": "POST_CARE"},
    "publishTask": TASK,
    "cancelTask": TASK,
    "verifyTask": TASK,
    "assignTask": TASK | {"memberId": NOBODY},
    "inviteMember": {
        "name": "",
        "phone": "",
        "organizationId": NOBODY,
        "role": "VOLUNTEER",
        "region": "",
    },
}
"""An input for every mutation that can't be used, so that nothing is ever written."""
SUBSCRIPTIONS = {
    "nearbyTaskEvents": "(withinM: 0) { kind }",
    "myNotifications": "{ kind }",
    "boardEvents": "{ kind }",
}
OVER_HTTP, OVER_WEBSOCKET = tables("callers.md").values()
every_role = pytest.mark.parametrize("role", list(Role))


@cache
def schema() -> GraphQLSchema:
    return read_sdl(build_schema().as_str())


def call(field: str) -> tuple[str, Answer]:
    """The document and the variables of a call."""
    if field in QUERIES:
        return f"{{ {field} {QUERIES[field]} }}", {}
    if field not in MUTATIONS:
        return f"mutation {{ {field}(ids: []) }}", {}
    mutations = schema().mutation_type
    assert mutations is not None
    given = mutations.fields[field].args["input"].type
    return f"mutation ($input: {given}) {{ {field}(input: $input) {{ __typename }} }}", {"input": MUTATIONS[field]}


def test_the_tables_hold_every_root_field_and_every_role() -> None:
    def fields(root: GraphQLObjectType | None) -> set[str]:
        return set() if root is None else set(root.fields)

    assert set(OVER_HTTP) == fields(schema().query_type) | fields(schema().mutation_type)
    assert set(OVER_WEBSOCKET) == fields(schema().subscription_type)
    assert {frozenset(row) for row in (*OVER_HTTP.values(), *OVER_WEBSOCKET.values())} == {frozenset(Role)}


@every_role
async def test_over_http_a_role_is_let_in_or_refused_as_the_table_says(api: Api, role: Role) -> None:
    member = await make_member(role=role)
    before = await everything()

    said = {field: await let_in(api, member, field) for field in OVER_HTTP}

    assert said == {field: roles[role] for field, roles in OVER_HTTP.items()}
    assert await everything() == before


async def let_in(api: Api, member: Member, field: str) -> str:
    """Whether the member's role may call the field: "yes" or "no"."""
    document, variables = call(field)
    body = (await api.post(member, document, **variables)).json()
    if field in MUTATIONS:
        assert "errors" not in body, body
        return "no" if body["data"][field]["__typename"] == "NotAllowed" else "yes"
    codes = [error["extensions"]["code"] for error in body.get("errors", [])]
    assert codes in ([], ["FORBIDDEN"]), body
    return "no" if codes else "yes"


async def test_over_http_whoever_is_not_signed_in_is_refused_everything(api: Api) -> None:
    said = {}
    for field in OVER_HTTP:
        document, variables = call(field)
        (error,) = await api.errors(None, document, **variables)
        said[field] = error["extensions"]["code"]

    assert said == dict.fromkeys(OVER_HTTP, "UNAUTHENTICATED")


@every_role
async def test_over_websocket_a_role_is_let_in_or_refused_as_the_table_says(api: Api, role: Role) -> None:
    member = await make_member(role=role)

    said = {field: await subscribes(api, member, field) for field in OVER_WEBSOCKET}

    assert said == {field: roles[role] for field, roles in OVER_WEBSOCKET.items()}


async def subscribes(api: Api, member: Member, field: str) -> str:
    """Whether the member's role may subscribe: "yes" or "no"."""
    async with api.subscribed(member, f"subscription {{ {field} {SUBSCRIPTIONS[field]} }}") as stream:
        await make_notification(member)
        await record(await make_task(), "publish", None)
        message = stream.early.pop(0) if stream.early else await stream.hear()
    if message["type"] == "next":
        return "yes"
    (error,) = message["payload"]
    return {"FORBIDDEN": "no", "BAD_USER_INPUT": "yes"}[error["extensions"]["code"]]


async def test_over_websocket_whoever_is_not_signed_in_is_sent_away(api: Api) -> None:
    async with connect(api.url.replace("http", "ws") + "/graphql", subprotocols=[PROTOCOL]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        with pytest.raises(ConnectionClosed):
            await socket.recv()

        assert (socket.close_code, socket.close_reason) == (4403, "Forbidden")
