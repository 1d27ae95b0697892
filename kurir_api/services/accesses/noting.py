"""What is read and written of patients is noted where it happens, and appended to the log before anybody gets it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.models import AccessAction, AccessBy
from kurir_api.services.accesses.appending import LONGEST_REASON, Entry, append


class Whom(Protocol):
    """A patient's row, or what stands for it."""

    @property
    def id(self) -> UUID:
        """The patient's."""

    @property
    def regency_code(self) -> str:
        """The patient's."""

    @property
    def withheld(self) -> bool:
        """Whether nobody may read what is sealed: consent was withdrawn."""


class Subject(NamedTuple):
    """Whose data another row holds."""

    id: UUID
    regency_code: str
    withheld: bool


class _Access(NamedTuple):
    """What becomes one entry, however many fields."""

    regency_code: str
    patient_id: UUID
    by: AccessBy
    member_id: UUID | None
    action: AccessAction


@dataclass
class _Notes:
    """What was noted since the block began. `within`: in a transaction, whose last statements append."""

    within: bool
    reasons: list[str] = field(default_factory=list)
    noted: dict[_Access, tuple[set[str], str | None]] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)

    def gathered(self) -> list[Entry]:
        """Everything, as entries; those of blocks inside come first."""
        reason = ",".join(dict.fromkeys(self.reasons))[:LONGEST_REASON]
        return self.entries + [
            Entry(
                regency_code=access.regency_code,
                patient_id=access.patient_id,
                member_id=access.member_id,
                by=access.by,
                action=access.action,
                field_names=sorted(names),
                reason=reason,
                ground=ground,
            )
            for access, (names, ground) in self.noted.items()
        ]


_current: ContextVar[_Notes | None] = ContextVar("accesses", default=None)


@asynccontextmanager
async def accounted(*reasons: str, within: bool = False) -> AsyncIterator[list[str]]:
    """What the block notes is appended to the log when it ends, unless it raises; two statements, for however many
    patients, and none when nothing was noted.

    `within`: the block is all of a transaction, so that its last lock is that of the log. A block within such a block
    leaves it to that one. `reasons`: the command; GraphQL's root fields add themselves. Gives the reasons.
    """
    outer = _current.get()
    notes = _Notes(within or (outer is not None and outer.within), list(reasons))
    token = _current.set(notes)
    try:
        yield notes.reasons
    finally:
        _current.reset(token)
    entries = notes.gathered()
    if outer is not None and outer.within:
        outer.entries += entries
    elif entries:
        await append(entries)


def note(
    whom: Whom,
    action: AccessAction,
    names: Iterable[str],
    *,
    who: Principal | AccessBy,
    ground: str | None = None,
) -> None:
    """Note that these fields of a patient are read or written. Raises LookupError outside of `accounted`: nothing is
    handed out unlogged.
    """
    notes = _current.get()
    if notes is None:
        raise LookupError("An access to a patient's data outside of accounted()")
    by, member_id = (who, None) if isinstance(who, AccessBy) else (AccessBy.MEMBER, who.member_id)
    access = _Access(whom.regency_code, whom.id, by, member_id, action)
    known, before = notes.noted.get(access, (set(), None))
    notes.noted[access] = known.union(names), before or ground


def note_root(name: str) -> None:
    """Note a root field of the operation under way: why what is read is read."""
    notes = _current.get()
    if notes is not None:
        notes.reasons.append(name)
