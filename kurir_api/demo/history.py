"""Half a year of invented work that is over: what statements and statistics are about. A statement for each table."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, TypeVar

from tortoise.connection import get_connection
from tortoise.models import Model

from kurir_api.auth import Principal
from kurir_api.demo.patients import invented_patient
from kurir_api.demo.people import REGENCY, WIB
from kurir_api.models import (
    Account,
    Alert,
    AlertStatus,
    CarePhase,
    Case,
    CaseStatus,
    Channel,
    Claim,
    ClaimStatus,
    Cost,
    CostCategory,
    CostStatus,
    LedgerEntry,
    Membership,
    Outcome,
    Patient,
    Region,
    RegionLevel,
    Report,
    ReportStatus,
    Role,
    Sex,
    Task,
    TaskStatus,
    Urgency,
    Wave,
    WaveStatus,
    WorkEntry,
    new_id,
)
from kurir_api.services.cases.duplicates import NAME
from kurir_api.services.contributions.calendar import last_day
from kurir_api.services.names import tokens

R = TypeVar("R", bound=Model)

CASES = 66
MONTHS = 6
TABLES: tuple[type[Model], ...] = (Patient, Case, Report, Task, Claim, Wave, Alert, Cost, WorkEntry, LedgerEntry)
"""In the order in which they refer to each other."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What a kind of task takes: hours at most, metres at most, and what it usually costs, in rupiah at most."""

    hours: int
    metres: int
    category: CostCategory
    most: int
    in_kind: bool = False


USUAL: Mapping[str, Usual] = {
    "AMBULANCE_RUN": Usual(5, 42_000, CostCategory.FUEL, 160_000),
    "FOOD_DELIVERY": Usual(2, 9_000, CostCategory.STAPLES, 125_000, in_kind=True),
    "HEALTH_INSURANCE": Usual(3, 15_000, CostCategory.TOLL_PARKING, 20_000),
    "CIVIL_DOCUMENT": Usual(3, 14_000, CostCategory.DOCUMENT_FEE, 50_000),
    "WAITING_COST": Usual(1, 0, CostCategory.WAITING_COST, 350_000),
    "SHELTER_STAY": Usual(12, 6_000, CostCategory.LODGING, 300_000, in_kind=True),
    "PSYCHOSOCIAL": Usual(2, 11_000, CostCategory.MEAL, 45_000),
    "POST_CARE": Usual(2, 12_000, CostCategory.MEDICINE, 90_000),
    "OUTREACH_VISIT": Usual(2, 16_000, CostCategory.FUEL, 50_000),
}


async def add_history(coordinator: Principal) -> None:
    """Closed cases of the last six months that are over, with their tasks, claims, costs and entries in the books."""
    past = _Past(coordinator, await _volunteers(), await _villages())
    for _ in range(CASES):
        past.add_case()
    await past.number()
    for table in TABLES:
        await table.bulk_create([row for row in past.rows if type(row) is table])
    # Each claim made its task's alerts stale; there is nothing to settle.
    await Task.filter(status=TaskStatus.VERIFIED).update(alerts_stale=False)


def first_months(today: date) -> list[date]:
    """The first days of the last six months that are over, the oldest first."""
    months: list[date] = []
    month = today.replace(day=1)
    for _ in range(MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        months.append(month)
    return months[::-1]


async def _volunteers() -> list[Membership]:
    return await Membership.filter(role=Role.VOLUNTEER, regency_code=REGENCY).order_by("id").limit(60)


async def _villages() -> list[Region]:
    return await Region.filter(level=RegionLevel.VILLAGE, code__startswith=f"{REGENCY}.").order_by("code")


async def _next(sequence: str, count: int) -> list[int]:
    rows = await get_connection("default").execute_query_dict(
        f"SELECT nextval('{sequence}') AS number FROM generate_series(1, $1::int)", [count]
    )
    return [row["number"] for row in rows]


def _new(table: type[R], **values: Any) -> R:
    """A row of Banyumas, not stored yet."""
    return table(id=new_id(), regency_code=REGENCY, **values)


@dataclass
class _Past:
    """Rows that belong together, in the order in which they refer to each other."""

    coordinator: Principal
    volunteers: list[Membership]
    villages: list[Region]
    rows: list[Model] = field(default_factory=list)
    random: Random = field(default_factory=lambda: Random(2018))  # noqa: S311 - invented people, not secrets
    months: list[date] = field(default_factory=lambda: first_months(datetime.now(WIB).date()))

    async def number(self) -> None:
        """Number the cases, tasks and reports as they would have been, had they been opened."""
        cases = [row for row in self.rows if isinstance(row, Case)]
        for case, number in zip(cases, await _next("case_number", len(cases)), strict=True):
            case.number = f"3302-{case.opened_at.year}-{number:04d}"
        for table, sequence in ((Task, "task_number"), (Report, "report_number")):
            rows = [row for row in self.rows if isinstance(row, table)]
            for row, number in zip(rows, await _next(sequence, len(rows)), strict=True):
                row.number = number

    def add_case(self) -> None:
        """A patient reported, accompanied for up to three weeks, and cared for."""
        month = self.random.choice(self.months)
        opened = self._moment(month, self.random.randint(1, 7))
        received = opened - timedelta(minutes=self.random.randint(5, 90))
        village = self.random.choice(self.villages)
        patient = self._patient(village)
        case = _new(
            Case,
            status=CaseStatus.CLOSED,
            phase=CarePhase.AFTER_HOSPITAL,
            outcome=self.random.choice((Outcome.RECOVERED, Outcome.RECOVERED, Outcome.ONGOING_CARE_HANDED_OVER)),
            patient_id=patient.id,
            region_id=village.code,
            desk_id=village.code,
            waiting_since=received,
            coordinator_id=self.coordinator.member_id,
            opened_at=opened,
            closed_at=datetime.combine(last_day(month), time(16), WIB).astimezone(UTC),
        )
        report = _new(
            Report,
            channel=self.random.choice((Channel.WHATSAPP, Channel.WHATSAPP, Channel.WALK_IN, Channel.SMS)),
            status=ReportStatus.CASE_OPENED,
            region_id=village.code,
            desk_id=village.code,
            case_id=case.id,
            received_at=received,
            waiting_since=received,
        )
        report.text = f"Mohon pendampingan untuk {patient.name}."
        self.rows += [case, report]
        for kind in self.random.sample(list(USUAL), self.random.randint(1, 4)):
            self._add_task(case, patient, kind, self._moment(month, self.random.randint(8, 24)))

    def _patient(self, village: Region) -> Patient:
        point = (village.latitude or 0.0, village.longitude or 0.0)
        invented = invented_patient(self.random, village=village.code, point=point)
        patient = _new(
            Patient,
            region_id=village.code,
            name=invented.name,
            name_tokens=tokens(NAME, invented.name),
            sex=Sex.FEMALE,
            birth_date=invented.birth_date,
            consent=True,
            latitude=point[0],
            longitude=point[1],
        )
        for name in ("national_id", "phone", "address", "diagnosis"):
            setattr(patient, name, getattr(invented, name))
        self.rows.append(patient)
        return patient

    def _moment(self, month: date, day: int) -> datetime:
        hour = time(self.random.randint(6, 10), self.random.randrange(0, 60, 5))
        return datetime.combine(month.replace(day=day), hour, WIB).astimezone(UTC)

    def _add_task(self, case: Case, patient: Patient, kind: str, starts_at: datetime) -> None:
        usual = USUAL[kind]
        task = _new(
            Task,
            kind=kind,
            status=TaskStatus.VERIFIED,
            urgency=Urgency.URGENT if kind == "AMBULANCE_RUN" else Urgency.NORMAL,
            case_id=case.id,
            region_id=case.region_id,
            latitude=patient.latitude,
            longitude=patient.longitude,
            area_latitude=patient.latitude,
            area_longitude=patient.longitude,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=usual.hours + 1),
            waiting_since=case.waiting_since,
            published_at=starts_at - timedelta(days=1),
            created_at=starts_at - timedelta(days=1),
            created_by_id=self.coordinator.member_id,
        )
        asked = self.random.sample(self.volunteers, self.random.randint(2, 7))
        claimed_at = starts_at - timedelta(days=1) + timedelta(minutes=self.random.randint(1, 45) * len(asked))
        worked = timedelta(minutes=self.random.randint(20, usual.hours * 60))
        claim = _new(
            Claim,
            task_id=task.id,
            member_id=asked[-1].member_id,
            organization_id=asked[-1].organization_id,
            status=ClaimStatus.VERIFIED,
            starts_at=task.starts_at,
            ends_at=task.ends_at,
            claimed_at=claimed_at,
            started_at=starts_at,
            completed_at=starts_at + worked,
        )
        self.rows += [task, claim, *self._asked(task, asked, claimed_at), self._work(task, claim, patient, worked)]
        if self.random.random() < 0.8:
            self._add_cost(task, claim, usual)

    def _asked(self, task: Task, asked: list[Membership], claimed_at: datetime) -> Iterator[Model]:
        wave = _new(
            Wave,
            task_id=task.id,
            number=1,
            status=WaveStatus.FILLED,
            due_at=task.published_at,
            created_at=task.published_at,
        )
        yield wave
        for rank, one in enumerate(asked, 1):
            taken = rank == len(asked)
            yield _new(
                Alert,
                wave_id=wave.id,
                task_id=task.id,
                member_id=one.member_id,
                rank=rank,
                distance_m=rank * 1_700.0,
                status=AlertStatus.ACCEPTED if taken else AlertStatus.DECLINED,
                explanation={"id": "contoh", "en": "invented"},
                sent_at=task.published_at,
                answered_at=claimed_at,
                created_at=task.published_at,
            )

    def _work(self, task: Task, claim: Claim, patient: Patient, worked: timedelta) -> WorkEntry:
        most = USUAL[task.kind].metres
        return _new(
            WorkEntry,
            claim_id=claim.id,
            task_id=task.id,
            patient_id=patient.id,
            member_id=claim.member_id,
            organization_id=claim.organization_id,
            kind=task.kind,
            region_id=task.region_id,
            tasks=1,
            minutes=worked // timedelta(minutes=1),
            distance_m=self.random.randint(most // 4, most),
            booked_on=(task.starts_at + worked).astimezone(WIB).date(),
            recorded_at=task.starts_at + worked,
        )

    def _add_cost(self, task: Task, claim: Claim, usual: Usual) -> None:
        spent_at = task.ends_at
        cost = _new(
            Cost,
            task_id=task.id,
            member_id=claim.member_id,
            organization_id=claim.organization_id,
            category=usual.category,
            amount=self.random.randint(usual.most // 4_000, usual.most // 1_000) * 1_000,
            in_kind=usual.in_kind,
            spent_on=spent_at.astimezone(WIB).date(),
            status=CostStatus.RECORDED if usual.in_kind else CostStatus.PAID,
            flags=[],
            created_at=spent_at,
            reviewed_by_id=self.coordinator.member_id,
            approved_at=spent_at + timedelta(days=1),
            paid_at=None if usual.in_kind else spent_at + timedelta(days=2),
        )
        self.rows.append(cost)
        if usual.in_kind:
            self._book(cost, task, Account.IN_KIND, Account.GIVEN, cost.spent_on)
        else:
            self._book(cost, task, Account.EXPENSE, Account.OWED, cost.spent_on)
            self._book(cost, task, Account.OWED, Account.FUNDS, cost.spent_on + timedelta(days=2))

    def _book(self, cost: Cost, task: Task, debit: Account, credit: Account, on: date) -> None:
        transaction_id = new_id()
        for account, amount in ((debit, cost.amount), (credit, -cost.amount)):
            self.rows.append(
                _new(
                    LedgerEntry,
                    transaction_id=transaction_id,
                    account=account,
                    amount=amount,
                    booked_on=on,
                    recorded_at=cost.approved_at,
                    organization_id=cost.organization_id,
                    member_id=None if account is Account.FUNDS else cost.member_id,
                    cost_id=cost.id,
                    kind=task.kind,
                    category=cost.category,
                    region_id=task.region_id,
                )
            )
