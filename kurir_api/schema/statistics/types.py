"""Figures of a period."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.models import CostCategory
from kurir_api.schema.context import Info
from kurir_api.schema.contributions.types import ContributionTotals, KindTotals
from kurir_api.schema.places.types import Region, region
from kurir_api.schema.programmes.types import Programme
from kurir_api.schema.scalars import Rupiah
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.services.statistics import statistics as counted
from kurir_api.services.statistics.charts import StatisticsChart
from kurir_api.services.statistics.facts import Waiting
from kurir_api.services.statistics.paths import path
from kurir_api.services.statistics.tables import StatisticsTable
from kurir_api.task_kinds import task_kinds

HELPED = (
    "Patients for whom a task was completed, each counted once; where the figures are guarded, once in each month "
    "and sub-district."
)

strawberry.enum(StatisticsChart, description="What a chart shows.")
strawberry.enum(StatisticsTable, description="What a table has a line for.")


@strawberry.type
class SpanFigures:
    """What a month and a year tell alike. See services.statistics.statistics.Span."""

    reports: int = strawberry.field(description="Calls for help that came in.")
    cases: int = strawberry.field(description="Cases opened.")
    beneficiaries: int = strawberry.field(description=HELPED)
    tasks_completed: int = strawberry.field(description="Tasks that were completed, each once for every member.")
    cost: Rupiah = strawberry.field(description="Money spent on tasks, as approved.")


@strawberry.type(description="What was done and spent in a month.")
class MonthFigures(SpanFigures):
    """One month's."""

    month: date = strawberry.field(description="Its first day.")

    @classmethod
    def of(cls, span: counted.Span) -> "MonthFigures":
        """Of a month."""
        return cls(month=span.start, **_counts(span))  # type: ignore[arg-type]


@strawberry.type(description="What was done and spent in a calendar year, as far as it is in the period.")
class YearFigures(SpanFigures):
    """One year's."""

    year: int = strawberry.field(description="Such as 2026.")

    @classmethod
    def of(cls, span: counted.Span) -> "YearFigures":
        """Of a year."""
        return cls(year=span.start.year, **_counts(span))  # type: ignore[arg-type]


@strawberry.type(description="What was spent on one category.")
class CategoryCosts:
    """See services.statistics.statistics.Costs."""

    category: CostCategory = strawberry.field(description="What the money went to.")
    cost: Rupiah = strawberry.field(description="Money, as approved.")
    in_kind: Rupiah = strawberry.field(description="The value of gifts, as recorded.")


@strawberry.type(description="The referrals to one programme that were sent in the period.")
class ProgrammeFigures:
    """See services.statistics.statistics.ProgrammeCounts."""

    referrals: int = strawberry.field(description="How many were sent.")
    granted: int = strawberry.field(description="How many of them were granted, in part at least.")
    overdue: int = strawberry.field(description="How many of them are overdue now.")
    programme_id: strawberry.Private[UUID]

    @classmethod
    def of(cls, counts: counted.ProgrammeCounts) -> "ProgrammeFigures":
        """Of a programme."""
        return cls(
            referrals=counts.referrals,
            granted=counts.granted,
            overdue=counts.overdue,
            programme_id=counts.programme_id,
        )

    @strawberry.field(description="The programme.")
    async def programme(self, info: Info) -> Programme:
        """Through the loader."""
        return Programme.of(await info.context.loaders.programme.load(self.programme_id))


@strawberry.type(description="Residents who wait now: a report without a decision, or an open task without anybody.")
class WaitingResidents:
    """See services.statistics.facts.Waiting."""

    waiting: int = strawberry.field(description="How many reports and patients.")
    longest_minutes: int | None = strawberry.field(
        description="Since the oldest report came in or case was opened; null where that would tell of one person."
    )
    region_code: strawberry.Private[str]

    @classmethod
    def of(cls, waiting: Waiting) -> "WaitingResidents":
        """Of a region."""
        return cls(waiting=waiting.residents, longest_minutes=waiting.longest_minutes, region_code=waiting.region)

    @strawberry.field(description="The village; where the figures are guarded, the sub-district.")
    async def region(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, self.region_code)


@strawberry.type(
    description="Figures of a period. The office of the regions gets them exactly; everybody else rounded month by "
    "month, and without what would tell of fewer than five patients."
)
class Statistics:
    """See services.statistics.statistics."""

    beneficiaries: int = strawberry.field(description=HELPED)
    cases: int = strawberry.field(description="Cases opened.")
    open_cases: int = strawberry.field(description="Cases that are open or on hold now.")
    members: int = strawberry.field(description="Active members with a role within the regions, now.")
    tasks_completed: int = strawberry.field(description="Tasks that were completed, each once for every member.")
    cost: Rupiah = strawberry.field(description="Money spent on tasks, as approved; gifts not included.")
    median_minutes_to_claim: float | None = strawberry.field(
        description="From a task's publication until a member had it, of the claims of the period; null without any. "
        "Where the figures are guarded, the middle one of the medians of months and sub-districts."
    )
    alerts_per_claim: float | None = strawberry.field(
        description="Alerts sent for each claim that a member took; null without such claims."
    )
    suppressed: bool = strawberry.field(
        description="Whether the figures are rounded and lack what would tell of fewer than five patients."
    )
    found: strawberry.Private[counted.Statistics]

    @classmethod
    def of(cls, figures: counted.Statistics) -> "Statistics":
        """Of what was counted."""
        return cls(
            beneficiaries=figures.beneficiaries,
            cases=figures.cases,
            open_cases=figures.open_cases,
            members=figures.members,
            tasks_completed=figures.tasks_completed,
            cost=Rupiah(figures.cost),
            median_minutes_to_claim=figures.median_minutes_to_claim,
            alerts_per_claim=figures.alerts_per_claim,
            suppressed=figures.scope.guarded,
            found=figures,
        )

    @strawberry.field(description="Every month of the period, in order.")
    def by_month(self) -> list[MonthFigures]:
        """In order."""
        return [MonthFigures.of(span) for span in self.found.by_month]

    @strawberry.field(description="Every calendar year of the period, in order.")
    def by_year(self) -> list[YearFigures]:
        """In order."""
        return [YearFigures.of(span) for span in self.found.by_year]

    @strawberry.field(
        description="Every kind of task for which something was done or spent, by its code; where the figures are "
        "guarded, without the months and sub-districts in which it would tell of too few."
    )
    def by_kind(self, info: Info) -> list[KindTotals]:
        """Of the kinds that this release knows."""
        return [
            KindTotals(kind=TaskKind.of(code, info.context.locale), totals=ContributionTotals.of(totals))
            for code, totals in self.found.by_kind
            if code in task_kinds()
        ]

    @strawberry.field(
        description="Every category on which something was spent; where the figures are guarded, without the months "
        "and sub-districts in which it would tell of too few."
    )
    def costs_by_category(self) -> list[CategoryCosts]:
        """In the order of the categories."""
        return [
            CategoryCosts(category=one.category, cost=Rupiah(one.cost), in_kind=Rupiah(one.in_kind))
            for one in self.found.costs_by_category
        ]

    @strawberry.field(
        description="Every programme that somebody was referred to; where the figures are guarded, without the "
        "months and sub-districts in which it would tell of too few, of referrals, grants and delays each by itself."
    )
    def by_programme(self) -> list[ProgrammeFigures]:
        """Of all of them."""
        return [ProgrammeFigures.of(one) for one in self.found.by_programme]

    @strawberry.field(description="Who waits now, by village or, where the figures are guarded, by sub-district.")
    def waiting(self) -> list[WaitingResidents]:
        """By the region's code."""
        return [WaitingResidents.of(one) for one in self.found.waiting]

    @strawberry.field(description="Where the figures are as CSV, for ten minutes.")
    def csv_url(
        self,
        info: Info,
        table: Annotated[StatisticsTable, strawberry.argument(description="Which table.")] = StatisticsTable.MONTHS,
    ) -> str:
        """For the caller."""
        return info.context.link(path(table, self.found, "csv"), by=str(info.context.principal.member_id))

    @strawberry.field(description="Where a chart is as SVG, for ten minutes.")
    def chart_url(
        self, info: Info, chart: Annotated[StatisticsChart, strawberry.argument(description="Which chart.")]
    ) -> str:
        """For the caller."""
        return info.context.link(path(chart, self.found, "svg"), by=str(info.context.principal.member_id))


def _counts(span: counted.Span) -> dict[str, int]:
    return {
        "reports": span.reports,
        "cases": span.cases,
        "beneficiaries": span.beneficiaries,
        "tasks_completed": span.tasks_completed,
        "cost": span.cost,
    }
