"""replyToReport."""

from typing import Annotated
from uuid import UUID

import strawberry

from kurir_api.schema.context import Info
from kurir_api.schema.errors import IdempotencyKeyReused, InvalidInput, NotAllowed, NotFound
from kurir_api.schema.ids import known, row_id
from kurir_api.schema.inputs import IDEMPOTENCY_KEY
from kurir_api.schema.permissions import DESK, mutation
from kurir_api.schema.reports.messages import Message
from kurir_api.services.reports.reply_to_report import LONGEST_REPLY, ReplyToReport
from kurir_api.services.reports.reply_to_report import reply_to_report as use_case


@strawberry.input(description="A message to who reported.")
class ReplyToReportInput:
    """See services.reports.reply_to_report."""

    report_id: strawberry.ID = strawberry.field(description="The report, which stays as it is.")
    text: str = strawberry.field(description=f"What they read, at most {LONGEST_REPLY} characters.")
    idempotency_key: str | None = IDEMPOTENCY_KEY

    def command(self) -> ReplyToReport:
        """The use case's input."""
        return ReplyToReport(
            report_id=row_id("Report", self.report_id), text=self.text, idempotency_key=self.idempotency_key
        )


@strawberry.type(description="It will be sent.")
class ReplySuccess:
    """The message."""

    reply: Message = strawberry.field(description="The message, on its way.")

    @classmethod
    async def of(cls, info: Info, message_id: UUID) -> "ReplySuccess":
        """The success for a message the caller has just written."""
        return cls(reply=known(await info.context.loaders.message.load(message_id)))


ReplyResult = Annotated[
    ReplySuccess | NotFound | NotAllowed | InvalidInput | IdempotencyKeyReused,
    strawberry.union(name="ReplyResult", description="The message, or why nothing happened."),
]


@mutation(
    may_call=DESK,
    description="Write to who reported, the way they wrote, else by text to their telephone. Refused where neither "
    "is known.",
)
async def reply_to_report(
    info: Info, input: Annotated[ReplyToReportInput, strawberry.argument(description="The message.")]
) -> ReplyResult:
    """Parse, call, return."""
    return await ReplySuccess.of(info, await use_case(info.context.principal, input.command()))
