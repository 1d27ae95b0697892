"""Periods and totals."""

from datetime import date

import strawberry

from kurir_api.errors import InvalidInput, Problems
from kurir_api.schema.scalars import Rupiah
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.documents.year import FIRST_YEAR, LAST_YEAR


@strawberry.input(description="A span of days of the regency's calendar.")
class PeriodInput:
    """See services.contributions.totals.Period."""

    from_: date = strawberry.field(name="from", description="The first day, of the years 2000 to 2999.")
    to: date = strawberry.field(description="The last day, which is included; of the years 2000 to 2999.")

    def period(self) -> Period:
        """The period. Raises InvalidInput unless it goes forward and its years are ones that can be counted."""
        problems = Problems()
        for path, day in (("period.from", self.from_), ("period.to", self.to)):
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                problems.add(
                    path,
                    id=f"Pilih tahun {FIRST_YEAR} sampai {LAST_YEAR}.",
                    en=f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}.",
                )
        problems.refuse()
        if self.from_ > self.to:
            raise InvalidInput.of(
                "period.to", id="Sebelum tanggal mulai; tukar keduanya.", en="Before the first day; swap the two."
            )
        return Period(self.from_, self.to)


@strawberry.type(description="What was done and spent in a period.")
class ContributionTotals:
    """See services.contributions.totals.Totals."""

    tasks_completed: int = strawberry.field(description="Tasks that were completed, each once for every member.")
    beneficiaries: int = strawberry.field(description="Patients who were helped, each counted once.")
    minutes: int = strawberry.field(description="Minutes from start to completion.")
    distance_m: int = strawberry.field(
        description="Metres along the ellipsoid, from where the member set off to the task and on to its destination."
    )
    cost: Rupiah = strawberry.field(description="Money spent on tasks, as approved.")
    in_kind: Rupiah = strawberry.field(description="The value of what was given, as recorded.")

    @classmethod
    def of(cls, totals: Totals) -> "ContributionTotals":
        """The totals of a service."""
        return cls(
            tasks_completed=totals.tasks,
            beneficiaries=totals.beneficiaries,
            minutes=totals.minutes,
            distance_m=totals.distance_m,
            cost=Rupiah(totals.cost),
            in_kind=Rupiah(totals.in_kind),
        )


@strawberry.type(description="What was done and spent in a period by tasks of one kind.")
class KindTotals:
    """One kind's."""

    kind: TaskKind = strawberry.field(description="The kind of task.")
    totals: ContributionTotals = strawberry.field(description="Its sums.")
