"""The desk says that a case's task comes again, such as dialysis on Mondays and Thursdays."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from kurir_api.auth import Principal
from kurir_api.errors import Problems
from kurir_api.models import AccessAction, Case, Recurrence, Region, Urgency, new_id
from kurir_api.services.accesses import note
from kurir_api.services.cases.of_the_desk import case_of_the_desk, lock_worked_on
from kurir_api.services.consent.withheld import refuse_withheld
from kurir_api.services.moments import has_offset
from kurir_api.services.recurrences.rules import normalised, occurrences
from kurir_api.services.tasks.create_task import (
    FURTHEST_START,
    LONGEST_INSTRUCTIONS,
    LONGEST_TITLE,
    LONGEST_WINDOW,
    MOST_SLOTS,
)
from kurir_api.services.texts import fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_facilities
from kurir_api.task_kinds import task_kinds

MOST_RUNNING = 20
"""Of one case."""

SHOWN = 5
LONGEST_MINUTES = LONGEST_WINDOW // timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class RepeatTask(Command):
    """A task of `kind` that lasts `minutes`, from each moment of `rule`, reckoned from `starts_at` (with offset)."""

    case_id: UUID
    kind: str
    rule: str
    starts_at: datetime
    minutes: int
    urgency: Urgency | None = None
    slots: int = 1
    title: str | None = None
    instructions: str | None = None
    destination_id: UUID | None = None


@use_case
async def repeat_task(principal: Principal, command: RepeatTask) -> UUID:
    """The id of the new recurrence; a worker makes its tasks a week ahead.

    Raises NotFound, NotAllowed, InvalidInput, InvalidTransition.
    """
    now = datetime.now(UTC)
    case = await case_of_the_desk(principal, command.case_id)
    region = await Region.get(code=case.regency_code)
    rule = await _checked(principal, command, ZoneInfo(region.time_zone), now)
    case = await lock_worked_on(case.id)
    await _refuse_too_many(case)
    subject = await refuse_withheld("caseId", case.id)
    recurrence = Recurrence(
        id=new_id(),
        regency_code=case.regency_code,
        case_id=case.id,
        kind=command.kind,
        rule=rule,
        starts_at=command.starts_at,
        minutes=command.minutes,
        urgency=command.urgency or task_kinds()[command.kind].default_urgency,
        slots=command.slots,
        destination_id=command.destination_id,
        created_by_id=principal.member_id,
        created_at=now,
        made_until=now,
        due_at=now,
    )
    recurrence.title = fitting(Problems(), "title", command.title, LONGEST_TITLE)
    recurrence.instructions = fitting(Problems(), "instructions", command.instructions, LONGEST_INSTRUCTIONS)
    if recurrence.instructions is not None:
        note(subject, AccessAction.WRITTEN, ("instructions",), who=principal)
    await recurrence.save(force_create=True)
    return recurrence.id


async def _refuse_too_many(case: Case) -> None:
    if await Recurrence.filter(case_id=case.id, due_at__not_isnull=True).count() < MOST_RUNNING:
        return
    problems = Problems()
    problems.add(
        "caseId",
        id=f"Kasus ini sudah punya {MOST_RUNNING} tugas berulang; akhiri salah satu dahulu.",
        en=f"This case has {MOST_RUNNING} recurring tasks already; end one first.",
    )
    problems.refuse()


async def _checked(principal: Principal, command: RepeatTask, zone: ZoneInfo, now: datetime) -> str:
    """The rule as it is stored. Raises InvalidInput naming everything to mend."""
    problems = Problems()
    if command.kind not in task_kinds():
        known = ", ".join(task_kinds())
        problems.add("kind", id=f"Pilih salah satu: {known}.", en=f"Choose one of: {known}.")
    for path, number, most in (("minutes", command.minutes, LONGEST_MINUTES), ("slots", command.slots, MOST_SLOTS)):
        if not 1 <= number <= most:
            problems.add(path, id=f"Isi 1 sampai {most}.", en=f"Use 1 to {most}.")
    fitting(problems, "title", command.title, LONGEST_TITLE)
    fitting(problems, "instructions", command.instructions, LONGEST_INSTRUCTIONS)
    facilities = visible_facilities(principal).filter(id=command.destination_id)
    if command.destination_id is not None and not await facilities.exists():
        problems.add("destinationId", id="Tidak ditemukan; pilih dari daftar.", en="Not found; choose from the list.")
    rule = _rule(problems, command, zone, now)
    problems.refuse()
    return rule


def _rule(problems: Problems, command: RepeatTask, zone: ZoneInfo, now: datetime) -> str:
    """As it is stored; what can't be used, or never comes, is noted."""
    clear = has_offset(problems, "startsAt", command.starts_at)
    if clear and abs(command.starts_at - now) > FURTHEST_START:
        problems.add("startsAt", id="Paling lama dua tahun dari sekarang.", en="At most two years from now.")
        clear = False
    try:
        rule = normalised(command.rule)
        coming = next_starts(rule, command.starts_at, zone, now, 1) if clear else []
    except ValueError:
        problems.add(
            "rule",
            id="Pakai FREQ=DAILY, WEEKLY atau MONTHLY dengan INTERVAL, BYDAY, BYMONTHDAY, COUNT atau UNTIL, "
            "misalnya FREQ=WEEKLY;BYDAY=MO,TH.",
            en="Use FREQ=DAILY, WEEKLY or MONTHLY with INTERVAL, BYDAY, BYMONTHDAY, COUNT or UNTIL, "
            "such as FREQ=WEEKLY;BYDAY=MO,TH.",
        )
        return ""
    if clear and not coming:
        problems.add("rule", id="Tidak ada waktu yang akan datang.", en="It has no time to come.")
    return rule


def next_starts(rule: str, starts_at: datetime, zone: ZoneInfo, now: datetime, most: int = SHOWN) -> list[datetime]:
    """When the next tasks of the rule begin, after `now`, UTC."""
    return list(islice((at for at in occurrences(rule, starts_at, zone) if at > now), most))
