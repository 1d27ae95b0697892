"""Which regions to choose from."""

from kurir_api.auth import Principal
from kurir_api.errors import InvalidInput
from kurir_api.models import Region, regency_of
from kurir_api.services.texts import cleaned

MOST = 200
SHORTEST_SEARCH, LONGEST_SEARCH = 2, 100
PROVINCE_CODE_LENGTH = len("33")


async def find_regions(principal: Principal, parent: str | None = None, search: str | None = None) -> list[Region]:
    """At most 200 regions, by code.

    With `parent` (a code) those directly in it; with `search` those with the text in their name, in any case, at
    any depth below `parent` if there is one; with neither the provinces and regencies the caller works in.
    Raises InvalidInput for a search of fewer than 2 or more than 100 characters.
    """
    text = None if search is None else _checked(search)
    if text is not None:
        rows = Region.filter(name__icontains=text)
        if parent is not None:
            rows = rows.filter(code__startswith=f"{parent}.")
    elif parent is not None:
        rows = Region.filter(parent_id=parent)
    else:
        codes = {cut for code in principal.regions() for cut in (code[:PROVINCE_CODE_LENGTH], regency_of(code))}
        rows = Region.filter(code__in=codes)
    return await rows.order_by("code").limit(MOST)


def _checked(search: str) -> str:
    text = cleaned(search) or ""
    if not SHORTEST_SEARCH <= len(text) <= LONGEST_SEARCH:
        raise InvalidInput.of("search", id="Tulis 2 sampai 100 karakter.", en="Write 2 to 100 characters.")
    return text
