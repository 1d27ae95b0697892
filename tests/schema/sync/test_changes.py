"""changes through the API."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from tortoise.connection import get_connection
from tortoise.transactions import in_transaction

from kurir_api.models import Role, Task
from kurir_api.schema.pagination import encode_cursor
from tests.api import Api
from tests.factories import make_case, make_claim, make_member, make_task
from tests.ids import id_of

CHANGES = """
query ($since: String, $first: Int) { changes(since: $since, first: $first) {
    nextCursor hasMore
    changes { cursor deletedId node { __typename id ... on Task { number status } ... on Patient { name } } }
} }
"""
WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
RELEASE_BEFORE_SENDING = """
CREATE FUNCTION release_all() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE claim SET status = 'RELEASED'; RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER release_all AFTER INSERT ON synced DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION release_all();
"""
"""When the comparison is written down, and before its nodes are read."""

BEGIN_ANEW = {
    "id": "`since` tidak berlaku (lagi). Kosongkan data di ponsel, lalu mulai lagi tanpa `since`.",
    "en": "`since` is not valid (any more). Empty what the phone keeps, and begin anew without `since`.",
}


async def test_a_phone_begins_goes_on_and_deletes(api: Api) -> None:
    volunteer = await make_member()
    task = await make_task(starts_at=datetime.now(UTC) + timedelta(days=1))

    first = (await api.data(volunteer, CHANGES))["changes"]
    (brought,) = first["changes"]
    assert (first["hasMore"], first["nextCursor"]) == (False, brought["cursor"])
    assert (brought["deletedId"], brought["node"]) == (
        None,
        {"__typename": "Task", "id": id_of(task), "number": task.number, "status": "OPEN"},
    )

    await Task.filter(id=task.id).update(status="CANCELLED")
    second = (await api.data(volunteer, CHANGES, since=first["nextCursor"]))["changes"]
    (deleted,) = second["changes"]
    assert (deleted["node"], deleted["deletedId"]) == (None, id_of(task))

    third = (await api.data(volunteer, CHANGES, since=second["nextCursor"]))["changes"]
    assert third == {"changes": [], "hasMore": False, "nextCursor": second["nextCursor"]}


async def test_a_coordinator_gets_everything_in_answers_of_the_size_asked_for(api: Api) -> None:
    kus = await make_member(role=Role.COORDINATOR)
    await make_task(starts_at=datetime.now(UTC) + timedelta(days=1))

    first = (await api.data(kus, CHANGES, first=2))["changes"]
    rest = (await api.data(kus, CHANGES, first=2, since=first["nextCursor"]))["changes"]

    kinds = [one["node"]["__typename"] for one in (*first["changes"], *rest["changes"])]
    assert (kinds, first["hasMore"], rest["hasMore"]) == (["Case", "Patient", "Task"], True, False)


@pytest.mark.parametrize("locale", ["id", "en"])
async def test_a_cursor_that_is_none_says_to_begin_anew(api: Api, locale: str) -> None:
    kus, other = await make_member(role=Role.COORDINATOR, locale=locale), await make_member()
    foreign = (await api.data(other, CHANGES))["changes"]["nextCursor"]
    told = []

    for since in ("", "nonsense", encode_cursor("no id", 1), encode_cursor(kus.id, -1), foreign):
        (error,) = await api.errors(kus, CHANGES, since=since)
        told.append((error["message"], error["extensions"]["code"]))

    assert told == [(BEGIN_ANEW[locale], "BAD_USER_INPUT")] * 5


async def test_at_most_a_hundred_come_at_once(api: Api) -> None:
    (error,) = await api.errors(await make_member(), CHANGES, first=101)

    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_however_many_are_asked_for_at_once_a_member_takes_one_connection(api: Api) -> None:
    kus, other = await make_member(role=Role.COORDINATOR), await make_member()
    since = (await api.data(kus, CHANGES))["changes"]["nextCursor"]
    many = " ".join(f'c{number}: changes(since: "{since}", first: 1) {{ nextCursor }}' for number in range(24))

    async with in_transaction() as held:
        await held.execute_query("SELECT FROM sync FOR UPDATE")
        asking = asyncio.create_task(api.data(kus, "{ " + many + " }"))
        while not (await held.execute_query_dict(WAITING))[0]["count"]:  # noqa: ASYNC110 - PostgreSQL tells nobody
            await asyncio.sleep(0.01)
        await api.data(other, "{ me { name } }")
        waiting = await held.execute_query_dict(WAITING)

    assert waiting[0]["count"] == 1
    assert len(await asking) == 24


async def test_what_was_away_when_it_was_to_be_sent_comes_when_it_is_back_even_as_it_was(api: Api) -> None:
    volunteer = await make_member()
    case = await make_case()
    tasks = [await make_task(case=case, starts_at=datetime.now(UTC) + timedelta(days=days)) for days in (1, 2)]
    claim = await make_claim(tasks[0], volunteer)
    connection = get_connection("default")

    await connection.execute_script(RELEASE_BEFORE_SENDING)
    try:
        away = (await api.data(volunteer, CHANGES))["changes"]
    finally:
        await connection.execute_script("DROP FUNCTION release_all CASCADE")
    await make_claim(tasks[1], volunteer)
    back = (await api.data(volunteer, CHANGES, since=away["nextCursor"]))["changes"]

    assert (await claim.refresh_from_db(), claim.status) == (None, "RELEASED")
    assert id_of(case) in {one["deletedId"] for one in away["changes"]}
    assert id_of(case) in {one["node"]["id"] for one in back["changes"] if one["node"]}
