"""The office writes down a need of a case, and may publish it at once."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.dispatch.geo import Point
from kurir_api.errors import Problems
from kurir_api.models import AccessAction, Urgency
from kurir_api.services.accesses import note
from kurir_api.services.cases.of_the_desk import case_of_the_desk, lock_worked_on
from kurir_api.services.consent.withheld import refuse_withheld
from kurir_api.services.moments import has_offset
from kurir_api.services.tasks.drafting import draft_task
from kurir_api.services.tasks.publish_task import publish
from kurir_api.services.texts import cleaned
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_facilities
from kurir_api.task_kinds import task_kinds

LONGEST_TITLE, LONGEST_INSTRUCTIONS = 120, 2_000
MOST_SLOTS = 50
LONGEST_WINDOW = timedelta(days=31)
FURTHEST_START = timedelta(days=731)


@dataclass(frozen=True, kw_only=True)
class CreateTask(Command):
    """A need of `case_id`; None: the kind's default. Times carry an offset."""

    case_id: UUID
    kind: str
    title: str | None = None
    instructions: str | None = None
    urgency: Urgency | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    slots: int | None = None
    location: Point | None = None
    destination_id: UUID | None = None
    publish: bool = False


@use_case
async def create_task(principal: Principal, command: CreateTask) -> UUID:
    """The id of the new task: a draft, or published. Raises NotFound, NotAllowed, InvalidInput, InvalidTransition."""
    now = datetime.now(UTC)
    case = await case_of_the_desk(principal, command.case_id)
    await _check(principal, command, now)
    case = await lock_worked_on(case.id)
    given = {"instructions": cleaned(command.instructions), "location": command.location}
    names = [name for name, value in given.items() if value is not None]
    subject = await refuse_withheld("caseId", case.id)
    if names:
        note(subject, AccessAction.WRITTEN, names, who=principal)
    task = await draft_task(
        case,
        command.kind,
        principal,
        now,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        urgency=command.urgency,
        slots=command.slots or 1,
        title=cleaned(command.title),
        instructions=cleaned(command.instructions),
        location=command.location,
        destination_id=command.destination_id,
    )
    if command.publish:
        await publish(task, principal, now)
    return task.id


async def _check(principal: Principal, command: CreateTask, now: datetime) -> None:
    problems = Problems()
    if command.kind not in task_kinds():
        known = ", ".join(task_kinds())
        problems.add("kind", id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
    if command.slots is not None and not 1 <= command.slots <= MOST_SLOTS:
        problems.add("slots", id=f"Isi 1 sampai {MOST_SLOTS}.", en=f"Use 1 to {MOST_SLOTS}.")
    for path, text, longest in (
        ("title", command.title, LONGEST_TITLE),
        ("instructions", command.instructions, LONGEST_INSTRUCTIONS),
    ):
        if len(text or "") > longest:
            problems.add(path, id=f"Paling banyak {longest} karakter.", en=f"At most {longest} characters.")
    _check_window(problems, command, now)
    if (
        command.destination_id is not None
        and not await visible_facilities(principal).filter(id=command.destination_id).exists()
    ):
        problems.add("destinationId", id="Tidak ditemukan; pilih dari daftar.", en="Not found; choose from the list.")
    problems.refuse()


def _check_window(problems: Problems, command: CreateTask, now: datetime) -> None:
    given = {"startsAt": command.starts_at, "endsAt": command.ends_at}
    clear = [has_offset(problems, path, at) for path, at in given.items() if at is not None]
    if not all(clear):
        return
    starts_at = command.starts_at or now
    if starts_at - now > FURTHEST_START:
        problems.add("startsAt", id="Paling lama dua tahun dari sekarang.", en="At most two years from now.")
        return
    if command.ends_at is None:
        if command.kind in task_kinds() and starts_at + task_kinds()[command.kind].default_duration <= now:
            problems.add("startsAt", id="Jendela waktunya sudah lewat.", en="Its window has passed.")
        return
    if command.ends_at <= starts_at:
        problems.add("endsAt", id="Harus sesudah mulai.", en="Must be after the start.")
    elif command.ends_at <= now:
        problems.add("endsAt", id="Jendela waktunya sudah lewat.", en="Its window has passed.")
    elif command.ends_at - starts_at > LONGEST_WINDOW:
        problems.add("endsAt", id="Paling lama 31 hari sesudah mulai.", en="At most 31 days after the start.")
