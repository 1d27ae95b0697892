"""Who hears of a referral: the programme's officers of what the desk did, the desk of what they did."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from kurir_api.dispatch.notifications import notify
from kurir_api.dispatch.texts import NotificationKind
from kurir_api.errors import Words
from kurir_api.models import (
    UNANSWERED,
    Membership,
    Programme,
    Referral,
    ReferralStatus,
    Role,
    region_and_above,
)
from kurir_api.services.desks.people import desks_from
from kurir_api.services.visibility import DESK

S = ReferralStatus

STATUS_WORDS: Mapping[ReferralStatus, Words] = {
    S.SENT: Words("Terkirim", "Sent"),
    S.INFO_REQUESTED: Words("Menunggu keterangan", "Information asked for"),
    S.ACCEPTED: Words("Diterima", "Accepted"),
    S.IN_PROCESS: Words("Diproses", "In process"),
    S.DECLINED: Words("Tidak diterima", "Declined"),
    S.GRANTED: Words("Disetujui", "Granted"),
    S.PARTLY_GRANTED: Words("Disetujui sebagian", "Granted in part"),
    S.REFUSED: Words("Ditolak", "Refused"),
    S.CONFIRMED: Words("Dikonfirmasi", "Confirmed"),
    S.REVOKED: Words("Dibatalkan", "Revoked"),
}

OF_THE_DESK: Mapping[ReferralStatus, NotificationKind] = {
    S.SENT: NotificationKind.REFERRAL_SENT,
    S.REVOKED: NotificationKind.REFERRAL_REVOKED,
}
"""What officers hear of when the desk did it."""

OF_OFFICERS: Mapping[ReferralStatus, NotificationKind] = {
    S.INFO_REQUESTED: NotificationKind.REFERRAL_INFO_REQUESTED,
    S.DECLINED: NotificationKind.REFERRAL_DECIDED,
    S.GRANTED: NotificationKind.REFERRAL_DECIDED,
    S.PARTLY_GRANTED: NotificationKind.REFERRAL_DECIDED,
    S.REFUSED: NotificationKind.REFERRAL_DECIDED,
}
"""What the desk hears of when officers did it."""


async def tell_of_referral(referral: Referral, programme: Programme, now: datetime) -> None:
    """Tell the other side of the state the referral has just come to, if that is news. At most two statements."""
    status = ReferralStatus(referral.status)
    if status in OF_THE_DESK:
        await _tell(OF_THE_DESK[status], await officers_of(referral, programme), referral, programme, now)
    elif status in OF_OFFICERS:
        await _tell(OF_OFFICERS[status], await desk_of(referral), referral, programme, now)


async def tell_officers_late(referral: Referral, now: datetime) -> None:
    """Tell the programme's officers that it is late, unless it is the desk's turn. At most three statements."""
    if referral.status in UNANSWERED:
        programme = await Programme.get(id=referral.programme_id)
        officers = await officers_of(referral, programme)
        await _tell(NotificationKind.REFERRAL_DUE, officers, referral, programme, now)


async def officers_of(referral: Referral, programme: Programme) -> list[UUID]:
    """The active officers who may decide on it, by id."""
    return await _members(
        role=Role.PROGRAMME_OFFICER,
        organization_id=programme.organization_id,
        region_id__in=region_and_above(referral.region_id),
    )


async def desk_of(referral: Referral) -> list[UUID]:
    """Who sent it, and the active members of the desk that answers for it, or, where nobody sits there, of the next
    one above; by id.
    """
    desks = await desks_from(referral.desk_id)
    sender = await _members(member_id=referral.sent_by_id, role__in=DESK)
    return sorted({*sender, *(desks[0] if desks else ())})


async def _members(**which: object) -> list[UUID]:
    found = Membership.filter(member__active=True, **which)
    return sorted(set(await found.values_list("member_id", flat=True)))  # type: ignore[arg-type]


async def _tell(
    kind: NotificationKind, members: Iterable[UUID], referral: Referral, programme: Programme, now: datetime
) -> None:
    """Its number, its programme's name and how it stands; nothing of the patient."""
    words = STATUS_WORDS[ReferralStatus(referral.status)]
    await notify(
        kind,
        members,
        None,
        now=now,
        regency_code=referral.regency_code,
        number=referral.number,
        programme={"id": programme.name_id, "en": programme.name_en},
        said={"id": words.id, "en": words.en},
        referral_id=str(referral.id),
    )
