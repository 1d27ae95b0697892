"""A member goes on or off duty, and says when to be left in peace."""

import re
from dataclasses import dataclass
from datetime import UTC, time
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, Problems
from kurir_api.models import Member
from kurir_api.services.use_case import Command, use_case

CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


@dataclass(frozen=True, kw_only=True)
class QuietHours:
    """From when to when, as the regency's clock shows it: "21:00". Both None: no quiet hours."""

    from_: str | None
    to: str | None


@dataclass(frozen=True, kw_only=True)
class SetAvailability(Command):
    """`available`: on duty. `quiet` None leaves the quiet hours as they are."""

    available: bool
    quiet: QuietHours | None = None


@use_case
async def set_availability(principal: Principal, command: SetAvailability) -> UUID:
    """The id of the member, who is the caller. Raises InvalidInput."""
    changes: dict[str, bool | time | None] = {"available": command.available}
    if command.quiet is not None:
        changes["quiet_from"], changes["quiet_to"] = _parsed(command.quiet)
    await Member.filter(id=principal.member_id).update(**changes)
    return principal.member_id


def _parsed(quiet: QuietHours) -> tuple[time, time] | tuple[None, None]:
    """Both times, or neither. Raises InvalidInput."""
    if quiet.from_ is None and quiet.to is None:
        return None, None
    problems = Problems()
    for path, text in (("quietFrom", quiet.from_), ("quietTo", quiet.to)):
        if text is None:
            problems.add(
                path,
                id="Isi kedua jam, atau kosongkan keduanya.",
                en="Give both times, or neither.",
            )
        elif not CLOCK.fullmatch(text):
            problems.add(path, id="Tulis jam seperti 21:00.", en="Write the time like 21:00.")
    problems.refuse()
    if quiet.from_ == quiet.to:
        raise InvalidInput.of(
            "quietTo",
            id="Jam awal dan akhir sama; untuk libur penuh, matikan kesediaan.",
            en="Both times are the same; to rest all day, go off duty.",
        )
    return _wall_clock(quiet.from_ or ""), _wall_clock(quiet.to or "")


def _wall_clock(text: str) -> time:
    """The time as the column keeps it: its zone is a form's, and dropped when read."""
    return time.fromisoformat(text).replace(tzinfo=UTC)
