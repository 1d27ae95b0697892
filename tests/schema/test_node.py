"""node and nodes: anything by its id, under the same rules as everywhere."""

from base64 import b64encode
from uuid import uuid4

import pytest
from graphql import GraphQLInterfaceType, build_schema

from kurir_api.models import Region, Role
from kurir_api.schema import build_schema as build_kurir_schema
from kurir_api.schema.node import SOURCES
from tests.api import Api
from tests.counting import Statements
from tests.factories import (
    OTHER_REGENCY,
    REGENCY,
    make_case,
    make_facility,
    make_member,
    make_organization,
    make_task,
)
from tests.ids import id_of
from tests.schema.visibility_scene import make_scene

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


def encoded(text: str) -> str:
    return b64encode(text.encode()).decode()


def test_every_type_that_is_a_node_can_be_found_by_its_id() -> None:
    schema = build_schema(build_kurir_schema().as_str())
    node = schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)

    assert set(SOURCES) == {kind.name for kind in schema.get_possible_types(node)}


async def test_a_node_is_of_the_type_its_id_was_given_for(api: Api) -> None:
    scene = await make_scene()
    seen = dict.fromkeys(("Notification", "Drill"), scene.people["holder"]) | {"AidLookup": scene.people["admin"]}

    for name, thing_id in scene.ids.items():
        found = await api.data(seen.get(name, scene.people["coordinator"]), NODE, id=thing_id)
        assert found == {"node": {"__typename": name, "id": thing_id}}


async def test_places_and_partners_are_nodes_of_the_regencies_one_works_in(api: Api) -> None:
    member, elsewhere = await make_member(), await make_member(region=OTHER_REGENCY)
    facility, lazis = await make_facility(), await make_organization("Lazis Serayu")
    region = await Region.get(code=REGENCY)

    for row in (facility, lazis, region):
        assert await api.data(member, NODE, id=id_of(row)) == {
            "node": {"__typename": type(row).__name__, "id": id_of(row)}
        }
    for row in (facility, lazis):
        assert await api.data(elsewhere, NODE, id=id_of(row)) == {"node": None}
    assert (await api.data(elsewhere, NODE, id=id_of(region)))["node"]["id"] == id_of(region)


async def test_an_event_of_a_timeline_is_a_node_for_the_desk(api: Api) -> None:
    scene = await make_scene()
    document = "query ($id: ID!) { case(id: $id) { timeline { edges { node { id } } } } }"
    timeline = (await api.data(scene.people["desk"], document, id=scene.ids["Case"]))["case"]["timeline"]
    event = timeline["edges"][0]["node"]["id"]

    for_desk = await api.data(scene.people["desk"], NODE, id=event)
    for_holder = await api.data(scene.people["holder"], NODE, id=event)

    assert for_desk == {"node": {"__typename": "TimelineEvent", "id": event}}
    assert for_holder == {"node": None}


NO_IDS = {
    "nothing": "",
    "no base64": "%",
    "letters beyond ASCII": "é",
    "no type": encoded(str(uuid4())),
    "an unknown type": encoded(f"Secret:{uuid4()}"),
    "a type that is no node": encoded(f"Query:{uuid4()}"),
    "a type without an id": encoded("Task:"),
    "a type with something else": encoded("Task:1 OR true"),
    "a task that does not exist": encoded(f"Task:{uuid4()}"),
    "a region that does not exist": encoded("Region:99.99"),
    "a region with NUL": encoded("Region:33\0"),
    "bytes that are no text": b64encode(b"Task:\xff").decode(),
    "another way of writing it": encoded("task:0193d7a0-0000-7000-8000-000000000000"),
}


async def test_what_is_no_id_finds_nothing_like_what_one_may_not_know_of(api: Api) -> None:
    foreign = await make_case()
    stranger = await make_member(role=Role.COORDINATOR, region=OTHER_REGENCY)

    found = {name: (await api.data(stranger, NODE, id=given))["node"] for name, given in NO_IDS.items()}

    assert found == dict.fromkeys(NO_IDS)
    assert await api.data(stranger, NODE, id=id_of(foreign)) == {"node": None}


async def test_many_come_in_the_order_they_were_asked_for_with_gaps_and_repetitions(api: Api) -> None:
    member, task, draft = await make_member(), await make_task(), await make_task(status="DRAFT")
    ids = [id_of(task), "no id", id_of(member), id_of(draft), id_of(task)]

    found = (await api.data(member, NODES, ids=ids))["nodes"]

    assert [node and node["id"] for node in found] == [id_of(task), None, id_of(member), None, id_of(task)]


async def test_many_take_one_statement_for_each_type(api: Api) -> None:
    member = await make_member()
    tasks = [await make_task() for _ in range(3)]
    two, four = [id_of(tasks[0]), id_of(member)], [*map(id_of, tasks), id_of(member)]

    counts = []
    for ids in (two, four):
        with Statements() as statements:
            await api.data(member, NODES, ids=ids)
        counts.append(len(statements))

    assert counts == [3, 3]  # signing in, tasks, members


@pytest.mark.parametrize("count", [0, 100])
async def test_up_to_100_may_be_asked_for(api: Api, count: int) -> None:
    assert await api.data(await make_member(), NODES, ids=["no id"] * count) == {"nodes": [None] * count}


async def test_more_than_100_are_bad_user_input(api: Api) -> None:
    (error,) = await api.errors(await make_member(), NODES, ids=["no id"] * 101)

    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert error["message"] == "Perbaiki isian: ids: Paling banyak 100."
