"""The desk makes a link by which a patient's family sees what is coming."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field

from kurir_api.auth import Principal
from kurir_api.dispatch.notifications import text_stranger
from kurir_api.dispatch.text_outbox import LINK_SEALED, sealed_link
from kurir_api.dispatch.texts import INDONESIAN, NotificationKind, render_line
from kurir_api.errors import InvalidInput, Problems
from kurir_api.models import AccessAction, Case, FamilyLink
from kurir_api.services.accesses import note
from kurir_api.services.cases.of_the_desk import case_of_the_desk, lock_worked_on
from kurir_api.services.consent.withheld import refuse_withheld
from kurir_api.services.family.links import index_of, link_to, new_token
from kurir_api.services.family.telling import newest_thread
from kurir_api.services.threads.saying import say
from kurir_api.services.use_case import Command, use_case

USUAL_DAYS, MOST_DAYS = 14, 90
MOST_LIVE = 10
"""Links of a case that are valid at once."""


@dataclass(frozen=True, kw_only=True)
class CreateFamilyLink(Command):
    """A link for the family of the patient of `case_id`, valid for `days`; with `send` they get it as a message.
    `base`: how the world reaches the api.
    """

    case_id: UUID
    days: int = USUAL_DAYS
    send: bool = False
    base: str


@dataclass(frozen=True, kw_only=True)
class NewFamilyLink:
    """The row's id, and the address, which is not kept: a retry has none."""

    link_id: UUID
    url: Annotated[str | None, Field(exclude=True)] = None


@use_case
async def create_family_link(principal: Principal, command: CreateFamilyLink) -> NewFamilyLink:
    """Raises NotFound, NotAllowed, InvalidInput, InvalidTransition (the case is closed)."""
    now = datetime.now(UTC)
    found = await case_of_the_desk(principal, command.case_id)
    # Whoever closes the case afterwards ends this link, too.
    case = await lock_worked_on(found.id)
    await refuse_withheld("caseId", case.id)
    await _check(command, now)
    token = new_token()
    link = await FamilyLink.create(
        regency_code=case.regency_code,
        case_id=case.id,
        token_index=index_of(token),
        created_by_id=principal.member_id,
        created_at=now,
        expires_at=now + timedelta(days=command.days),
    )
    url = link_to(command.base, token)
    if command.send:
        await _send(principal, case, url, now)
    return NewFamilyLink(link_id=link.id, url=url)


async def _check(command: CreateFamilyLink, now: datetime) -> None:
    problems = Problems()
    if not 1 <= command.days <= MOST_DAYS:
        problems.add("days", id=f"Isi 1 sampai {MOST_DAYS} hari.", en=f"Give 1 to {MOST_DAYS} days.")
    live = FamilyLink.filter(case_id=command.case_id, revoked_at__isnull=True, expires_at__gt=now)
    if await live.count() >= MOST_LIVE:
        problems.add(
            "caseId",
            id=f"Sudah ada {MOST_LIVE} tautan yang berlaku; cabut dahulu salah satunya.",
            en=f"There are {MOST_LIVE} valid links already; revoke one first.",
        )
    problems.refuse()


async def _send(principal: Principal, case: Case, url: str, now: datetime) -> None:
    """In the case's newest conversation, else by text to the patient. Raises InvalidInput when there is neither."""
    kind = NotificationKind.FAMILY_LINK
    patient = await case.patient
    report = await newest_thread(case, patient)
    if report is not None:
        words = render_line(kind, INDONESIAN, {"link": url})
        await say(report, words, now, author=principal, kind=kind, number=report.number)
        return
    if patient.phone is None:
        raise InvalidInput.of(
            "send",
            id="Tidak ada nomor telepon pelapor atau pasien. Berikan tautannya sendiri.",
            en="Neither the reporter's nor the patient's number is known. Hand the link over yourself.",
        )
    note(patient, AccessAction.USED, ("phone",), who=principal)
    await text_stranger(kind, patient.phone, now, **{LINK_SEALED: sealed_link(url)})
