"""changes: what a phone keeps, brought up to date."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID
from weakref import WeakValueDictionary

import strawberry

from kurir_api.errors import BeginAnew
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.node import SOURCES
from kurir_api.schema.pagination import MOST, BadPage, checked, decode_cursor, encode_cursor
from kurir_api.schema.permissions import EVERY_MEMBER, query
from kurir_api.services.sync import changes as service
from kurir_api.services.sync.changes import Changes, Place

_turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
"""By member. Answers to one phone wait for each other; here they do, else each would take a connection to wait."""


@strawberry.type(description="One thing to keep anew, or to delete: either `node` or `deletedId` is there.")
class Change:
    """See services.sync."""

    cursor: str = strawberry.field(description="For `since`, when everything up to here was stored.")
    node: Node | None = strawberry.field(description="As it is now: new, or changed since it was sent last.")
    deleted_id: strawberry.ID | None = strawberry.field(
        description="The id of what was sent, and the caller may not see any more, or need not keep."
    )


@strawberry.type(description="Changes, and where the phone stands with them.")
class ChangeSet:
    """See services.sync."""

    changes: list[Change] = strawberry.field(description="In order.")
    next_cursor: str = strawberry.field(description="For the next call's `since`, when all of these were stored.")
    has_more: bool = strawberry.field(description="Whether to call again at once.")


@query(
    may_call=EVERY_MEMBER,
    description="What the phone should keep, brought up to date: alerts, cases, claims, costs, notifications, "
    "patients, referrals, reports and tasks that the caller may see and that go on or were of the last 30 days. What "
    "`since` doesn't acknowledge comes again, so a lost answer loses nothing.",
)
async def changes(
    info: Info,
    since: Annotated[
        str | None,
        strawberry.argument(description="The `nextCursor` of the last answer that was stored; null: from the start."),
    ] = None,
    first: Annotated[int | None, strawberry.argument(description="How many at most, 0 to 100; null: 100.")] = 100,
) -> ChangeSet:
    """One statement that compares, and one for each type among the changes."""
    async with _turns.setdefault(info.context.principal.member_id, asyncio.Lock()):
        return await _changes(info, since, first)


async def _changes(info: Info, since: str | None, first: int | None) -> ChangeSet:
    command = Changes(since=_place(since), first=checked(MOST if first is None else first))
    found = await service.changes(info.context.principal, command)
    nodes = await _nodes(info, found.changes)
    missed = [one for one in found.changes if not one.gone and (one.kind, one.node_id) not in nodes]
    if missed:
        await service.send_again(missed)
    return ChangeSet(
        changes=[_change(one, nodes.get((one.kind, one.node_id))) for one in found.changes],
        next_cursor=_cursor(found.next),
        has_more=found.more,
    )


def _change(one: service.Change, node: Node | None) -> Change:
    """What went out of sight since it was found is deleted, too."""
    deleted = global_id(one.kind, one.node_id) if node is None else None
    return Change(cursor=_cursor(one.place), node=node, deleted_id=deleted)


async def _nodes(info: Info, changes: Sequence[service.Change]) -> dict[tuple[str, UUID], Node]:
    ids: dict[str, list[UUID]] = defaultdict(list)
    for one in changes:
        if not one.gone:
            ids[one.kind].append(one.node_id)
    found: dict[tuple[str, UUID], Node] = {}
    for kind, of_kind in ids.items():
        for row in await SOURCES[kind].visible(info.context.principal).filter(id__in=of_kind):
            found[kind, row.id] = SOURCES[kind].make(row)
    return found


def _cursor(place: Place) -> str:
    return encode_cursor(place.sync_id, place.seq)


def _place(since: str | None) -> Place | None:
    """Raises BeginAnew."""
    try:
        key = decode_cursor(since, UUID, _number)
    except BadPage as error:
        raise BeginAnew from error
    return Place(*key) if key else None


def _number(part: Any) -> int:
    """A place in a cursor. Raises ValueError for what is none."""
    if type(part) is not int or not 0 <= part < 2**63:
        raise ValueError(part)
    return part
