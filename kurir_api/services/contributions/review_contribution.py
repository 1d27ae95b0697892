"""A partner says whether the lines of its statement are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tortoise.expressions import Q

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import coordinators_of, notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import NotAllowed, NotFound, Problems
from kurir_api.models import LedgerEntry, LineDecision, LineReview, Organization, Role, WorkEntry, new_id
from kurir_api.services.texts import LONGEST_NOTE, fitting
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_cost_entries, visible_work_entries

MOST = 100

Line = WorkEntry | LedgerEntry


@dataclass(frozen=True, kw_only=True)
class ReviewContribution(Command):
    """The `decision` on lines of either ledger; DISPUTED, `note` says why."""

    work_entry_ids: tuple[UUID, ...] = ()
    ledger_entry_ids: tuple[UUID, ...] = ()
    decision: LineDecision
    note: str | None = None


@use_case
async def review_contribution(principal: Principal, command: ReviewContribution) -> int:
    """How many lines were reviewed; the last word about a line holds. Of a dispute the coordinators are told once.

    Raises NotFound, NotAllowed (another partner's line, or about oneself), InvalidInput.
    """
    note = _checked(command)
    lines: list[Line] = [
        *await visible_work_entries(principal).filter(id__in=command.work_entry_ids),
        *await visible_cost_entries(principal).filter(id__in=command.ledger_entry_ids),
    ]
    if len(lines) < len(set(command.work_entry_ids)) + len(set(command.ledger_entry_ids)):
        raise NotFound
    reviewed = principal.organizations(Role.PARTNER_REVIEWER)
    if any(line.organization_id not in reviewed or line.member_id == principal.member_id for line in lines):
        raise NotAllowed
    now = datetime.now(UTC)
    await _write(lines, command.decision, note, principal, now)
    if command.decision is LineDecision.DISPUTED:
        await _tell(lines, now)
    return len(lines)


def _checked(command: ReviewContribution) -> str | None:
    problems = Problems()
    if not 0 < len(command.work_entry_ids) + len(command.ledger_entry_ids) <= MOST:
        problems.add("lineIds", id=f"Pilih 1 sampai {MOST} baris.", en=f"Choose 1 to {MOST} lines.")
    disputed = command.decision is LineDecision.DISPUTED
    note = fitting(problems, "note", command.note, LONGEST_NOTE, required=disputed)
    problems.refuse()
    return note


async def _write(
    lines: Sequence[Line], decision: LineDecision, note: str | None, principal: Principal, now: datetime
) -> None:
    """Who reviews the same line at the same time comes before or after."""
    ids = [line.id for line in lines]
    known = LineReview.filter(Q(work_entry_id__in=ids) | Q(ledger_entry_id__in=ids)).order_by("id")
    again = {review.work_entry_id or review.ledger_entry_id: review for review in await known.select_for_update()}
    first = [_first_word(line) for line in lines if line.id not in again]
    for review in (*again.values(), *first):
        review.decision = decision
        review.note = note
        review.reviewed_by_id = principal.member_id
        review.reviewed_at = now
    if again:
        await LineReview.bulk_update(again.values(), ["decision", "note_sealed", "reviewed_by_id", "reviewed_at"])
    await LineReview.bulk_create(first)


def _first_word(line: Line) -> LineReview:
    column = "work_entry_id" if isinstance(line, WorkEntry) else "ledger_entry_id"
    return LineReview(
        id=new_id(),
        regency_code=line.regency_code,
        organization_id=line.organization_id,
        **{column: line.id},
    )


async def _tell(lines: Sequence[Line], now: datetime) -> None:
    """The coordinators of each partner's regency, once for each partner."""
    for partner in await Organization.filter(id__in={line.organization_id for line in lines}).order_by("id"):
        await notify(
            NotificationKind.CONTRIBUTION_DISPUTED,
            await coordinators_of(partner.regency_code),
            None,
            now=now,
            regency_code=partner.regency_code,
            partner=partner.name,
        )
