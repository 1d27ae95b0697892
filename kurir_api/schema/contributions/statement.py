"""A partner's statement."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.auth import Principal
from kurir_api.database.moment import one_moment
from kurir_api.errors import NotAllowed
from kurir_api.models import CostCategory
from kurir_api.schema.context import Info
from kurir_api.schema.contributions.lines import ContributionLine
from kurir_api.schema.contributions.types import ContributionTotals, KindTotals
from kurir_api.schema.costs.types import Cost
from kurir_api.schema.members.types import Member, Organization
from kurir_api.schema.pagination import After, Connection, First
from kurir_api.schema.scalars import Rupiah
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.services.contributions.statement import MemberTotals, MoneyFlow, StatementContent, statements
from kurir_api.services.contributions.totals import Period
from kurir_api.services.visibility import visible_contributions


@strawberry.type(description="What one member did and spent for the partner.")
class MemberContribution:
    """See services.contributions.statement.MemberTotals."""

    totals: ContributionTotals = strawberry.field(description="The member's sums.")
    row: strawberry.Private[MemberTotals]

    @strawberry.field(description="The member.")
    async def member(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.member_id))


@strawberry.type(description="What went to one category of costs.")
class CategoryTotals:
    """See services.contributions.statement.CategoryTotals."""

    category: CostCategory = strawberry.field(description="The category.")
    cost: Rupiah = strawberry.field(description="Money spent, as approved.")
    in_kind: Rupiah = strawberry.field(description="The value of what was given, as recorded.")


@strawberry.type(
    description="How a partner's members get back what they spent. `outstandingBefore` + `approved` = "
    "`reimbursedByItself` + `reimbursedByOthers` + `outstanding`; negative where more was taken back in the period."
)
class ContributionMoney:
    """See services.contributions.statement.MoneyFlow."""

    outstanding_before: Rupiah = strawberry.field(description="What its members were owed when the period began.")
    approved: Rupiah = strawberry.field(description="Costs of its members, as approved in the period.")
    reimbursed_by_itself: Rupiah = strawberry.field(description="What the partner paid back to its own members.")
    reimbursed_by_others: Rupiah = strawberry.field(
        description="What other partners' pledges paid back to its members."
    )
    outstanding: Rupiah = strawberry.field(description="What its members are owed at the period's end.")
    paid_for_others: Rupiah = strawberry.field(
        description="What the partner's pledges paid back to other partners' members."
    )
    borne_by_others: Rupiah = strawberry.field(
        description="What other partners' pledges bear of the approved costs of its members, paid or not."
    )
    borne_for_others: Rupiah = strawberry.field(
        description="What the partner's pledges bear of other partners' costs, paid or not."
    )

    @classmethod
    def of(cls, flow: MoneyFlow) -> "ContributionMoney":
        """The figures of a service."""
        return cls(**{name: Rupiah(amount) for name, amount in asdict(flow).items()})


@strawberry.type(description="What a partner's members did and spent in a period, added up from the books.")
class ContributionStatement:
    """See services.contributions.statement."""

    totals: ContributionTotals = strawberry.field(description="The sums of all.")
    by_member: list[MemberContribution] = strawberry.field(description="Whoever contributed, by name.")
    by_category: list[CategoryTotals] = strawberry.field(description="Money and gifts by what they went to.")
    money: ContributionMoney = strawberry.field(description="What became of the costs of its members.")
    value: Rupiah = strawberry.field(
        description="What the partner bore: costs and gifts of its members, less `money.borneByOthers`, plus "
        "`money.borneForOthers`."
    )
    content: strawberry.Private[StatementContent]

    @classmethod
    def of(cls, content: StatementContent) -> "ContributionStatement":
        """The statement of a service."""
        return cls(
            totals=ContributionTotals.of(content.totals),
            by_member=[
                MemberContribution(totals=ContributionTotals.of(one.totals), row=one) for one in content.by_member
            ],
            by_category=[
                CategoryTotals(category=one.category, cost=Rupiah(one.cost), in_kind=Rupiah(one.in_kind))
                for one in content.by_category
            ],
            money=ContributionMoney.of(content.money),
            value=Rupiah(content.value),
            content=content,
        )

    @strawberry.field(description="Whose it is.")
    def organization(self) -> Organization:
        """Without a statement."""
        return Organization.of(self.content.organization)

    @strawberry.field(description="Kinds of task, by code.")
    def by_kind(self, info: Info) -> list[KindTotals]:
        """In the caller's language."""
        return [
            KindTotals(kind=TaskKind.of(one.code, info.context.locale), totals=ContributionTotals.of(one.totals))
            for one in self.content.by_kind
        ]

    @strawberry.field(
        description="The costs that were approved, recorded or taken back in the period, as far as the caller may "
        "see costs; newest first."
    )
    async def costs(self, info: Info, first: First = 20, after: After = None) -> Connection[Cost]:
        """Through the loader."""
        loader = info.context.loaders.statement_costs(self.content.period)
        return await loader.load((self.content.organization.id, first, after))

    @strawberry.field(
        description="The lines that add up to the sums, the last day first, of a day what was booked last first."
    )
    async def lines(
        self,
        info: Info,
        first: First = 20,
        after: After = None,
        disputed: Annotated[
            bool | None,
            strawberry.argument(
                description="Only those disputed that were not taken back since, or only the others; null: all."
            ),
        ] = None,
    ) -> Connection[ContributionLine]:
        """Through the loader."""
        loader = info.context.loaders.statement_lines(self.content.period)
        return await loader.load((self.content.organization.id, first, after, disputed))

    @strawberry.field(description="The statement as a spreadsheet; for ten minutes.")
    def xlsx_url(self, info: Info) -> str:
        """Signed for the caller."""
        return self._link(info, "xlsx")

    @strawberry.field(description="The statement as a document to print; for ten minutes.")
    def pdf_url(self, info: Info) -> str:
        """Signed for the caller."""
        return self._link(info, "pdf")

    def _link(self, info: Info, kind: str) -> str:
        period, viewer = self.content.period, info.context.principal.member_id
        path = f"/statements/{self.content.organization.id}/{period.first_day}_{period.last_day}.{kind}"
        return info.context.link(path, by=str(viewer))


async def statements_for(
    principal: Principal, period: Period, ids: Sequence[UUID]
) -> list[ContributionStatement | NotAllowed]:
    """The statements of these partners, in their order; NotAllowed in place of one the caller may not know of."""
    partners = await visible_contributions(principal).filter(id__in=ids)
    if not partners:
        return [NotAllowed() for _ in ids]
    async with one_moment():
        contents = await statements(partners, period)
    found = {content.organization.id: ContributionStatement.of(content) for content in contents}
    return [found.get(one) or NotAllowed() for one in ids]
