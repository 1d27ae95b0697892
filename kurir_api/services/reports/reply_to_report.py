"""The desk writes to who reported."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kurir_api.auth import Principal
from kurir_api.errors import NotAllowed, NotFound, Problems
from kurir_api.services.texts import fitting
from kurir_api.services.threads.saying import say
from kurir_api.services.use_case import Command, use_case
from kurir_api.services.visibility import DESK, visible_reports

LONGEST_REPLY = 900
"""Characters: what a template of WhatsApp's has room for besides its own words is below 1,024,
https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates/components.
"""


@dataclass(frozen=True, kw_only=True)
class ReplyToReport(Command):
    """Send `text` to the reporter of `report_id`."""

    report_id: UUID
    text: str


@use_case
async def reply_to_report(principal: Principal, command: ReplyToReport) -> UUID:
    """The message's id. The report stays as it is. Raises NotFound, NotAllowed, InvalidInput."""
    report = await visible_reports(principal).get_or_none(id=command.report_id)
    if report is None:
        raise NotFound
    if not principal.reaches(report.region_id, *DESK):
        raise NotAllowed
    problems = Problems()
    text = fitting(problems, "text", command.text, LONGEST_REPLY, required=True)
    problems.refuse()
    return (await say(report, text or "", datetime.now(UTC), author=principal, number=report.number)).id
