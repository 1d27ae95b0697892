"""A partner promises a part of what a case needs (patungan)."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import InvalidInput, NotAllowed, NotFound, Problems
from kurir_api.figures import rupiah
from kurir_api.models import Membership, Need, Organization, Pledge, Role, new_id
from kurir_api.services.money.amounts import check_rupiah
from kurir_api.services.needs.over import check_not_over
from kurir_api.services.needs.taking_back import book_promise
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import visible_cases, visible_needs, visible_organizations

TAKE = """
UPDATE need SET pledged = pledged + $2, closed_at = CASE WHEN pledged + $2 = amount THEN $3::timestamptz END
WHERE id = $1 AND pledged + $2 <= amount
RETURNING id
"""


@dataclass(frozen=True, kw_only=True)
class MakePledge(Command):
    """`amount` rupiah by the organisation for the need of the case, or of its task; `in_kind`: given as goods."""

    case_id: UUID
    task_id: UUID | None = None
    organization_id: UUID
    amount: int
    in_kind: bool = False


@use_case
async def pledge(principal: Principal, command: MakePledge) -> UUID:
    """The pledge's id. The need is never pledged beyond its amount, and closed when all of it is.

    By the organisation's reviewer, or a coordinator of the case's region. Raises NotFound (no need of the case is the
    caller's to know of), NotAllowed, InvalidInput (nothing estimated yet, what it is for is over, or more than what
    remains, too). The organisation's reviewers hear of what a coordinator promises for it.
    """
    now = datetime.now(UTC)
    need = await _need(principal, command)
    await _check(principal, command, need)
    if not await get_connection("default").execute_query_dict(TAKE, [need.id, command.amount, now]):
        raise await _more_than_remains(need)
    made = await Pledge.create(
        id=new_id(),
        regency_code=need.regency_code,
        need_id=need.id,
        organization_id=command.organization_id,
        amount=command.amount,
        in_kind=command.in_kind,
        made_by_id=principal.member_id,
        created_at=now,
    )
    await book_promise(made, need, -command.amount, now)
    if command.organization_id not in principal.organizations(Role.PARTNER_REVIEWER):
        await _tell(made, now)
    return made.id


def may_promise(principal: Principal, need: Need, organization_id: UUID) -> bool:
    """Whether the caller speaks for the organisation, or coordinates the case. `need` has its case loaded."""
    return organization_id in principal.organizations(Role.PARTNER_REVIEWER) or principal.reaches(
        need.case.region_id, Role.COORDINATOR
    )


async def _need(principal: Principal, command: MakePledge) -> Need:
    """The need, with its case and task."""
    needs = await visible_needs(principal).filter(case_id=command.case_id).select_related("case", "task")
    found = next((need for need in needs if need.task_id == command.task_id), None)
    if found:
        return found
    if not needs and not await visible_cases(principal).filter(id=command.case_id).exists():
        raise NotFound
    if command.task_id is None:
        raise InvalidInput.of(
            "caseId",
            id="Kebutuhan kasus ini belum diperkirakan; hubungi koordinator, atau pilih salah satu tugasnya.",
            en="Nobody has estimated what this case needs; ask its coordinator, or choose one of its tasks.",
        )
    raise InvalidInput.of(
        "taskId",
        id="Kebutuhan tugas ini belum diperkirakan; pilih dari daftar kebutuhan.",
        en="Nobody has estimated what this task needs; choose from the list of needs.",
    )


async def _check(principal: Principal, command: MakePledge, need: Need) -> None:
    problems = Problems()
    check_rupiah(problems, "amount", command.amount)
    check_not_over(problems, need.case, need.task)
    partners: list[Organization] = await visible_organizations(principal).filter(
        id=command.organization_id, regency_code=need.regency_code
    )
    if not partners:
        problems.add(
            "organizationId", id="Tidak ditemukan; pilih dari daftar.", en="Not found; choose from the list."
        )
    problems.refuse()
    if not may_promise(principal, need, command.organization_id):
        raise NotAllowed


async def _tell(pledge: Pledge, now: datetime) -> None:
    reviewers = Membership.filter(
        role=Role.PARTNER_REVIEWER, organization_id=pledge.organization_id, member__active=True
    ).order_by("member_id")
    partner = await Organization.get(id=pledge.organization_id)
    await notify(
        NotificationKind.PLEDGE_MADE,
        [reviewer.member_id for reviewer in await reviewers],
        None,
        now=now,
        regency_code=pledge.regency_code,
        partner=partner.name,
        rupiah=pledge.amount,
    )


async def _more_than_remains(need: Need) -> InvalidInput:
    await need.refresh_from_db(fields=["amount", "pledged"])
    left = need.amount - need.pledged
    return InvalidInput.of(
        "amount",
        id=f"Yang belum dijanjikan tinggal {rupiah(left)}; isi paling banyak sebanyak itu.",
        en=f"{rupiah(left, 'en')} remains to be pledged; give at most as much.",
    )
