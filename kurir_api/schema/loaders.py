"""Loaders: each relation costs one statement per request, however many rows ask for it.

They give GraphQL types. What the caller may not see loads as None, or is left out of a list.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from uuid import UUID

from strawberry.dataloader import DataLoader
from tortoise.expressions import Subquery
from tortoise.functions import Count

from kurir_api import models
from kurir_api.auth import Principal
from kurir_api.dispatch.candidates import Candidate
from kurir_api.dispatch.eligibility import Obstacles, claim_obstacles_many
from kurir_api.dispatch.ranking import rank_many
from kurir_api.models import (
    LIVE,
    Account,
    Alert,
    Capability,
    DutyShift,
    Facility,
    LedgerEntry,
    Member,
    Membership,
    Organization,
    Patient,
    Region,
    Session,
    Wave,
)
from kurir_api.schema.assessments.loaders import AssessmentLoaders
from kurir_api.schema.cases.loaders import CaseLoaders
from kurir_api.schema.family.loaders import FamilyLoaders
from kurir_api.schema.loading import Page, by_key, grouped, ids_in, paged, same
from kurir_api.schema.pagination import Connection
from kurir_api.schema.referrals.loaders import ReferralLoaders
from kurir_api.schema.reports.loaders import ReportLoaders
from kurir_api.schema.reports.message_loaders import MessageLoaders
from kurir_api.services import visibility
from kurir_api.services.cases.spending import spent_on
from kurir_api.services.contributions.members import totals_of_members
from kurir_api.services.contributions.totals import Period, Totals
from kurir_api.services.costs.balances import cost_shares
from kurir_api.services.policies import held_kinds

if TYPE_CHECKING:
    from kurir_api.schema.alarms.types import Alarm
    from kurir_api.schema.cases.types import Case, TimelineEvent
    from kurir_api.schema.claims.types import Claim
    from kurir_api.schema.contributions.lines import ContributionLine, LinePage
    from kurir_api.schema.contributions.statement import ContributionStatement
    from kurir_api.schema.costs.types import Cost
    from kurir_api.schema.needs.types import Need, Pledge
    from kurir_api.schema.reports.types import Report
    from kurir_api.schema.tasks.types import Task


class Loaders(CaseLoaders, FamilyLoaders, MessageLoaders, AssessmentLoaders, ReferralLoaders, ReportLoaders):
    """The loaders of one request, for one caller. Each is made when first used."""

    def __init__(self, principal: Principal) -> None:
        super().__init__(principal)
        self._of_periods: dict[tuple[str, Period], DataLoader[Any, Any]] = {}

    def _of_period(
        self, name: str, period: Period, load: Callable[[list[Any]], Awaitable[list[Any]]]
    ) -> DataLoader[Any, Any]:
        """The request's one loader of this name for this period."""
        return self._of_periods.setdefault((name, period), DataLoader(load_fn=load))

    def contributions(self, period: Period) -> "DataLoader[UUID, ContributionStatement]":
        """Partners' statements of the period. Raises NotAllowed for those the caller may not know of."""
        from kurir_api.schema.contributions.statement import statements_for  # noqa: PLC0415 - types refer to loaders

        return self._of_period(
            "contributions", period, lambda partners: statements_for(self._principal, period, partners)
        )

    def statement_lines(self, period: Period) -> "DataLoader[LinePage, Connection[ContributionLine]]":
        """A page of the lines of a partner's statement, which the caller sees."""
        from kurir_api.schema.contributions.lines import line_pages  # noqa: PLC0415

        return self._of_period("lines", period, lambda pages: line_pages(period, pages))

    def statement_costs(self, period: Period) -> "DataLoader[Page, Connection[Cost]]":
        """A page of the visible costs of a partner's statement."""
        from kurir_api.schema.costs.types import Cost  # noqa: PLC0415

        booked = LedgerEntry.filter(
            account__in=(Account.EXPENSE, Account.IN_KIND),
            booked_on__gte=period.first_day,
            booked_on__lte=period.last_day,
        )
        rows = visibility.visible_costs(self._principal).filter(id__in=Subquery(booked.values("cost_id")))
        return self._of_periods.setdefault(("costs", period), paged(rows, Cost.of, "organization_id"))

    def stats(self, period: Period) -> DataLoader[UUID, Totals]:
        """What members did in the period, as far as the caller may know."""

        async def load(members: list[UUID]) -> list[Totals]:
            found = await totals_of_members(self._principal, members, period)
            return [found.get(member_id, Totals()) for member_id in members]

        return self._of_period("stats", period, load)

    @cached_property
    def task(self) -> "DataLoader[UUID, Task | None]":
        """Visible tasks by id."""
        from kurir_api.schema.tasks.types import Task  # noqa: PLC0415 - types refer to loaders, too

        return by_key(ids_in(visibility.visible_tasks(self._principal)), Task.of)

    @cached_property
    def case(self) -> "DataLoader[UUID, Case | None]":
        """Visible cases by id."""
        from kurir_api.schema.cases.types import Case  # noqa: PLC0415

        return by_key(ids_in(visibility.visible_cases(self._principal)), Case.of)

    @cached_property
    def claim(self) -> "DataLoader[UUID, Claim | None]":
        """Visible claims by id."""
        from kurir_api.schema.claims.types import Claim  # noqa: PLC0415

        return by_key(ids_in(visibility.visible_claims(self._principal)), Claim.of)

    @cached_property
    def report(self) -> "DataLoader[UUID, Report | None]":
        """Visible reports by id."""
        from kurir_api.schema.reports.types import Report  # noqa: PLC0415

        return by_key(ids_in(visibility.visible_reports(self._principal)), Report.of)

    @cached_property
    def cost(self) -> "DataLoader[UUID, Cost | None]":
        """Visible costs by id."""
        from kurir_api.schema.costs.types import Cost  # noqa: PLC0415

        return by_key(ids_in(visibility.visible_costs(self._principal)), Cost.of)

    @cached_property
    def cost_receipts(self) -> DataLoader[UUID, list[models.Receipt]]:
        """The receipts of a cost whose pictures the caller may see, in the order they were sent."""
        rows = models.Receipt.all().order_by("id")
        return grouped(lambda costs: rows.filter(cost_id__in=costs), same, "cost_id")

    @cached_property
    def receipt_count(self) -> DataLoader[UUID, int]:
        """How many receipts a visible cost has."""

        async def load(costs: list[UUID]) -> list[int]:
            found = models.Receipt.filter(cost_id__in=costs).annotate(count=Count("id")).group_by("cost_id")
            counts = dict(await found.values_list("cost_id", "count"))
            return [counts.get(cost_id, 0) for cost_id in costs]

        return DataLoader(load_fn=load)

    @cached_property
    def cost_shares(self) -> DataLoader[UUID, list[tuple[UUID, int]]]:
        """Which organisation bears how many rupiah of a visible cost, by the books."""

        async def load(costs: list[UUID]) -> list[list[tuple[UUID, int]]]:
            found = await cost_shares(costs)
            return [sorted(found.get(cost_id, {}).items()) for cost_id in costs]

        return DataLoader(load_fn=load)

    @cached_property
    def case_tasks(self) -> "DataLoader[Page, Connection[Task]]":
        """A page of a case's visible tasks."""
        from kurir_api.schema.tasks.types import Task  # noqa: PLC0415

        return paged(visibility.visible_tasks(self._principal), Task.of, "case_id")

    @cached_property
    def case_events(self) -> "DataLoader[Page, Connection[TimelineEvent]]":
        """A page of a case's visible timeline."""
        from kurir_api.schema.cases.types import TimelineEvent  # noqa: PLC0415

        return paged(visibility.visible_events(self._principal), TimelineEvent.of, "case_id")

    @cached_property
    def task_costs(self) -> "DataLoader[Page, Connection[Cost]]":
        """A page of a task's visible costs."""
        from kurir_api.schema.costs.types import Cost  # noqa: PLC0415

        return paged(visibility.visible_costs(self._principal), Cost.of, "task_id")

    @cached_property
    def spent(self) -> DataLoader[UUID, int]:
        """The rupiah spent on a case, as far as the caller may know."""

        async def load(cases: list[UUID]) -> list[int]:
            found = await spent_on(self._principal, cases)
            return [found.get(case_id, 0) for case_id in cases]

        return DataLoader(load_fn=load)

    @cached_property
    def need(self) -> "DataLoader[UUID, Need | None]":
        """Visible needs by id."""
        from kurir_api.schema.needs.types import Need, need_rows  # noqa: PLC0415

        return by_key(ids_in(need_rows(self._principal)), Need.of)

    @cached_property
    def case_need(self) -> "DataLoader[UUID, Need | None]":
        """What a case as a whole needs, as far as the caller may know."""
        from kurir_api.schema.needs.types import Need, need_rows  # noqa: PLC0415

        of_cases = need_rows(self._principal).filter(task_id=None)
        return by_key(lambda cases: of_cases.filter(case_id__in=cases), Need.of, "case_id")

    @cached_property
    def task_need(self) -> "DataLoader[UUID, Need | None]":
        """What a task needs, as far as the caller may know."""
        from kurir_api.schema.needs.types import Need, need_rows  # noqa: PLC0415

        rows = need_rows(self._principal)
        return by_key(lambda tasks: rows.filter(task_id__in=tasks), Need.of, "task_id")

    @cached_property
    def need_pledges(self) -> "DataLoader[UUID, list[Pledge]]":
        """The visible pledges of a need, oldest first."""
        from kurir_api.schema.needs.types import Pledge  # noqa: PLC0415

        rows = visibility.visible_pledges(self._principal).order_by("id")
        return grouped(lambda needs: rows.filter(need_id__in=needs), Pledge.of, "need_id")

    @cached_property
    def held_kinds(self) -> DataLoader[UUID, Mapping[str, UUID]]:
        """The kinds of the tasks for a patient that the caller holds now, each with a claim."""

        async def load(patients: list[UUID]) -> list[Mapping[str, UUID]]:
            found = await held_kinds(self._principal, patients)
            return [found.get(patient_id, {}) for patient_id in patients]

        return DataLoader(load_fn=load)

    @cached_property
    def live_claims(self) -> "DataLoader[UUID, list[Claim]]":
        """The visible live claims of a task, first claimed first."""
        from kurir_api.schema.claims.types import Claim  # noqa: PLC0415

        rows = visibility.visible_claims(self._principal).filter(status__in=LIVE).order_by("id")
        return grouped(lambda tasks: rows.filter(task_id__in=tasks), Claim.of, "task_id")

    @cached_property
    def own_claim(self) -> "DataLoader[UUID, Claim | None]":
        """The caller's newest claim of a task."""
        from kurir_api.schema.claims.types import Claim  # noqa: PLC0415

        rows = visibility.visible_claims(self._principal).filter(member_id=self._principal.member_id).order_by("id")
        return by_key(lambda tasks: rows.filter(task_id__in=tasks), Claim.of, "task_id")

    @cached_property
    def obstacles(self) -> DataLoader[models.Task, Obstacles]:
        """What keeps the caller from claiming a task."""

        async def load(tasks: list[models.Task]) -> list[Obstacles]:
            found = await claim_obstacles_many(self._principal.member_id, tasks, datetime.now(UTC))
            return [found[task.id] for task in tasks]

        return DataLoader(load_fn=load, cache_key_fn=lambda task: task.id)

    @cached_property
    def candidates(self) -> DataLoader[tuple[models.Task, int], list[Candidate]]:
        """So many of the members nearest to a task, with what is against each; for its coordinators."""

        async def load(keys: list[tuple[models.Task, int]]) -> list[list[Candidate]]:
            asked: dict[int, list[models.Task]] = defaultdict(list)
            for task, limit in keys:
                asked[limit].append(task)
            found = {
                limit: await rank_many(
                    tasks, limit=limit, now=datetime.now(UTC), include_ineligible=True, exclude_alerted=False
                )
                for limit, tasks in asked.items()
            }
            return [found[limit][task.id] for task, limit in keys]

        return DataLoader(load_fn=load, cache_key_fn=lambda key: (key[0].id, key[1]))

    @cached_property
    def region(self) -> DataLoader[str, Region]:
        """Regions by code; everybody may know them."""
        return by_key(ids_in(Region.all()), same, "code")

    @cached_property
    def facility(self) -> DataLoader[UUID, Facility]:
        """Facilities by id, as relations of what the caller sees."""
        return by_key(ids_in(Facility.all()), same)

    @cached_property
    def organization(self) -> DataLoader[UUID, Organization]:
        """Organisations by id, as relations of what the caller sees."""
        return by_key(ids_in(Organization.all()), same)

    @cached_property
    def member(self) -> DataLoader[UUID, Member]:
        """Members by id, as relations of what the caller sees; their phone and place have rules of their own."""
        return by_key(ids_in(Member.all()), same)

    @cached_property
    def contact(self) -> DataLoader[UUID, Member | None]:
        """Members whose phone the caller may know."""
        return by_key(ids_in(visibility.reachable_members(self._principal)), same)

    @cached_property
    def whereabouts(self) -> DataLoader[UUID, Member | None]:
        """Members whose last place the caller may know."""
        return by_key(ids_in(visibility.locatable_members(self._principal)), same)

    @cached_property
    def patient(self) -> DataLoader[UUID, Patient | None]:
        """Visible patients by id."""
        return by_key(ids_in(visibility.visible_patients(self._principal)), same)

    @cached_property
    def memberships(self) -> DataLoader[UUID, list[Membership]]:
        """The memberships of a member, as far as the caller may know."""
        rows = visibility.visible_memberships(self._principal).order_by("id")
        return grouped(lambda members: rows.filter(member_id__in=members), same, "member_id")

    @cached_property
    def capabilities(self) -> DataLoader[UUID, list[Capability]]:
        """The capabilities of a member, as far as the caller may know."""
        rows = visibility.visible_capabilities(self._principal).order_by("code")
        return grouped(lambda members: rows.filter(member_id__in=members), same, "member_id")

    @cached_property
    def duty_shifts(self) -> DataLoader[UUID, list[DutyShift]]:
        """The duty shifts of a member, as far as the caller may know, in the order of the week."""
        rows = visibility.visible_duty_shifts(self._principal).order_by("weekday", "starts")
        return grouped(lambda members: rows.filter(member_id__in=members), same, "member_id")

    @cached_property
    def sessions(self) -> DataLoader[UUID, list[Session]]:
        """The caller's own sessions that go on, the one used last first."""
        rows = visibility.visible_sessions(self._principal).filter(ended_at__isnull=True).order_by("-last_used_at")
        return grouped(lambda members: rows.filter(member_id__in=members), same, "member_id")

    @cached_property
    def waves(self) -> DataLoader[UUID, list[Wave]]:
        """The waves of a task, first first."""
        rows = Wave.all().order_by("number")
        return grouped(lambda tasks: rows.filter(task_id__in=tasks), same, "task_id")

    @cached_property
    def open_alarms(self) -> "DataLoader[UUID, list[Alarm]]":
        """The visible alarms of a task that aren't over, oldest first."""
        from kurir_api.schema.alarms.types import Alarm  # noqa: PLC0415

        rows = visibility.visible_alarms(self._principal).filter(ended_at__isnull=True).order_by("raised_at", "id")
        return grouped(lambda tasks: rows.filter(task_id__in=tasks), Alarm.of, "task_id")

    @cached_property
    def alerts(self) -> DataLoader[UUID, list[Alert]]:
        """The visible alerts of a wave, by rank."""
        rows = visibility.visible_alerts(self._principal).order_by("rank")
        return grouped(lambda waves: rows.filter(wave_id__in=waves), same, "wave_id")
