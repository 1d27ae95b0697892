"""The client contract, `schema.graphql` beside this file, against what is served.

Clients are written against its names, arguments and nullability.
"""

from pathlib import Path

from graphql import GraphQLSchema, build_schema, find_breaking_changes

from kurir_api.schema import build_schema as build_kurir_schema

CONTRACT = build_schema(Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8"))
SERVED = build_schema(build_kurir_schema().as_str())

FIRST_RELEASE = {
    "Query": """
        me node nodes nearbyTasks tasks task taskByNumber myClaims myNotifications cases case reports costs taskKinds
        regions facilities organizations statistics programmes referrals changes
    """,
    "Mutation": """
        submitReport resolveReport openCase moveCase createTask publishTask cancelTask claimTask releaseClaim
        startClaim completeClaim handOverClaim assignTask acceptOffer declineOffer revokeClaim verifyTask answerAlert
        registerDevice unregisterDevice setAvailability updateLocation markNotificationsRead logCost editCost
        reviewCost pledge inviteMember refer moveReferral aidLookup
    """,
    "Subscription": "nearbyTaskEvents boardEvents myNotifications",
}

ADDED = {
    "Query": """
        alarms suggestedAssignments deadLetters reachability closedMonths openMonth rates needs myMoney holidays
        assessmentForm assessments aidLookups
    """,
    "Mutation": """
        acknowledgeAlarm answerDrill reportNoShow setDutySchedule reviewContribution correctWork closeMonth
        reviewCosts estimateNeed withdrawPledge setRate endRate submitAssessment referNeeds
        registerPatient setConsent repeatTask endRecurrence setInsuranceRule
        checkDocument placeReport handUp replyToReport createFamilyLink revokeFamilyLink
        endSession signOutMember deactivateMember
    """,
    "Subscription": "",
}
"""What apps and offices need beyond the contract."""


def root_fields(schema: GraphQLSchema) -> dict[str, set[str]]:
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {root.name: set(root.fields) for root in roots}


def test_these_root_fields_are_served_and_no_others() -> None:
    assert root_fields(SERVED) == {
        root: set(names.split()) | set(ADDED[root].split()) for root, names in FIRST_RELEASE.items()
    }


def test_a_root_field_is_in_the_contract_or_listed_as_added() -> None:
    promised = root_fields(CONTRACT)
    for root, names in root_fields(SERVED).items():
        assert names - promised[root] == set(ADDED[root].split())


def test_all_of_the_contract_is_served_as_it_says() -> None:
    assert [change.description for change in find_breaking_changes(CONTRACT, SERVED)] == []


def test_production_serves_the_same() -> None:
    assert build_kurir_schema(production=True).as_str() == build_kurir_schema().as_str()
