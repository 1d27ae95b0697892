"""What a principal may know of: every read starts from one of these queries. What lies outside is missing."""

from collections.abc import Collection
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.models import (
    HOLDING,
    LIVE,
    AccessEntry,
    Account,
    AidLookup,
    Alarm,
    Alert,
    Assessment,
    Capability,
    Case,
    Claim,
    ClaimStatus,
    ClosedMonth,
    Cost,
    Drill,
    DutyShift,
    Facility,
    FamilyLink,
    Holiday,
    LedgerEntry,
    Member,
    Membership,
    Message,
    Need,
    Notification,
    Organization,
    Patient,
    Pledge,
    Programme,
    Rate,
    Receipt,
    Recurrence,
    Referral,
    Region,
    RegionLevel,
    Report,
    Role,
    Session,
    Task,
    TaskStatus,
    TransitionLog,
    Wave,
    WorkEntry,
    regency_of,
    region_and_above,
)

DESK = (Role.DESK_OFFICER, Role.COORDINATOR)
OFFICE = (*DESK, Role.ADMIN)
HELPERS = (Role.VOLUNTEER, Role.PARTNER_REVIEWER)
MEASURING = (Role.VOLUNTEER, *OFFICE)
"""Who may know how far away a task's area is."""

ANSWERING = (*HOLDING, ClaimStatus.COMPLETED)
"""The claims with which one writes down, and mends, what a visit found out."""

OFFERED_TO_ALL = (TaskStatus.OPEN, TaskStatus.FILLED, TaskStatus.IN_PROGRESS)
WITHDRAWN = (TaskStatus.CANCELLED, TaskStatus.DONE)

NOTHING = Q(id__in=[])


def within(column: str, regions: frozenset[str]) -> Q:
    """The rows whose region column is one of the regions or below it."""
    condition = NOTHING
    for code in regions:
        condition |= Q(**{column: code}) | Q(**{f"{column}__startswith": f"{code}."})
    return condition


def visible_tasks(principal: Principal) -> QuerySet[Task]:
    """Office: its regions', drafts too. Helpers: those under way in their regions, and all they were part of.

    A partner's reviewer also sees every task claimed for its organisation.
    """
    mine = Q(member_id=principal.member_id)
    claimed = mine | Q(organization_id__in=principal.organizations(Role.PARTNER_REVIEWER))
    return Task.filter(
        within("region_id", principal.regions(*OFFICE))
        | (within("region_id", principal.regions(*HELPERS)) & Q(status__in=OFFERED_TO_ALL))
        | Q(id__in=Subquery(Claim.filter(claimed).values("task_id")))
        | Q(id__in=Subquery(Alert.filter(mine).values("task_id")))
    )


def measurable_tasks(principal: Principal) -> QuerySet[Task]:
    """The visible ones whose distance one may know."""
    return visible_tasks(principal).filter(within("region_id", principal.regions(*MEASURING)))


def announced_tasks(principal: Principal, task_ids: Collection[UUID]) -> QuerySet[Task]:
    """Of these tasks those whose events one may hear: the visible ones, and, of what a helper could see until it
    ended, that it ended. Without a wave it was never published.
    """
    visible = visible_tasks(principal).filter(id__in=task_ids).values("id")
    published = Wave.filter(task_id__in=task_ids).values("task_id")
    ended = Q(status__in=WITHDRAWN, id__in=Subquery(published))
    return Task.filter(
        Q(id__in=Subquery(visible)) | (within("region_id", principal.regions(*HELPERS)) & ended), id__in=task_ids
    )


def visible_claims(principal: Principal) -> QuerySet[Claim]:
    """One's own, those on the same task, the office's regions', and one's organisation's as its reviewer."""
    held = Claim.filter(member_id=principal.member_id, status__in=LIVE).values("task_id")
    return Claim.filter(
        Q(member_id=principal.member_id)
        | Q(task_id__in=Subquery(held))
        | within("task__region_id", principal.regions(*OFFICE))
        | Q(organization_id__in=principal.organizations(Role.PARTNER_REVIEWER))
    )


def visible_cases(principal: Principal) -> QuerySet[Case]:
    """The desk's regions', and those of tasks one holds, for as long as one holds them."""
    held = Claim.filter(member_id=principal.member_id, status__in=HOLDING).values("task__case_id")
    return Case.filter(within("region_id", principal.regions(*DESK)) | Q(id__in=Subquery(held)))


def visible_patients(principal: Principal) -> QuerySet[Patient]:
    """All of the desk's regions, and the patients of visible cases and referrals, also of those who moved away."""
    return Patient.filter(
        within("region_id", principal.regions(*DESK))
        | Q(id__in=Subquery(visible_cases(principal).values("patient_id")))
        | Q(id__in=Subquery(visible_referrals(principal).values("patient_id")))
    )


def visible_accesses(principal: Principal) -> QuerySet[AccessEntry]:
    """Who read and wrote what of the patients of the regions that one coordinates or administers."""
    patients = Patient.filter(within("region_id", principal.regions(Role.COORDINATOR, Role.ADMIN)))
    return AccessEntry.filter(patient_id__in=Subquery(patients.values("id")))


def visible_reports(principal: Principal) -> QuerySet[Report]:
    """The desk's regions', and what one took down oneself."""
    return Report.filter(within("region_id", principal.regions(*DESK)) | Q(taken_by_id=principal.member_id))


def visible_messages(principal: Principal) -> QuerySet[Message]:
    """The conversations of the desk's regions."""
    return Message.filter(within("report__region_id", principal.regions(*DESK)))


def visible_family_links(principal: Principal) -> QuerySet[FamilyLink]:
    """Those of the desk's cases."""
    return FamilyLink.filter(within("case__region_id", principal.regions(*DESK)))


def visible_sessions(principal: Principal) -> QuerySet[Session]:
    """One's own."""
    return Session.filter(member_id=principal.member_id)


def visible_recurrences(principal: Principal) -> QuerySet[Recurrence]:
    """Those of the desk's cases."""
    return Recurrence.filter(within("case__region_id", principal.regions(*DESK)))


def visible_programmes(principal: Principal) -> QuerySet[Programme]:
    """Those of the regencies one works in."""
    return Programme.filter(within("regency_code", _regencies(principal.regions())))


def visible_referrals(principal: Principal) -> QuerySet[Referral]:
    """The desk's regions', and for a programme's officer those to it from the regions one answers for."""
    return Referral.filter(within("region_id", principal.regions(*DESK)) | _decided(principal))


def decided_referrals(principal: Principal) -> QuerySet[Referral]:
    """Those that are the caller's to decide, as an officer of their programme, or were."""
    return Referral.filter(_decided(principal))


def _decided(principal: Principal) -> Q:
    decided = NOTHING
    for scope in principal.scopes:
        if scope.role is Role.PROGRAMME_OFFICER:
            here = within("region_id", frozenset({scope.region_code}))
            decided |= here & Q(programme__organization_id=scope.organization_id)
    return decided


def visible_assessments(principal: Principal) -> QuerySet[Assessment]:
    """The desk's regions', and those of tasks one holds or has done, until that is verified."""
    answering = Claim.filter(member_id=principal.member_id, status__in=ANSWERING).values("task_id")
    return Assessment.filter(within("region_id", principal.regions(*DESK)) | Q(task_id__in=Subquery(answering)))


def visible_costs(principal: Principal) -> QuerySet[Cost]:
    """One's own, the coordinator's regions', and one's organisation's as its reviewer."""
    return Cost.filter(
        Q(member_id=principal.member_id)
        | within("task__region_id", principal.regions(Role.COORDINATOR))
        | Q(organization_id__in=principal.organizations(Role.PARTNER_REVIEWER))
    )


def visible_receipts(principal: Principal) -> QuerySet[Receipt]:
    """Pictures may show the patient: one's own, and those of costs in the coordinator's regions."""
    return Receipt.filter(
        Q(member_id=principal.member_id) | within("cost__task__region_id", principal.regions(Role.COORDINATOR))
    )


def visible_rates(principal: Principal) -> QuerySet[Rate]:
    """Those of the regencies one works in."""
    return Rate.filter(within("regency_code", _regencies(principal.regions())))


def visible_needs(principal: Principal) -> QuerySet[Need]:
    """The desk's regions', and for a partner's reviewer all of the regency, who sees nothing else of their cases."""
    return Need.filter(
        within("case__region_id", principal.regions(*DESK))
        | within("regency_code", _regencies(principal.regions(Role.PARTNER_REVIEWER)))
    )


def visible_pledges(principal: Principal) -> QuerySet[Pledge]:
    """Those of visible needs: partners who share a need know of one another."""
    return Pledge.filter(need_id__in=Subquery(visible_needs(principal).values("id")))


def visible_members(principal: Principal) -> QuerySet[Member]:
    """Oneself, those whose membership one may know of, and those whose claims one sees."""
    return Member.filter(
        Q(id=principal.member_id)
        | Q(id__in=Subquery(visible_memberships(principal).values("member_id")))
        | Q(id__in=Subquery(visible_claims(principal).values("member_id")))
    )


def assignable_members(principal: Principal, task: Task) -> QuerySet[Member]:
    """Whom the caller may know of who could get the task: whom one sees; for its coordinators also the volunteers of
    the larger regions around it, as they are among its candidates.
    """
    members = visible_members(principal)
    if not principal.reaches(task.region_id, Role.COORDINATOR):
        return members
    around = Membership.filter(role=Role.VOLUNTEER, region_id__in=region_and_above(task.region_id))
    return Member.filter(Q(id__in=Subquery(members.values("id"))) | Q(id__in=Subquery(around.values("member_id"))))


def receiving_members(principal: Principal, task: Task) -> QuerySet[Member]:
    """To whom the caller may hand a claim of the task: whom they could assign it to, and the volunteers of the
    organisations that they volunteer for themselves.
    """
    fellows = Membership.filter(
        role=Role.VOLUNTEER, organization_id__in=principal.organizations(Role.VOLUNTEER)
    ).values("member_id")
    assignable = assignable_members(principal, task).values("id")
    return Member.filter(Q(id__in=Subquery(assignable)) | Q(id__in=Subquery(fellows)))


def visible_memberships(principal: Principal) -> QuerySet[Membership]:
    """One's own, those within the office's regions, and those of one's organisation as its reviewer."""
    return Membership.filter(
        Q(member_id=principal.member_id)
        | within("region_id", principal.regions(*OFFICE))
        | Q(organization_id__in=principal.organizations(Role.PARTNER_REVIEWER))
    )


def visible_capabilities(principal: Principal) -> QuerySet[Capability]:
    """One's own, and those of the people whose membership one may know of."""
    return Capability.filter(_of_known_people(principal))


def visible_duty_shifts(principal: Principal) -> QuerySet[DutyShift]:
    """One's own, and those of the people whose membership one may know of: who plans must know who is there when."""
    return DutyShift.filter(_of_known_people(principal))


def _of_known_people(principal: Principal) -> Q:
    return Q(member_id=principal.member_id) | Q(
        member_id__in=Subquery(visible_memberships(principal).values("member_id"))
    )


def visible_alerts(principal: Principal) -> QuerySet[Alert]:
    """One's own, and the office's regions'."""
    return Alert.filter(Q(member_id=principal.member_id) | within("task__region_id", principal.regions(*OFFICE)))


def visible_alarms(principal: Principal) -> QuerySet[Alarm]:
    """Those of the office's regions that were raised."""
    return Alarm.filter(within("task__region_id", principal.regions(*OFFICE)), raised_at__isnull=False)


def visible_notifications(principal: Principal) -> QuerySet[Notification]:
    """One's own inbox; text messages repeat what is in it."""
    return Notification.filter(member_id=principal.member_id, silent=False, channel="push")


def visible_dead_letters(principal: Principal) -> QuerySet[Notification]:
    """What reached nobody, for good: of tasks in the coordinators' and administrators' regions, and what is about no
    task in their regencies. Silent ones only tidy up phones.
    """
    regions = principal.regions(Role.COORDINATOR, Role.ADMIN)
    whole_regencies = frozenset(code for code in regions if code == regency_of(code))
    of_no_task = Q(task_id__isnull=True) & within("regency_code", whole_regencies)
    return Notification.filter(within("task__region_id", regions) | of_no_task, failed_at__isnull=False, silent=False)


def visible_drills(principal: Principal) -> QuerySet[Drill]:
    """One's own."""
    return Drill.filter(member_id=principal.member_id)


def visible_organizations(principal: Principal) -> QuerySet[Organization]:
    """Those of the regencies one works in."""
    return Organization.filter(within("regency_code", _regencies(principal.regions())))


def visible_contributions(principal: Principal) -> QuerySet[Organization]:
    """The partners of whose statements one may know: those one reviews, and those of the regencies that one
    coordinates or administers as a whole.
    """
    return Organization.filter(
        Q(id__in=principal.organizations(Role.PARTNER_REVIEWER))
        | within("regency_code", principal.regions(Role.COORDINATOR, Role.ADMIN))
    )


def visible_work_entries(principal: Principal) -> QuerySet[WorkEntry]:
    """The lines of visible statements, and those of the coordinator's regions."""
    return WorkEntry.filter(_of_statements(principal) | within("region_id", principal.regions(Role.COORDINATOR)))


def visible_cost_entries(principal: Principal) -> QuerySet[LedgerEntry]:
    """The lines of visible statements: what was spent or given."""
    return LedgerEntry.filter(_of_statements(principal), account__in=(Account.EXPENSE, Account.IN_KIND))


def _of_statements(principal: Principal) -> Q:
    return Q(organization_id__in=Subquery(visible_contributions(principal).values("id")))


def visible_books(principal: Principal) -> QuerySet[Region]:
    """The regencies whose months one may close: those that one coordinates or administers as a whole."""
    return Region.filter(code__in=principal.regions(Role.COORDINATOR, Role.ADMIN), level=RegionLevel.REGENCY)


def visible_closed_months(principal: Principal) -> QuerySet[ClosedMonth]:
    """Those of the regencies in which one coordinates, administers or reviews."""
    regions = principal.regions(Role.COORDINATOR, Role.ADMIN, Role.PARTNER_REVIEWER)
    return ClosedMonth.filter(within("regency_code", frozenset(regency_of(code) for code in regions)))


def visible_facilities(principal: Principal) -> QuerySet[Facility]:
    """Those listed by the regencies one works in."""
    return Facility.filter(within("regency_code", _regencies(principal.regions())))


def visible_holidays(principal: Principal) -> QuerySet[Holiday]:
    """The nation's, and those of the regencies one works in."""
    return Holiday.filter(Q(regency_code="") | Q(regency_code__in=_regencies(principal.regions())))


def visible_aid_lookups(principal: Principal) -> QuerySet[AidLookup]:
    """Those in the registers of the regencies that one administers as a whole."""
    return AidLookup.filter(within("regency_code", principal.regions(Role.ADMIN)))


def visible_statistics(principal: Principal) -> frozenset[str]:
    """The regencies one works in, by code: one may ask for the figures of whatever lies in them."""
    return _regencies(principal.regions())


def _regencies(regions: frozenset[str]) -> frozenset[str]:
    """The regencies of the regions one works in; a province stands for all of its own."""
    return frozenset(regency_of(code) for code in regions)


def visible_events(principal: Principal) -> QuerySet[TransitionLog]:
    """The timelines of the desk's cases and reports, and of visible referrals; handing one up is the desk's own
    affair.
    """
    cases = Case.filter(within("region_id", principal.regions(*DESK))).values("id")
    reports = Report.filter(within("region_id", principal.regions(*DESK))).values("id")
    referrals = Referral.filter(within("region_id", principal.regions(*DESK))).values("id")
    decided = decided_referrals(principal).values("id")
    return TransitionLog.filter(
        Q(case_id__in=Subquery(cases))
        | Q(machine="report", subject_id__in=Subquery(reports))
        | Q(machine="referral", subject_id__in=Subquery(referrals))
        | (Q(machine="referral", subject_id__in=Subquery(decided)) & ~Q(action="hand_up"))
    )


def reachable_members(principal: Principal) -> QuerySet[Member]:
    """Whose phone number one may know: one's own, people on the same task, and the office's regions' members."""
    held = Claim.filter(member_id=principal.member_id, status__in=HOLDING).values("task_id")
    return Member.filter(
        _supervised(principal)
        | Q(id__in=Subquery(Claim.filter(task_id__in=Subquery(held), status__in=HOLDING).values("member_id")))
    )


def locatable_members(principal: Principal) -> QuerySet[Member]:
    """Whose last place one may know: one's own, and the office's regions' members."""
    return Member.filter(_supervised(principal))


def _supervised(principal: Principal) -> Q:
    office = Membership.filter(within("region_id", principal.regions(*OFFICE))).values("member_id")
    return Q(id=principal.member_id) | Q(id__in=Subquery(office))
