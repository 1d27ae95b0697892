"""Assessments and their forms."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from kurir_api import models
from kurir_api.schema.accesses.accounting import read
from kurir_api.schema.context import Info
from kurir_api.schema.ids import Node, global_id
from kurir_api.schema.members.types import Member
from kurir_api.schema.programmes.types import Programme
from kurir_api.schema.referrals.types import Referral
from kurir_api.schema.scalars import Json
from kurir_api.schema.tasks.kinds import TaskKind
from kurir_api.services.assessments.answers import answers_of, had, needed
from kurir_api.services.assessments.forms import Form, forms

if TYPE_CHECKING:
    from kurir_api.schema.tasks.types import Task


@strawberry.type(
    description="One version of the form of a kind of task: data, so that a new form needs no new client."
)
class AssessmentForm:
    """See services.assessments.forms."""

    version: int = strawberry.field(description="To be sent with the answers.")
    versions: list[int] = strawberry.field(description="All that answers may be to; the last is the newest.")
    schema: Json = strawberry.field(
        description="A JSON Schema (draft 2020-12) of an object of answers, with x-words (id, en), x-order and "
        "x-choices for who shows it, and x-programmes, which names the questions about programmes."
    )
    code: strawberry.Private[str]

    @classmethod
    def of(cls, form: Form) -> "AssessmentForm":
        """The form."""
        return cls(
            version=form.version,
            versions=list(forms()[form.kind]),
            schema=Json(form.schema),
            code=form.kind,
        )

    @strawberry.field(description="For which kind of task it is.")
    def kind(self, info: Info) -> TaskKind:
        """In the caller's language."""
        return TaskKind.of(self.code, info.context.locale)


@strawberry.type(
    description="What a visit found out about a household; for the desk, and who did the task until then."
)
class Assessment(Node):
    """See models.Assessment."""

    version: int = strawberry.field(description="Of the form that the answers are to.")
    filled_at: datetime = strawberry.field(description="When the answers were given.")
    referred_at: datetime | None = strawberry.field(
        description="When the desk first made referrals of it; since then the answers stay."
    )
    row: strawberry.Private[models.Assessment]

    @classmethod
    def of(cls, row: models.Assessment) -> "Assessment":
        """The assessment of a row."""
        return cls(
            id=global_id("Assessment", row.id),
            version=row.version,
            filled_at=row.filled_at,
            referred_at=row.referred_at,
            row=row,
        )

    @strawberry.field(description="The visit.")
    async def task(self, info: Info) -> Annotated["Task", strawberry.lazy("kurir_api.schema.tasks.types")] | None:
        """Null when the caller may not know of it."""
        return await info.context.loaders.task.load(self.row.task_id)

    @strawberry.field(description="For which kind of task its form is.")
    def kind(self, info: Info) -> TaskKind:
        """In the caller's language."""
        return TaskKind.of(self.row.kind, info.context.locale)

    @strawberry.field(
        description="The answers, as the form has them; none of them once the patient's consent was withdrawn."
    )
    async def answers(self, info: Info) -> Json:
        """Unsealed when asked for."""
        return Json(answers_of(self.row) if await self._read(info) else {})

    @strawberry.field(description="Who gave the answers last.")
    async def filled_by(self, info: Info) -> Member:
        """Through the loader."""
        return Member.of(await info.context.loaders.member.load(self.row.filled_by_id))

    @strawberry.field(description="The programmes that the household has.")
    async def has(self, info: Info) -> list[Programme]:
        """Those that the regency knows."""
        return [Programme.of(row) for row in await self._programmes(info, had)]

    @strawberry.field(description="The active programmes that the household needs and doesn't have.")
    async def needs(self, info: Info) -> list[Programme]:
        """Those of the regency."""
        return [Programme.of(row) for row in await self._programmes(info, needed) if row.active]

    @strawberry.field(
        description="The patient's referrals to the programmes that are needed, newest first; for the desk."
    )
    async def referrals(self, info: Info) -> list[Referral]:
        """Empty for others."""
        codes = needed(self.row) if await self._read(info) else ()
        return await info.context.loaders.referrals_to.load((self.row.patient_id, tuple(codes)))

    async def _read(self, info: Info) -> bool:
        """Whether the answers may be read; noted, if so."""
        subject = await info.context.loaders.subject.load(self.row.case_id)
        return read(info, subject, "assessment", self.row, f"task:{self.row.task_id}") is not None

    async def _programmes(
        self, info: Info, named: Callable[[models.Assessment], Sequence[str]]
    ) -> list[models.Programme]:
        keys = [(self.row.regency_code, code) for code in (named(self.row) if await self._read(info) else ())]
        return [row for row in await info.context.loaders.programme_by_code.load_many(keys) if row]
