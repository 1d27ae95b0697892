"""Cases, their patients and their timelines."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import strawberry
from strawberry import relay
from strawberry.dataloader import DataLoader

from kurir_api import models
from kurir_api.models import AccessAction, CarePhase, CaseStatus, Sex
from kurir_api.schema.accesses.accounting import read
from kurir_api.schema.accesses.types import AccessEntry
from kurir_api.schema.cases.insurance import InsuranceDeadline
from kurir_api.schema.context import Info
from kurir_api.schema.family.types import FamilyLink
from kurir_api.schema.ids import Node, global_id, known
from kurir_api.schema.members.types import Member
from kurir_api.schema.needs.types import Need
from kurir_api.schema.pagination import After, Connection, First
from kurir_api.schema.places.types import Facility, Region, region
from kurir_api.schema.recurrences.types import Recurrence
from kurir_api.schema.scalars import GeoPoint, Rupiah
from kurir_api.schema.tasks.types import TaskConnection
from kurir_api.services.accesses import note
from kurir_api.services.cases.timeline import summary
from kurir_api.services.policies import OFFICERS_NEED, Deciding, ground_to_locate, ground_to_read
from kurir_api.services.visibility import DESK
from kurir_api.task_kinds import PatientField

if TYPE_CHECKING:
    from kurir_api.schema.referrals.types import Referral

T = TypeVar("T")

strawberry.enum(Sex, description="As on the id card.")
strawberry.enum(CaseStatus, description="Whether a case is worked on.")


@strawberry.type(description="Whom everything is for.")
class Patient(Node):
    """See models.Patient. What only some may know is null to others; services.policies says who."""

    name: str = strawberry.field(description="As the desk wrote it down.")
    row: strawberry.Private[models.Patient]

    @classmethod
    def of(cls, row: models.Patient) -> "Patient":
        """The patient of a row."""
        return cls(id=global_id("Patient", row.id), name=row.name, row=row)

    @strawberry.field(description="The village or sub-district of residence.")
    async def region(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, self.row.region_id)

    @strawberry.field(
        description="Twelve asterisks and the national id's last four digits; for the desk, and officers of a "
        "programme to which the patient was referred, unless that was revoked."
    )
    async def masked_national_id(self, info: Info) -> str | None:
        """Null for others."""
        return await self._identifying(info, "nationalId", self.row.masked_national_id)

    @strawberry.field(
        description="Twelve asterisks and the family card's last four digits; for those who may know the others."
    )
    async def masked_family_card(self, info: Info) -> str | None:
        """Null for others."""
        return await self._identifying(info, "familyCard", self.row.masked_family_card)

    @strawberry.field(description="For those who may know the national id's last digits.")
    async def birth_date(self, info: Info) -> date | None:
        """Null for others."""
        return await self._identifying(info, "birthDate", self.row.birth_date)

    @strawberry.field(description="As on the id card; for those who may know the national id's last digits.")
    async def sex(self, info: Info) -> Sex | None:
        """Null for others."""
        return await self._identifying(info, "sex", self.row.sex)

    @strawberry.field(description="Whether patient or family agreed to the data being kept; for the desk.")
    def consent(self, info: Info) -> bool | None:
        """Null for others."""
        return self.row.consent if info.context.principal.reaches(self.row.region_id, *DESK) else None

    @strawberry.field(
        description="Whether consent was withdrawn, so that nobody may read what else is kept; for the desk."
    )
    def consent_withdrawn(self, info: Info) -> bool | None:
        """Null for others."""
        return self.row.withheld if info.context.principal.reaches(self.row.region_id, *DESK) else None

    @strawberry.field(description="What was said to the consent, or why data was recorded without; for the desk.")
    def consent_note(self, info: Info) -> str | None:
        """Null for others."""
        if not info.context.principal.reaches(self.row.region_id, *DESK):
            return None
        return read(info, self.row, "consentNote", self.row.consent_note)

    @strawberry.field(description="For coordinators, and holders of a claim whose kind of task needs it.")
    async def diagnosis(self, info: Info) -> str | None:
        """Null for others."""
        return await self._revealed(info, PatientField.DIAGNOSIS, "diagnosis", self.row.diagnosis)

    @strawberry.field(
        description="E.164; for coordinators, holders of a claim whose kind of task needs it, and officers of a "
        "programme that has yet to decide on the patient."
    )
    async def phone(self, info: Info) -> str | None:
        """Null for others."""
        return await self._revealed(info, PatientField.PHONE, "phone", self.row.phone)

    @strawberry.field(
        description="For coordinators, holders of a claim whose kind of task needs it, and officers of a programme "
        "that has yet to decide on the patient."
    )
    async def address(self, info: Info) -> str | None:
        """Null for others."""
        return await self._revealed(info, PatientField.ADDRESS, "address", self.row.address)

    @strawberry.field(description="By what one finds the house; for those who may know the address.")
    async def landmark(self, info: Info) -> str | None:
        """Null for others."""
        return await self._revealed(info, PatientField.ADDRESS, "landmark", self.row.landmark)

    @strawberry.field(description="For the desk, and holders of a claim whose kind of task needs the address.")
    async def location(self, info: Info) -> GeoPoint | None:
        """Null for others."""
        held = await info.context.loaders.held_kinds.load(self.row.id)
        ground = ground_to_locate(info.context.principal, self.row.region_id, held)
        place = GeoPoint.of(self.row.latitude, self.row.longitude)
        return None if ground is None else read(info, self.row, "location", place, ground)

    @strawberry.field(
        description="Who read and wrote what is kept of the patient, last first; for coordinators and administrators "
        "of the region, empty for others."
    )
    async def accesses(self, info: Info, first: First = 20, after: After = None) -> Connection[AccessEntry]:
        """A page, which is an access itself, also where the rest is withheld."""
        page = await info.context.loaders.accesses.load((self.row.id, first, after))
        if page.edges:
            note(self.row, AccessAction.READ, ("accesses",), who=info.context.principal)
        return page

    async def _revealed(self, info: Info, field: PatientField, name: str, value: str | None) -> str | None:
        """The value, for those who may know what the field says."""
        held = await info.context.loaders.held_kinds.load(self.row.id)
        ground = ground_to_read(info.context.principal, self.row.region_id, held, field)
        if ground is None and field in OFFICERS_NEED:
            decision = await info.context.loaders.decision.load(self.row.id)
            ground = decision.ground if decision.deciding is Deciding.LIVE else None
        return None if ground is None else read(info, self.row, name, value, ground)

    async def _identifying(self, info: Info, name: str, value: T | None) -> T | None:
        """The value, for those who may tell the person from others of the name."""
        if info.context.principal.reaches(self.row.region_id, *DESK):
            return read(info, self.row, name, value)
        decision = await info.context.loaders.decision.load(self.row.id)
        return None if decision.deciding is Deciding.NOTHING else read(info, self.row, name, value, decision.ground)


@strawberry.type(description="Something that happened in a case.")
class TimelineEvent(Node):
    """See models.TransitionLog."""

    at: datetime = strawberry.field(description="When it happened.")
    action: str = strawberry.field(description="What was done, as a word for programs, such as change_phase.")
    row: strawberry.Private[models.TransitionLog]

    @classmethod
    def of(cls, row: models.TransitionLog) -> "TimelineEvent":
        """The event of a row."""
        return cls(id=global_id("TimelineEvent", row.id), at=row.at, action=row.action, row=row)

    @strawberry.field(description="Who did it; null for Kurir itself.")
    async def actor(self, info: Info) -> Member | None:
        """Through the loader."""
        if self.row.actor_id is None:
            return None
        return Member.of(await info.context.loaders.member.load(self.row.actor_id))

    @strawberry.field(
        description="What happened, in one line in the caller's language; and why, unless consent was withdrawn."
    )
    async def summary(self, info: Info) -> str:
        """From services.cases.timeline."""
        told = self.row.reason_sealed is not None and not await self._withheld(info)
        return summary(self.row, info.context.locale, self.row.reason if told else None)

    @strawberry.field(description="What it happened to; null when the caller may not know of that.")
    async def subject(self, info: Info) -> Node | None:
        """Through the loader of its kind."""
        loaders = info.context.loaders
        of_machine: dict[str, DataLoader[Any, Any]] = {
            "report": loaders.report,
            "case": loaders.case,
            "task": loaders.task,
            "claim": loaders.claim,
            "cost": loaders.cost,
            "referral": loaders.referral,
        }
        found: Node | None = await of_machine[self.row.machine].load(self.row.subject_id)
        return found

    async def _withheld(self, info: Info) -> bool:
        """Whether it happened to a patient who withdrew consent; of a report without a case nobody knows."""
        if self.row.case_id is not None:
            return (await info.context.loaders.subject.load(self.row.case_id)).withheld
        referral = (
            await info.context.loaders.referral.load(self.row.subject_id) if self.row.machine == "referral" else None
        )
        return referral is not None and (await referral.patient(info)).row.withheld


@strawberry.type(description="One event of a timeline.")
class TimelineEdge:
    """A node and where it stands."""

    node: TimelineEvent = strawberry.field(description="The event.")
    cursor: str = strawberry.field(description="Where this event stands, for `after`.")


@strawberry.type(description="A page of a timeline.")
class TimelineConnection:
    """Edges in order."""

    edges: list[TimelineEdge] = strawberry.field(description="The events, last recorded first.")
    page_info: relay.PageInfo = strawberry.field(description="Whether and where the timeline goes on.")

    @classmethod
    def of(cls, page: Connection[TimelineEvent]) -> "TimelineConnection":
        """The page under the contract's name."""
        edges = [TimelineEdge(node=edge.node, cursor=edge.cursor) for edge in page.edges]
        return cls(edges=edges, page_info=page.page_info)


@strawberry.type(description="The accompaniment of one patient, from first report to outcome.")
class Case(Node):
    """See models.Case."""

    number: str = strawberry.field(description="For people, such as 3302-2026-0001.")
    status: CaseStatus = strawberry.field(description="Whether it is worked on.")
    phase: CarePhase = strawberry.field(description="Where the patient stands.")
    care_class: int | None = strawberry.field(description="Of the hospital bed, 1 to 3; null: not known.")
    outcome: str | None = strawberry.field(
        description="How it ended: RECOVERED, ONGOING_CARE_HANDED_OVER, DIED, MOVED, WITHDRAWN or OTHER."
    )
    waiting_since: datetime | None = strawberry.field(
        description="The resident's first word, since which they wait; null once it is closed."
    )
    opened_at: datetime = strawberry.field(description="When it was opened.")
    closed_at: datetime | None = strawberry.field(description="When it was closed.")
    row: strawberry.Private[models.Case]

    @classmethod
    def of(cls, row: models.Case) -> "Case":
        """The case of a row."""
        return cls(
            id=global_id("Case", row.id),
            number=row.number,
            status=CaseStatus(row.status),
            phase=row.phase,
            care_class=row.care_class,
            outcome=row.outcome,
            waiting_since=None if row.status == CaseStatus.CLOSED else row.waiting_since,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            row=row,
        )

    @strawberry.field(description="Whom it is for.")
    async def patient(self, info: Info) -> Patient:
        """Through the loader."""
        return Patient.of(known(await info.context.loaders.patient.load(self.row.patient_id)))

    @strawberry.field(description="The hospital or health centre.")
    async def facility(self, info: Info) -> Facility | None:
        """Through the loader."""
        if self.row.facility_id is None:
            return None
        return Facility.of(await info.context.loaders.facility.load(self.row.facility_id))

    @strawberry.field(description="The region whose desk answers for it: the patient's, or one above.")
    async def desk(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, self.row.desk_id)

    @strawberry.field(description="Until when a stay in hospital must be insured; null before there was one.")
    async def insurance(self, info: Info) -> InsuranceDeadline | None:
        """Through the loaders."""
        return await InsuranceDeadline.of(self.row, info)

    @strawberry.field(description="Its tasks that come again, newest first, ended ones too; for the desk.")
    async def recurrences(self, info: Info) -> list[Recurrence]:
        """Empty for others."""
        return await info.context.loaders.case_recurrences.load(self.row.id)

    @strawberry.field(description="The coordinator who opened it.")
    async def coordinator(self, info: Info) -> Member | None:
        """Through the loader."""
        if self.row.coordinator_id is None:
            return None
        return Member.of(await info.context.loaders.member.load(self.row.coordinator_id))

    @strawberry.field(description="Its tasks, newest first, as far as the caller may know.")
    async def tasks(self, info: Info, first: First = 20, after: After = None) -> TaskConnection:
        """A page."""
        return TaskConnection.of(await info.context.loaders.case_tasks.load((self.row.id, first, after)))

    @strawberry.field(description="To which programmes the patient was referred from it, newest first; for the desk.")
    async def referrals(
        self, info: Info, first: First = 20, after: After = None
    ) -> Connection[Annotated["Referral", strawberry.lazy("kurir_api.schema.referrals.types")]]:
        """A page."""
        return await info.context.loaders.case_referrals.load((self.row.id, first, after))

    @strawberry.field(
        description="What lets the family see what is coming, newest first; for the desk, empty for others."
    )
    async def family_links(self, info: Info, first: First = 20, after: After = None) -> Connection[FamilyLink]:
        """A page."""
        return await info.context.loaders.case_family_links.load((self.row.id, first, after))

    @strawberry.field(description="What happened, last recorded first; for the desk, empty for others.")
    async def timeline(self, info: Info, first: First = 50, after: After = None) -> TimelineConnection:
        """A page."""
        return TimelineConnection.of(await info.context.loaders.case_events.load((self.row.id, first, after)))

    @strawberry.field(
        description="What was spent on its tasks, gifts at their value included, rejected and void costs not; "
        "for the desk all of it, for others their own."
    )
    async def cost_total(self, info: Info) -> Rupiah:
        """Through the loader."""
        return Rupiah(await info.context.loaders.spent.load(self.row.id))

    @strawberry.field(
        description="What it is estimated to cost as a whole, and what of it is promised; for the desk."
    )
    async def need(self, info: Info) -> Need | None:
        """Null for others, and while nobody has estimated it."""
        return await info.context.loaders.case_need.load(self.row.id)
