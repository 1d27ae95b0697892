"""Which villages and sub-districts a text names. Never a guess: where several have the name, all are offered."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA
from tortoise.connection import get_connection

from kurir_api.models import Region, RegionLevel, lies_within, regency_of, subdistrict_of
from kurir_api.services.reports.place_words import ALSO_WORDS, MARKERS, NEVER_A_SLIP, NOT_A_HOME, SHORT_FOR

MOST_WORDS, MOST_NAMES = 200, 20
"""Of a text no more are read; who needs help says early where."""

LONGEST_NAME = 3
"""Words of a name, as people part it: "kedung wuluh kidul"."""

SLIPS_FROM = 8
"""Letters from which a name is still known with one wrong, missing, doubled or swapped, but for its first; shorter
ones have too many neighbours among ordinary words."""

FINGERPRINT = "SELECT count(*) AS n, sum(hashtext(code || '=' || name)::bigint) AS names FROM region"


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at words [start, end) of a text, and the places that it may mean. `firm`: not only an ordinary word."""

    start: int
    end: int
    places: tuple[Region, ...]
    firm: bool


class Gazetteer:
    """The places by name, for one state of the table of regions."""

    def __init__(self, regions: Sequence[Region]) -> None:
        self._by_name: dict[str, list[Region]] = defaultdict(list)
        self._regencies: dict[str, str] = {}
        for region in regions:
            if region.level == RegionLevel.REGENCY:
                self._regencies[_key(words(region.name)[1:] or words(region.name))] = region.code
            elif region.level != RegionLevel.PROVINCE:
                self._by_name[_key(words(region.name))].append(region)
        self._longest = max(map(len, self._by_name), default=0)

    def candidates(self, text: str, within: str | None) -> list[Region]:
        """The villages and sub-districts that `text` names, most specific first, then by code. `within`: a regency's
        code, else all.
        """
        read = [SHORT_FOR.get(word, word) for word in words(text)[:MOST_WORDS]]
        regencies = {n: self._regencies[word] for n, word in enumerate(read) if word in self._regencies}
        by_level = {code for n, code in regencies.items() if n and MARKERS.get(read[n - 1]) == RegionLevel.REGENCY}
        if within is not None and by_level and within not in by_level:
            return []  # "Karangsari, kab. Kebumen": whatever is called so here
        mentions = self._mentions(read, within)[:MOST_NAMES]
        found = _that_agree(mentions) or _alone(mentions)
        taken = {n for mention in mentions for n in range(mention.start, mention.end)}
        around = {code for n, code in regencies.items() if n not in taken}
        here = {region for region in found if regency_of(region.code) in around}
        chosen = here or found
        return sorted(chosen, key=lambda region: (-len(region.code), region.code))

    def names(self, word: str) -> bool:
        """Whether there is a place of this name."""
        return word in self._by_name or word in self._regencies

    def _mentions(self, read: Sequence[str], within: str | None) -> list[Mention]:
        """What is named, the longest names first; of one length those without a slip."""
        taken = [not word.isalpha() or word in MARKERS or word in NOT_A_HOME for word in read]
        mentions: list[Mention] = []
        for length in range(LONGEST_NAME, 0, -1):
            for exactly in (True, False):
                for start in range(len(read) - length + 1):
                    end = start + length
                    if any(taken[start:end]):
                        continue
                    name = "".join(read[start:end])
                    names = [name] if exactly else self._slips(name)
                    places = [place for known in names for place in self._by_name.get(known, ())]
                    if places:
                        taken[start:end] = [True] * length
                        mentions.extend(self._mention(read, start, end, places, within))
        return sorted(mentions, key=lambda mention: mention.start)

    def _mention(
        self, read: Sequence[str], start: int, end: int, places: Sequence[Region], within: str | None
    ) -> Iterator[Mention]:
        """The mention, unless the words before it say that it is something else."""
        before = next((word for word in reversed(read[max(0, start - 2) : start]) if not _counts(word)), "")
        if before in NOT_A_HOME or read[max(0, start - 2) : start] == ["rumah", "sakit"]:
            return
        level = MARKERS.get(before)
        names = {_key(words(place.name)) for place in places}
        if level is None and not names.isdisjoint(self._regencies):
            return  # "Kebumen" is the regency, unless they say which
        meant = tuple(
            place
            for place in places
            if level in {None, place.level} and (within is None or lies_within(place.code, within))
        )
        if meant:
            yield Mention(start, end, meant, firm=level is not None or names.isdisjoint(ALSO_WORDS))

    def _slips(self, name: str) -> list[str]:
        """The long names that `name` is, with one slip."""
        if not SLIPS_FROM - 1 <= len(name) <= self._longest + 1 or name in NEVER_A_SLIP:
            return []
        near = {known for part in (name, *_with_one_less(name)) for known in self._shortened.get(part, ())}
        return sorted(known for known in near if known[0] == name[0] and OSA.distance(known, name) <= 1)

    @cached_property
    def _shortened(self) -> Mapping[str, Sequence[str]]:
        """The long names by themselves and by what is left of them without any one letter: two within one slip of
        each other share one of these.
        """
        found: dict[str, list[str]] = defaultdict(list)
        for name in self._by_name:
            if len(name) >= SLIPS_FROM:
                for part in {name, *_with_one_less(name)}:
                    found[part].append(name)
        return found


def _that_agree(mentions: Sequence[Mention]) -> set[Region]:
    """The villages named together with their sub-district; an ordinary word counts only right beside the other."""
    found: set[Region] = set()
    for one in mentions:
        for other in mentions:
            beside = one.end == other.start or other.end == one.start
            if other.places == one.places or not ((one.firm and other.firm) or beside):
                continue
            around = {place.code for place in other.places if place.level == RegionLevel.SUBDISTRICT}
            found |= {place for place in _villages(one.places) if subdistrict_of(place.code) in around}
    return found


def _alone(mentions: Sequence[Mention]) -> set[Region]:
    """All that is named. Where a sub-district and a village in it share a name, the sub-district: it holds both."""
    found: set[Region] = set()
    for mention in mentions:
        if mention.firm:
            codes = {place.code for place in mention.places}
            held = {place for place in _villages(mention.places) if subdistrict_of(place.code) in codes}
            found |= {*mention.places} - held
    return found


def _villages(places: Sequence[Region]) -> Iterator[Region]:
    return (place for place in places if place.level == RegionLevel.VILLAGE)


def words(text: str) -> list[str]:
    """The words in small letters, without accents; digits are words of their own."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return re.findall(r"[a-z]+|[0-9]+", plain)


def _key(words: Sequence[str]) -> str:
    """A name as it is looked up: people write it in one word or several."""
    return "".join(words)


def _counts(word: str) -> bool:
    """Whether it numbers what it follows, as in "Puskesmas II Kembaran"."""
    return word.isdigit() or word in {"i", "ii", "iii"}


def _with_one_less(name: str) -> Iterator[str]:
    return (name[:n] + name[n + 1 :] for n in range(len(name)))


_known: tuple[object, Gazetteer] = (None, Gazetteer([]))


async def gazetteer() -> Gazetteer:
    """The process's, read again when the regions have changed. One statement, else two."""
    global _known  # noqa: PLW0603 - a cache of the process
    state = (await get_connection("default").execute_query_dict(FINGERPRINT))[0]
    if _known[0] != state:
        _known = (state, Gazetteer(await Region.all()))
    return _known[1]


async def candidates(text: str, within: str | None) -> list[Region]:
    """The villages and sub-districts that `text` names, most specific first: of the regency with code `within`, else
    of all. Exactly one may be taken for where it is; of several, somebody has to choose.
    """
    return (await gazetteer()).candidates(text, within)
