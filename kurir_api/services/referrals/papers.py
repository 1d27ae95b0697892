"""The documents that a programme asks for, and which of them somebody has seen."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from kurir_api.errors import Problems
from kurir_api.models import Programme, Referral, ReferralDocument, new_id


def check_codes(problems: Problems, codes: Mapping[str, str], programme: Programme) -> None:
    """Note the codes, each by its path in the input, that the programme doesn't ask for."""
    known = [document["code"] for document in programme.documents]
    for path, code in codes.items():
        if code not in known:
            problems.add(
                path,
                id=f"Pilih salah satu: {', '.join(known) or '-'}.",
                en=f"Choose one of: {', '.join(known) or '-'}.",
            )


async def see_papers(referral: Referral, codes: Collection[str], member_id: UUID, now: datetime) -> None:
    """Note that the member has seen these documents; what was seen before stays as it is. One statement."""
    await ReferralDocument.bulk_create(
        [
            ReferralDocument(id=new_id(), referral_id=referral.id, code=code, seen_by_id=member_id, seen_at=now)
            for code in dict.fromkeys(codes)
        ],
        ignore_conflicts=True,
    )
