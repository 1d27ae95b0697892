"""The lines of a partner's statement."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from uuid import UUID

import strawberry

from kurir_api.auth import Principal
from kurir_api.errors import NotFound
from kurir_api.models import CostCategory, LineDecision, Role
from kurir_api.schema.context import Info
from kurir_api.schema.ids import global_id, row_id, split_id
from kurir_api.schema.members.types import Member
from kurir_api.schema.pagination import Connection, Edge, checked, decode_cursor, encode_cursor, page_info
from kurir_api.schema.scalars import Rupiah
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.services.contributions.listing import ListedLine, lines_by_id, listed_lines
from kurir_api.services.contributions.totals import Period

strawberry.enum(LineDecision, description="What a partner's reviewer says of a line.")


@strawberry.type(description="A line of a statement: a task that was done, or something spent or given on one.")
class ContributionLine:
    """See services.contributions.listing.ListedLine."""

    id: strawberry.ID = strawberry.field(description="Opaque; for reviewContribution and correctWork.")
    booked_on: date = strawberry.field(description="The day of the regency's calendar for which it counts.")
    task_number: int = strawberry.field(description="As people say it.")
    minutes: int | None = strawberry.field(
        description="From start to completion; negative where a line was taken back, null for money and gifts."
    )
    distance_m: int | None = strawberry.field(
        description="Metres along the ellipsoid; negative where a line was taken back, null for money and gifts."
    )
    category: CostCategory | None = strawberry.field(description="What the money went to; null for work.")
    amount: Rupiah | None = strawberry.field(
        description="What was spent, or what the gift is worth; negative where it was taken back, null for work."
    )
    in_kind: bool = strawberry.field(description="Given in goods or for free.")
    correction: bool = strawberry.field(description="It takes back an earlier line, or replaces one.")
    decision: LineDecision | None = strawberry.field(description="The partner's last word; null: none yet.")
    row: strawberry.Private[ListedLine]

    @classmethod
    def of(cls, row: ListedLine) -> "ContributionLine":
        """The line of a row."""
        return cls(
            id=global_id(row.ledger, row.id),
            booked_on=row.booked_on,
            task_number=row.task_number,
            minutes=row.minutes,
            distance_m=row.distance_m,
            category=row.category,
            amount=None if row.amount is None else Rupiah(row.amount),
            in_kind=row.in_kind,
            correction=row.correction,
            decision=row.review.decision if row.review else None,
            row=row,
        )

    @strawberry.field(description="The kind of task.")
    def kind(self, info: Info) -> TaskKind:
        """In the caller's language."""
        return TaskKind.of(self.row.kind, info.context.locale)

    @strawberry.field(description="Who did it, or spent or gave it.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.member_id))

    @strawberry.field(
        description="Why a line of work was corrected; for the region's coordinators and the member: it may tell of "
        "the patient. Null for others."
    )
    def correction_reason(self, info: Info) -> str | None:
        """Unsealed only for those."""
        principal = info.context.principal
        own = self.row.member_id == principal.member_id
        return self.row.reason if own or principal.reaches(self.row.region_id, Role.COORDINATOR) else None

    @strawberry.field(description="Why it is disputed; for the partner's reviewers and the regency's coordinators.")
    def note(self, info: Info) -> str | None:
        """Null for others."""
        review, principal = self.row.review, info.context.principal
        return review.note if review and _may_read(principal, review.organization_id, review.regency_code) else None


def _may_read(principal: Principal, organization_id: UUID, regency_code: str) -> bool:
    return organization_id in principal.organizations(Role.PARTNER_REVIEWER) or principal.reaches(
        regency_code, Role.COORDINATOR
    )


def ledger_and_id(line_id: str) -> tuple[str, UUID]:
    """The ledger, WorkEntry or LedgerEntry, and the entry that a line's id means. Raises NotFound for any other."""
    ledger, _ = split_id(line_id)
    if ledger not in {"WorkEntry", "LedgerEntry"}:
        raise NotFound
    return ledger, row_id(ledger, line_id)


LinePage = tuple[UUID, int | None, str | None, bool | None]
"""What is asked for: the partner's id, `first`, `after` and `disputed`."""


async def line_pages(period: Period, keys: Sequence[LinePage]) -> list[Connection[ContributionLine]]:
    """The pages, in the keys' order; two statements for all that ask alike."""
    asked: dict[tuple[int | None, str | None, bool | None], list[UUID]] = defaultdict(list)
    for organization_id, first, after, disputed in keys:
        asked[first, after, disputed].append(organization_id)
    found: dict[LinePage, Connection[ContributionLine]] = {}
    for (first, after, disputed), partners in asked.items():
        limit, key = checked(first), decode_cursor(after, date.fromisoformat, UUID)
        before = (key[0], key[1]) if key else None
        lines = await listed_lines(partners, period, limit=limit + 1, before=before, disputed=disputed)
        for one in partners:
            found[one, first, after, disputed] = _page(lines.get(one, []), limit, after)
    return [found[key] for key in keys]


def _page(lines: Sequence[ListedLine], limit: int, after: str | None) -> Connection[ContributionLine]:
    edges = [
        Edge(node=ContributionLine.of(line), cursor=encode_cursor(line.booked_on, line.id)) for line in lines[:limit]
    ]
    return Connection(edges=edges, page_info=page_info(edges, more=len(lines) > limit, after=after))


async def lines_of(ids: Sequence[UUID]) -> list[ContributionLine]:
    """The lines a mutation has just been about, the last day first."""
    return [ContributionLine.of(line) for line in await lines_by_id(ids)]
