"""A member goes on or off duty, and says when to be left in peace."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput, Problems
from kurir_api.models import Member
from kurir_api.services.members.clock import read_clock
from kurir_api.services.use_case import Command, use_case


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
    changes: dict[str, bool | time | datetime | None] = {"available": command.available}
    if command.available:
        changes["turned_up_at"] = datetime.now(UTC)
    if command.quiet is not None:
        changes["quiet_from"], changes["quiet_to"] = _parsed(command.quiet)
    await Member.filter(id=principal.member_id).update(**changes)
    return principal.member_id


def _parsed(quiet: QuietHours) -> tuple[time, time] | tuple[None, None]:
    """Both times, or neither. Raises InvalidInput."""
    if quiet.from_ is None and quiet.to is None:
        return None, None
    problems = Problems()
    begin, end = (_clock(text, path, problems) for path, text in (("quietFrom", quiet.from_), ("quietTo", quiet.to)))
    problems.refuse()
    if begin == end:
        raise InvalidInput.of(
            "quietTo",
            id="Jam awal dan akhir sama; untuk libur penuh, matikan kesediaan.",
            en="Both times are the same; to rest all day, go off duty.",
        )
    return begin, end


def _clock(text: str | None, path: str, problems: Problems) -> time:
    if text is not None:
        return read_clock(text, path, problems)
    problems.add(path, id="Isi kedua jam, atau kosongkan keduanya.", en="Give both times, or neither.")
    return time.min
