"""A member's phone tells where it is."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tortoise.expressions import Q

from kurir_api.auth import Principal
from kurir_api.dispatch.geo import Point, in_indonesia
from kurir_api.errors import Problems
from kurir_api.models import Member
from kurir_api.services.moments import has_come
from kurir_api.services.use_case import Command, use_case

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
"""Before this no phone of ours can have been anywhere: its clock is wrong."""

LARGEST_ACCURACY_M = 100_000


@dataclass(frozen=True, kw_only=True)
class UpdateLocation(Command):
    """The phone was within `accuracy_m` metres of `location` at `at` (default now)."""

    location: Point
    at: datetime | None = None
    accuracy_m: float | None = None


@use_case
async def update_location(principal: Principal, command: UpdateLocation) -> UUID:
    """The id of the member, who is the caller. A fix that isn't newer than the known one changes nothing.

    Raises InvalidInput.
    """
    now = datetime.now(UTC)
    _check(command, now)
    at = min(command.at or now, now)
    await Member.filter(Q(last_fix_at__isnull=True) | Q(last_fix_at__lt=at), id=principal.member_id).update(
        last_latitude=command.location.latitude,
        last_longitude=command.location.longitude,
        last_accuracy_m=command.accuracy_m,
        last_fix_at=at,
    )
    return principal.member_id


def _check(command: UpdateLocation, now: datetime) -> None:
    problems = Problems()
    if not in_indonesia(command.location):
        problems.add("location", id="Titik ini di luar Indonesia.", en="This point is outside Indonesia.")
    if command.at is not None and has_come(problems, "at", command.at, now) and command.at < EARLIEST:
        problems.add("at", id="Terlalu lama lalu; periksa jam ponsel.", en="Too long ago; check the phone's clock.")
    # NaN is in no range, so it is refused with the rest.
    if command.accuracy_m is not None and not 0 <= command.accuracy_m <= LARGEST_ACCURACY_M:
        problems.add(
            "accuracyM",
            id="Isi dalam meter, 0 sampai 100.000.",
            en="Give it in metres, 0 to 100,000.",
        )
    problems.refuse()
