"""A few live cases, made by the use cases themselves: their history, waves and notifications are real."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from uuid import UUID

from kurir_api.auth import Principal, principal_of_phone
from kurir_api.demo.money import add_money, add_rates
from kurir_api.demo.patients import invented_patient
from kurir_api.demo.people import AMBULANCE_LICENCE, COORDINATOR, DESK_OFFICER, VOLUNTEER, WIB, invented_members
from kurir_api.models import CarePhase, Channel, Facility
from kurir_api.services.cases.open_case import OpenCase, open_case
from kurir_api.services.claims.action import ClaimAction
from kurir_api.services.claims.complete_claim import complete_claim
from kurir_api.services.claims.start_claim import start_claim
from kurir_api.services.reports.submit_report import SubmitReport, submit_report
from kurir_api.services.tasks.claim_task import ClaimTask, claim_task
from kurir_api.services.tasks.create_task import CreateTask, create_task

MARGONO = "RS-BMS-01"
UNANSWERED = (
    (Channel.SMS, "33.02.14.2008", "Tetangga saya sakit sudah seminggu, tidak punya KIS. Pancasan RT 4."),
    (Channel.FACEBOOK, "33.02.11.2008", "Mohon bantuan rumah singgah dekat Margono untuk keluarga pasien."),
)
"""Messages that nobody has taken up yet: how they came, from which village, in which words."""


async def add_cases() -> None:
    """Five cases: needs drafted; tasks open; one held by the demo's volunteer; one under way; one done.

    And messages that wait for the desk. For the transaction that loads the demo.
    """
    office = _Office(
        desk=await principal_of_phone(DESK_OFFICER),
        coordinator=await principal_of_phone(COORDINATOR),
        hospital_id=(await Facility.get(code=MARGONO)).id,
    )
    licensed = [one.phone for one in invented_members() if AMBULANCE_LICENCE in one.capabilities]
    first, second = [await principal_of_phone(phone) for phone in licensed if phone != VOLUNTEER][:2]
    await office.case("33.02.10.2007", (-7.4806, 109.2989), "Luka kaki diabetes", "FOOD_DELIVERY", "HEALTH_INSURANCE")
    await _open(office)
    await _held(office, await principal_of_phone(VOLUNTEER))
    await _under_way(office, first)
    case_id, task_id = await _done(office, second)
    await add_rates(office.coordinator)
    await add_money(case_id, task_id, second, office.coordinator)
    for channel, village, text in UNANSWERED:
        await submit_report(office.desk, SubmitReport(channel=channel, text=text, region=village))


async def _open(office: "_Office") -> None:
    case_id = await office.case("33.02.23.2003", (-7.3921, 109.2023), "Stroke, belum kontrol")
    await office.task(case_id, "OUTREACH_VISIT", _day(1, 9), timedelta(hours=3))
    await office.task(case_id, "FOOD_DELIVERY", _day(1, 11), timedelta(hours=2))


async def _held(office: "_Office", volunteer: Principal) -> None:
    case_id = await office.case("33.02.27.1003", (-7.4021, 109.2391), "Tuberkulosis, dirawat, keluarga di rumah")
    task_id = await office.task(case_id, "FOOD_DELIVERY", _day(3, 10), timedelta(hours=2))
    await claim_task(volunteer, ClaimTask(task_id=task_id))


async def _under_way(office: "_Office", driver: Principal) -> UUID:
    """The claim of a run that set off just now."""
    case_id = await office.case("33.02.19.2013", (-7.4484, 109.2969), "Gagal ginjal kronis, cuci darah")
    task_id = await office.task(case_id, "AMBULANCE_RUN", datetime.now(UTC), timedelta(hours=4))
    claim_id = await claim_task(driver, ClaimTask(task_id=task_id))
    return await start_claim(driver, ClaimAction(claim_id=claim_id))


async def _done(office: "_Office", driver: Principal) -> tuple[UUID, UUID]:
    """The case and the task of a run that the coordinator may verify."""
    case_id = await office.case("33.02.14.2008", (-7.4279, 109.0779), "Kanker, kemoterapi")
    task_id = await office.task(case_id, "AMBULANCE_RUN", datetime.now(UTC), timedelta(hours=4))
    claim_id = await claim_task(driver, ClaimTask(task_id=task_id))
    await start_claim(driver, ClaimAction(claim_id=claim_id))
    await complete_claim(driver, ClaimAction(claim_id=claim_id, note="Pasien sudah di rumah"))
    return case_id, task_id


def _day(days: int, hour: int) -> datetime:
    """The hour of the day so many days from today, in Banyumas."""
    return datetime.combine(datetime.now(WIB).date() + timedelta(days=days), time(hour), WIB)


@dataclass
class _Office:
    """The desk officer and the coordinator at work."""

    desk: Principal
    coordinator: Principal
    hospital_id: UUID
    random: Random = field(default_factory=lambda: Random(2019))  # noqa: S311 - invented people, not secrets

    async def case(self, village: str, point: tuple[float, float], diagnosis: str, *needs: str) -> UUID:
        """A case that somebody reported in person at the desk."""
        patient = invented_patient(self.random, village=village, point=point, diagnosis=diagnosis)
        text = f"Minta pendampingan untuk {patient.name}, {patient.address}."
        report = SubmitReport(channel=Channel.WALK_IN, text=text, region=village)
        opened = await open_case(
            self.coordinator,
            OpenCase(
                phase=CarePhase.BEFORE_HOSPITAL,
                report_id=await submit_report(self.desk, report),
                patient=patient.details(),
                facility_id=self.hospital_id,
                needs=needs,
            ),
        )
        return opened.case_id

    async def task(self, case_id: UUID, kind: str, starts_at: datetime, duration: timedelta) -> UUID:
        """A published task."""
        return await create_task(
            self.coordinator,
            CreateTask(case_id=case_id, kind=kind, starts_at=starts_at, ends_at=starts_at + duration, publish=True),
        )
