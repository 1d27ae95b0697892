"""A phone that keeps what `changes` says, and what it should keep."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kurir_api.auth import principal_of_member
from kurir_api.services.sync.changes import Changes, ChangeSet, Place, changes, send_again
from kurir_api.services.sync.kept import kept

Rows = dict[tuple[str, UUID], dict[str, Any]]


@dataclass
class Phone:
    """What it holds: each node's row as it was when it came. `told`: every id that it was ever told of."""

    member_id: UUID
    since: Place | None = None
    holds: Rows = field(default_factory=dict)
    told: set[tuple[str, UUID]] = field(default_factory=set)
    deleted: list[tuple[str, UUID]] = field(default_factory=list)

    async def ask(self, first: int = 100) -> ChangeSet:
        """An answer that gets lost unless it is stored."""
        return await changes(await principal_of_member(self.member_id), Changes(since=self.since, first=first))

    async def store(self, answer: ChangeSet) -> None:
        """Keep what the API would have shown of it."""
        if self.since is None:
            self.holds.clear()
        now_visible = await visible(self.member_id)
        for one in answer.changes:
            key = (one.kind, one.node_id)
            if one.gone or key not in now_visible:
                self.deleted.append(key)
                self.holds.pop(key, None)
            else:
                self.told.add(key)
                self.holds[key] = now_visible[key]
        missed = [one for one in answer.changes if not one.gone and (one.kind, one.node_id) not in now_visible]
        if missed:
            await send_again(missed)
        self.since = answer.next

    async def sync(self, first: int = 100) -> int:
        """Ask until there is no more; how many changes came."""
        came = 0
        while True:
            answer = await self.ask(first)
            await self.store(answer)
            came += len(answer.changes)
            if not answer.more:
                return came


async def visible(member_id: UUID) -> Rows:
    """What the member's phone should hold now: the whole rows, by the rules of visibility."""
    principal = await principal_of_member(member_id)
    found: Rows = {}
    for kind, of in kept(principal, datetime.now(UTC)).items():
        for row in await of.rows.values():
            found[kind, row["id"]] = row
    return found
