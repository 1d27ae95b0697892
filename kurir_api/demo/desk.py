"""What lies on the desks: conversations, a stay in hospital, a task that comes again. Made by the use cases."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random

from kurir_api.auth import Principal, principal_of_phone
from kurir_api.demo.kebumen import BABADSARI, BABADSARI_CENTRE, KEBUMEN, KEBUMEN_COORDINATOR
from kurir_api.demo.patients import invented_patient
from kurir_api.demo.people import REGENCY, WIB, phone_of
from kurir_api.demo.referrals import add_referrals
from kurir_api.demo.registry import add_registry
from kurir_api.models import CarePhase, Channel, Facility, Hotline
from kurir_api.services.cases.open_case import OpenCase, open_case
from kurir_api.services.recurrences.repeat_task import RepeatTask, repeat_task
from kurir_api.services.threads.dealing import deal_with
from kurir_api.services.threads.receiving import Inbound

WHATSAPP = {REGENCY: "105550000003302", KEBUMEN: "105550000003305"}
"""The hotlines of both regencies, by the provider's ids of invented numbers."""

SOEDIRMAN = "RS-KBM-01"
FIRST_SENDER = 20_001
"""As `phone_of` counts: no member's."""


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody's message, so many minutes ago, to the regency's hotline; without one by SMS. `sender` tells people
    apart.
    """

    minutes: int
    sender: int
    name: str
    text: str
    hotline: str | None = None

    def inbound(self, now: datetime) -> Inbound:
        """As a provider delivers it."""
        return Inbound(
            via="whatsapp" if self.hotline else "smsgate",
            channel=Channel.WHATSAPP if self.hotline else Channel.SMS,
            provider_id=f"demo-{self.sender}-{self.minutes}",
            sender=phone_of(FIRST_SENDER + self.sender),
            text=self.text,
            sent_at=now - timedelta(minutes=self.minutes),
            name=f"{self.name} (contoh)",
            address=WHATSAPP[self.hotline] if self.hotline else None,
        )


CONVERSATIONS = (
    Said(45, 1, "Wagino", "Ibu saya di Kaliputih tiga hari demam tinggi, tidak punya KIS. Mohon dibantu.", KEBUMEN),
    Said(43, 1, "Wagino", "Rumahnya dekat balai desa, RT 2.", KEBUMEN),
    Said(
        25,
        2,
        "Tumini",
        "Tetangga di Babadsari Kutowinangun kena stroke, anaknya masih kecil, belum ada yang bantu",
        KEBUMEN,
    ),
    Said(12, 3, "Sarwono", "Mohon bantuan, tetangga di Babadsari Kutowinangun stroke, anaknya masih kecil"),
    Said(20, 4, "Kuswanto", "Bapak saya di Kalisalak habis operasi, tidak bisa jalan, butuh kursi roda", REGENCY),
)
"""In the order in which they came. Two villages of Kebumen are called Kaliputih, two of Banyumas Kalisalak."""


async def add_desk() -> None:
    """Hotlines, conversations, referrals at every stage, a registry, and two cases of Kebumen. For the transaction
    that loads the demo, when people and programmes are there.
    """
    now = datetime.now(UTC)
    await Hotline.bulk_create(
        Hotline(regency_code=regency, channel="whatsapp", address=address) for regency, address in WHATSAPP.items()
    )
    for said in CONVERSATIONS:
        message = said.inbound(now)
        at = message.sent(now)
        await deal_with(message, at, at)
    await add_referrals(now)
    await add_registry(now)
    coordinator = await principal_of_phone(KEBUMEN_COORDINATOR)
    hospital = await Facility.get(code=SOEDIRMAN)
    random = Random(KEBUMEN)  # noqa: S311 - invented people, not secrets
    await _admitted(coordinator, hospital, random, now)
    await _dialysis(coordinator, hospital, random, now)


async def _admitted(coordinator: Principal, hospital: Facility, random: Random, now: datetime) -> None:
    """In hospital for sixty hours without insurance: twelve are left."""
    patient = invented_patient(
        random, village=BABADSARI, point=BABADSARI_CENTRE, diagnosis="Demam berdarah, dirawat di bangsal"
    )
    await open_case(
        coordinator,
        OpenCase(
            phase=CarePhase.IN_HOSPITAL,
            patient=patient.details(),
            facility_id=hospital.id,
            admitted_at=now - timedelta(hours=60),
            needs=("HEALTH_INSURANCE", "WAITING_COST"),
        ),
    )


async def _dialysis(coordinator: Principal, hospital: Facility, random: Random, now: datetime) -> None:
    """Driven to dialysis on Mondays and Thursdays; a worker makes the runs of the week that comes."""
    patient = invented_patient(random, village=BABADSARI, point=BABADSARI_CENTRE)
    opened = await open_case(
        coordinator,
        OpenCase(phase=CarePhase.BEFORE_HOSPITAL, patient=patient.details(), facility_id=hospital.id),
    )
    tomorrow = now.astimezone(WIB).date() + timedelta(days=1)
    await repeat_task(
        coordinator,
        RepeatTask(
            case_id=opened.case_id,
            kind="AMBULANCE_RUN",
            rule="FREQ=WEEKLY;BYDAY=MO,TH",
            starts_at=datetime.combine(tomorrow, time(6), WIB),
            minutes=300,
            title="Antar cuci darah",
        ),
    )
