"""Whether an office that was restored can be worked with: its keys, its books, its access log."""

from cryptography.exceptions import InvalidTag

from kurir_api.database import connected
from kurir_api.models import Member
from kurir_api.services.accesses.verify import verify
from kurir_api.services.contributions.books import faults_of_books
from kurir_api.settings import Settings
from kurir_api.vault import MissingKey, open_vault

WRONG_KEYS = (
    "KURIR_ENCRYPTION_KEY, KURIR_INDEX_KEY: they aren't those of what was restored; set them to those of the office "
    "whose backup this is"
)


async def examined(settings: Settings, url: str) -> list[str]:
    """What is not well with the database at `url`, a line each. Without the right keys nothing else can be told."""
    open_vault(settings)
    async with connected(url, minsize=1, maxsize=1):
        if not await _keys_fit():
            return [WRONG_KEYS]
        logs = [f"{log.regency}: {fault}" for log in await verify() for fault in log.faults]
        return [*await faults_of_books(None), *logs]


async def _keys_fit() -> bool:
    """Whether the settings' keys are those with which the members were written down."""
    member = await Member.all().order_by("-id").first()
    if member is None:
        return True
    try:
        phone = member.phone
    except (InvalidTag, MissingKey):
        return False
    return phone is None or member.phone_index in Member.phone.indexes(phone)
