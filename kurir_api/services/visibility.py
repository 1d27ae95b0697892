"""What a principal may know of: every read starts from one of these queries. What lies outside is missing."""

from collections.abc import Collection
from uuid import UUID

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from kurir_api.auth import Principal
from kurir_api.models import (
    HOLDING,
    LIVE,
    Alarm,
    Alert,
    Capability,
    Case,
    Claim,
    Cost,
    Drill,
    DutyShift,
    Facility,
    Member,
    Membership,
    Notification,
    Organization,
    Patient,
    Report,
    Role,
    Task,
    TaskStatus,
    TransitionLog,
    Wave,
    regency_of,
    region_and_above,
)

DESK = (Role.DESK_OFFICER, Role.COORDINATOR)
OFFICE = (*DESK, Role.ADMIN)
HELPERS = (Role.VOLUNTEER, Role.PARTNER_REVIEWER)
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
    """The patients of visible cases, and all of the desk's regions."""
    cared_for = visible_cases(principal).values("patient_id")
    return Patient.filter(within("region_id", principal.regions(*DESK)) | Q(id__in=Subquery(cared_for)))


def visible_reports(principal: Principal) -> QuerySet[Report]:
    """The desk's regions', and what one took down oneself."""
    return Report.filter(within("region_id", principal.regions(*DESK)) | Q(taken_by_id=principal.member_id))


def visible_costs(principal: Principal) -> QuerySet[Cost]:
    """One's own, the coordinator's regions', and one's organisation's as its reviewer."""
    return Cost.filter(
        Q(member_id=principal.member_id)
        | within("task__region_id", principal.regions(Role.COORDINATOR))
        | Q(organization_id__in=principal.organizations(Role.PARTNER_REVIEWER))
    )


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
    return Organization.filter(within("regency_code", _regencies(principal)))


def visible_facilities(principal: Principal) -> QuerySet[Facility]:
    """Those listed by the regencies one works in."""
    return Facility.filter(within("regency_code", _regencies(principal)))


def _regencies(principal: Principal) -> frozenset[str]:
    """Of the regions one works in the regencies; a province stands for all of its own."""
    return frozenset(regency_of(code) for code in principal.regions())


def visible_events(principal: Principal) -> QuerySet[TransitionLog]:
    """The timelines of the desk's cases."""
    cases = Case.filter(within("region_id", principal.regions(*DESK))).values("id")
    return TransitionLog.filter(case_id__in=Subquery(cases))


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
