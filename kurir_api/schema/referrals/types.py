"""Referrals."""

from datetime import UTC, datetime
from typing import Optional

import strawberry

from kurir_api import models
from kurir_api.models import RECOMMENDED, Follows, ReferralStatus
from kurir_api.schema.accesses.accounting import read
from kurir_api.schema.cases.types import Case, Patient, TimelineConnection
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id, known
from kurir_api.schema.members.types import Member
from kurir_api.schema.pagination import After, First
from kurir_api.schema.places.types import Region, region
from kurir_api.schema.programmes.types import Programme
from kurir_api.schema.reports.types import Report
from kurir_api.services.referrals import lateness
from kurir_api.services.reports.waiting import SETTLED
from kurir_api.services.visibility import DESK

strawberry.enum(ReferralStatus, description="How far a referral has come.")
strawberry.enum(Follows, description="Why a referral follows another that ended.")


@strawberry.type(description="A document of a referral's programme, and whether somebody has seen it.")
class ReferralPaper:
    """An entry of models.Programme.documents, with its models.ReferralDocument."""

    code: str = strawberry.field(description="Stable, such as ID_CARD.")
    required: bool = strawberry.field(description="Whether the programme needs it to decide.")
    seen_at: datetime | None = strawberry.field(description="When it was seen; null: it is missing.")
    words: strawberry.Private[dict[str, str]]
    row: strawberry.Private[models.ReferralDocument | None]

    @strawberry.field(description="In the caller's language.")
    def name(self, info: Info) -> str:
        """From the programme's own words."""
        return self.words["en" if info.context.locale == "en" else "id"]

    @strawberry.field(description="Who saw it.")
    async def seen_by(self, info: Info) -> Member | None:
        """Through the loader."""
        if self.row is None:
            return None
        return Member.of(await info.context.loaders.member.load(self.row.seen_by_id))


@strawberry.type(description="A patient's need, handed to the programme that owns it.")
class Referral(Node):
    """See models.Referral. For the desk, and the programme's officers."""

    number: str = strawberry.field(description="For people, such as 3302-R2026-0001.")
    status: ReferralStatus = strawberry.field(description="How far it has come.")
    due_at: datetime = strawberry.field(description="Until when the programme should decide: a working day's end.")
    sent_at: datetime = strawberry.field(description="When it was sent.")
    decided_at: datetime | None = strawberry.field(description="When the programme decided.")
    consent: bool = strawberry.field(description="Whether patient or family agreed to it.")
    follows: Follows | None = strawberry.field(description="As what it follows `previous`.")
    overdue: bool = strawberry.field(
        description="Whether the programme should have decided by now. Never while it waits for information."
    )
    at_risk: bool = strawberry.field(description="Whether the last working day that the programme has goes on now.")
    waiting_since: datetime | None = strawberry.field(
        description="The resident's first word; null once nobody waits for it any more."
    )
    row: strawberry.Private[models.Referral]

    @classmethod
    def of(cls, row: models.Referral) -> "Referral":
        """The referral of a row."""
        now = datetime.now(UTC)
        return cls(
            id=global_id("Referral", row.id),
            number=row.number,
            status=ReferralStatus(row.status),
            due_at=row.due_at,
            sent_at=row.sent_at,
            decided_at=row.decided_at,
            consent=row.consent,
            follows=row.follows,
            overdue=lateness.overdue(row, now),
            at_risk=lateness.at_risk(row, now),
            waiting_since=None if row.status in SETTLED else row.waiting_since,
            row=row,
        )

    @strawberry.field(description="To which programme.")
    async def programme(self, info: Info) -> Programme:
        """Through the loader."""
        return Programme.of(await info.context.loaders.programme.load(self.row.programme_id))

    @strawberry.field(description="Whom it is for. An officer reads what is needed to decide; no diagnosis.")
    async def patient(self, info: Info) -> Patient:
        """Through the loader."""
        return Patient.of(known(await info.context.loaders.patient.load(self.row.patient_id)))

    @strawberry.field(description="The case it was sent from; null for officers.")
    async def case(self, info: Info) -> Case | None:
        """Through the loader."""
        return None if self.row.case_id is None else await info.context.loaders.case.load(self.row.case_id)

    @strawberry.field(description="The report it was sent from; null for officers.")
    async def report(self, info: Info) -> Report | None:
        """Through the loader."""
        return None if self.row.report_id is None else await info.context.loaders.report.load(self.row.report_id)

    @strawberry.field(description="What the desk said last; null once the patient withdrew consent.")
    async def note(self, info: Info) -> str | None:
        """The patient's."""
        return await self._told(info, "referralNote", self.row.note)

    @strawberry.field(description="What the programme's officer said last; null once the patient withdrew consent.")
    async def decision_note(self, info: Info) -> str | None:
        """The patient's."""
        return await self._told(info, "decisionNote", self.row.decision_note)

    @strawberry.field(
        description="Without consent: why it was sent all the same; for the desk; null once consent was withdrawn."
    )
    async def consent_note(self, info: Info) -> str | None:
        """Null for others."""
        return await self._told(info, "consentNote", self.row.consent_note) if self._of_the_desk(info) else None

    @strawberry.field(description="Who sent it.")
    async def sent_by(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.sent_by_id))

    @strawberry.field(description="The region whose desk answers for it.")
    async def desk(self, info: Info) -> Region:
        """Through the loader."""
        return await region(info, self.row.desk_id)

    @strawberry.field(description="The referral that this one takes up again, or appeals against.")
    async def previous(self, info: Info) -> Optional["Referral"]:
        """Through the loader."""
        if self.row.previous_id is None:
            return None
        return await info.context.loaders.referral.load(self.row.previous_id)

    @strawberry.field(description="The referral that took this one up again, or appealed against it.")
    async def following(self, info: Info) -> Optional["Referral"]:
        """Through the loader."""
        return await info.context.loaders.following.load(self.row.id)

    @strawberry.field(description="The documents of its programme's list, in their order.")
    async def documents(self, info: Info) -> list[ReferralPaper]:
        """Through the loaders."""
        programme = await info.context.loaders.programme.load(self.row.programme_id)
        seen = {paper.code: paper for paper in await info.context.loaders.papers.load(self.row.id)}
        return [
            ReferralPaper(
                code=one["code"],
                required=one["required"],
                seen_at=seen[one["code"]].seen_at if one["code"] in seen else None,
                words=one,
                row=seen.get(one["code"]),
            )
            for one in programme.documents
        ]

    @strawberry.field(description="The codes of the documents that the programme needs and nobody has seen.")
    async def missing_documents(self, info: Info) -> list[str]:
        """Through the loaders."""
        programme = await info.context.loaders.programme.load(self.row.programme_id)
        seen = {paper.code for paper in await info.context.loaders.papers.load(self.row.id)}
        return [one["code"] for one in programme.documents if one["required"] and one["code"] not in seen]

    @strawberry.field(description="What happened to it, last recorded first.")
    async def timeline(self, info: Info, first: First = 50, after: After = None) -> TimelineConnection:
        """A page."""
        return TimelineConnection.of(await info.context.loaders.referral_events.load((self.row.id, first, after)))

    @strawberry.field(
        description="The letter of recommendation to take along (PDF), for ten minutes; for the desk, while the "
        "referral is live or granted."
    )
    def letter_url(self, info: Info) -> str | None:
        """Null for others, and for a referral that came to nothing, or is over."""
        if not self._of_the_desk(info) or self.row.status not in RECOMMENDED:
            return None
        return info.context.link(f"/letters/{self.row.id}.pdf", by=str(info.context.principal.member_id))

    async def _told(self, info: Info, name: str, value: str | None) -> str | None:
        """The value, which is about the patient."""
        if value is None:
            return None
        ground = "" if self._of_the_desk(info) else f"referral:{self.row.id}"
        return read(info, (await self.patient(info)).row, name, value, ground)

    def _of_the_desk(self, info: Info) -> bool:
        return info.context.principal.reaches(self.row.region_id, *DESK)
