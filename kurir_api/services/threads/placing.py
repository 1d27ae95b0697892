"""Which regency a message is for, and where in it help is needed."""

from dataclasses import dataclass
from uuid import UUID

from tortoise.connection import get_connection

from kurir_api.models import Hotline, Region, Role, regency_of
from kurir_api.models.region import REGENCY_CODE_LENGTH
from kurir_api.services.reports.recognising import Gazetteer, gazetteer
from kurir_api.services.threads.receiving import Inbound

# By a regency's first membership; and its first administrator's, where it has one.
OFFICES = """
SELECT left(region_id, $1) AS code, min(id::text) FILTER (WHERE role = $2) AS administered
FROM membership WHERE length(region_id) >= $1 GROUP BY 1 ORDER BY administered, code
"""


class NoOffice(Exception):
    """Nobody has set up an office yet, so nobody could answer."""


@dataclass(frozen=True, slots=True)
class Place:
    """A region's code, and the hotline at which the message arrived, if that is known."""

    region: str
    hotline_id: UUID | None

    @property
    def regency(self) -> str:
        """The code of its regency."""
        return regency_of(self.region)


async def hotline_of(message: Inbound) -> Hotline | None:
    """The hotline at which it arrived; None for one that nobody told us of."""
    return await Hotline.get_or_none(channel=message.via, address=message.address) if message.address else None


async def place_of(message: Inbound, hotline: Hotline | None) -> Place:
    """Of a hotline it is the regency's; without one the only office's, else that in which all places lie that the
    words name, else the one with the oldest administrator. A village or sub-district only where just one is named.
    Raises NoOffice.
    """
    places = await gazetteer()
    regency = hotline.regency_code if hotline else await _regency_of(message, places)
    hotline_id = hotline.id if hotline else None
    for words in (message.place, message.text):
        found = places.candidates(words, regency) if words else []
        if len(found) == 1:
            return Place(found[0].code, hotline_id)
    return Place(regency, hotline_id)


async def whose(channel: str, address: str) -> str | None:
    """The name of the regency that answers there: the hotline's, else the only office's; None where words decide."""
    hotline = await Hotline.get_or_none(channel=channel, address=address)
    codes = [hotline.regency_code] if hotline else await _offices()
    return (await Region.get(code=codes[0])).name if len(codes) == 1 else None


async def _offices() -> list[str]:
    """Their regencies, the one with the oldest administrator first."""
    rows = await get_connection("default").execute_query_dict(OFFICES, [REGENCY_CODE_LENGTH, Role.ADMIN])
    return [row["code"] for row in rows]


async def _regency_of(message: Inbound, places: Gazetteer) -> str:
    offices = await _offices()
    if not offices:
        raise NoOffice
    if len(offices) > 1:
        named = places.candidates(" ".join(filter(None, (message.place, message.text))), None)
        regencies = {regency_of(region.code) for region in named}.intersection(offices)
        if len(regencies) == 1:
            return regencies.pop()
    return offices[0]
