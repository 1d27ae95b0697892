"""A family, and the volunteer who is to help them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tortoise.transactions import in_transaction

from kurir_api.models import Case, Claim, ClaimStatus, Member, Report, Task, TaskStatus
from kurir_api.services.family.word import Answer, give_word
from tests.factories import (
    NOW,
    make_case,
    make_claim,
    make_member,
    make_patient,
    make_report,
    make_task,
    make_work_entry,
)

REPORTER = "+6281298765432"
PATIENT = "+6281234567890"
CLAIMED = {
    TaskStatus.FILLED: ClaimStatus.HELD,
    TaskStatus.IN_PROGRESS: ClaimStatus.IN_PROGRESS,
    TaskStatus.DONE: ClaimStatus.COMPLETED,
    TaskStatus.VERIFIED: ClaimStatus.VERIFIED,
}


@dataclass
class Help:
    """A task of a case, with its claim by a volunteer; DONE, it is on the books."""

    case: Case
    task: Task
    volunteer: Member
    claim: Claim

    async def say(self, word: Any, at: datetime = NOW) -> Answer:
        """The family's word."""
        async with in_transaction():
            return await give_word(self.task.id, word, at)

    async def states(self) -> tuple[str, str, str | None]:
        """Of the task, of the claim, and the family's word."""
        await self.task.refresh_from_db()
        await self.claim.refresh_from_db()
        return self.task.status, self.claim.status, self.task.family_word


async def help_in(status: TaskStatus, case: Case | None = None, **task: Any) -> Help:
    """Help that began two hours ago."""
    case = case or await make_case()
    defaults = {"starts_at": NOW - timedelta(hours=2), "ends_at": NOW - timedelta(hours=1), "number": 4821}
    row = await make_task(case, status=status, **defaults | task)
    volunteer = await make_member()
    claim = await make_claim(row, volunteer, CLAIMED[status], claimed_at=NOW - timedelta(hours=3))
    if status is TaskStatus.DONE:
        await make_work_entry(claim)
    return Help(case, row, volunteer, claim)


async def family(*, thread: bool = True, **patient: Any) -> tuple[Case, Report | None]:
    """A case, and the conversation in which it was reported."""
    case = await make_case(await make_patient(**patient))
    if not thread:
        return case, None
    report = await make_report(case=case, status="CASE_OPENED", via="whatsapp", sender=REPORTER, last_inbound_at=NOW)
    return case, report
