"""The results of mutations: what each may answer, and that a test gets each of these answers."""

from functools import cache
from importlib import import_module
from pkgutil import walk_packages

from graphql import GraphQLInputObjectType, GraphQLSchema, GraphQLUnionType, build_schema, get_named_type

import tests.schema
from kurir_api.schema import build_schema as build_kurir_schema
from tests.schema.refusals import REACHED

NEVER = {
    "acceptOffer": {"NotEligible", "ScheduleConflict"},
    "completeClaim": {"NotEligible", "ScheduleConflict"},
    "createTask": set(),
    "declineOffer": {"NotEligible", "ScheduleConflict"},
    "logCost": {"InvalidTransition"},
    "endRecurrence": {"InvalidTransition"},
    "openCase": {"NotFound"},
    "inviteMember": {"NotFound"},
    "endSession": {"InvalidInput", "NotAllowed", "IdempotencyKeyReused"},
    "signOutMember": {"IdempotencyKeyReused"},
    "deactivateMember": {"IdempotencyKeyReused"},
    "releaseClaim": {"NotEligible", "ScheduleConflict"},
    "reportNoShow": {"NotEligible", "ScheduleConflict"},
    "revokeClaim": {"NotEligible", "ScheduleConflict"},
    "setAvailability": {"NotFound", "NotAllowed", "IdempotencyKeyReused"},
    "setDutySchedule": {"NotFound", "NotAllowed"},
    "setRate": {"NotFound"},
    "startClaim": {"ScheduleConflict"},
    "submitReport": {"NotFound", "InvalidTransition"},
    "unregisterDevice": {"InvalidInput"},
    "updateLocation": {"NotFound", "NotAllowed", "IdempotencyKeyReused"},
}
"""What a mutation never answers: it shares its union with others that do."""

WITHOUT_UNION = {"markNotificationsRead"}
ABOUT_ROWS = {"TaskAlreadyClaimed", "ScheduleConflict", "CaseAlreadyOpen"}
"""Refusals that hold a row; a caller who may not know of it reads NotFound instead."""


@cache
def schema() -> GraphQLSchema:
    return build_schema(build_kurir_schema().as_str())


def answers() -> dict[str, set[str]]:
    """What each mutation may answer, by the schema."""
    mutations = schema().mutation_type
    assert mutations is not None
    unions = {name: get_named_type(field.type) for name, field in mutations.fields.items()}
    return {
        name: {member.name for member in union.types}
        for name, union in unions.items()
        if isinstance(union, GraphQLUnionType)
    }


def test_every_answer_of_every_mutation_is_one_that_a_test_gets() -> None:
    for module in walk_packages(tests.schema.__path__, "tests.schema."):
        import_module(module.name)

    expected = {name: types - NEVER.get(name, set()) for name, types in answers().items()}

    assert {name: REACHED[name] for name in expected} == expected


def test_a_mutation_answers_with_one_success_and_refusals_that_say_code_and_message() -> None:
    interface = schema().type_map["UserError"]
    refusals = {member.name for member in schema().get_possible_types(interface)}  # type: ignore[arg-type]

    for name, types in answers().items():
        assert len(types - refusals) == 1, name
        assert (types - refusals).pop().endswith("Success"), name


def test_a_refusal_that_holds_a_row_comes_with_not_found() -> None:
    assert [name for name, types in answers().items() if types & ABOUT_ROWS and "NotFound" not in types] == []


def test_a_mutation_with_an_idempotency_key_can_say_that_it_was_used() -> None:
    mutations = schema().mutation_type
    assert mutations is not None
    for name, field in mutations.fields.items():
        if name not in WITHOUT_UNION:
            (argument,) = field.args.values()
            given = get_named_type(argument.type)
            assert isinstance(given, GraphQLInputObjectType)
            keyed = "idempotencyKey" in given.fields
            assert not keyed or "IdempotencyKeyReused" in answers()[name], name
