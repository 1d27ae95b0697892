"""Which other reports may be about the same need; only the desk decides whether they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from rapidfuzz.fuzz import token_sort_ratio
from tortoise.connection import get_connection

from kurir_api.auth import Principal
from kurir_api.models import Report
from kurir_api.services.reports.place_words import EVERYDAY
from kurir_api.services.reports.recognising import Gazetteer, gazetteer, words
from kurir_api.services.visibility import visible_reports
from kurir_api.vault import Sealed, vault

WITHIN = timedelta(days=14)
MOST_COMPARED, MOST_SHOWN = 20, 5

SAME_SENDER, SAME_NAME, SAME_VILLAGE, SAME_SUBDISTRICT, SAME_WORDS, SAME_TIME = 0.4, 0.2, 0.15, 0.05, 0.4, 0.1
LIKELY = 0.4
"""What speaks for two reports being of one need, added up, and from where on the desk is shown them. Ours to choose:
the same sender is enough, and so are the same words from the same village; the village alone isn't.
"""

NAMES_ALIKE = 80
"""Of 100, from where on two names may be one, written differently."""

SHORTEST_WORD, FEWEST_WORDS = 4, 2

# Only by columns: nothing is unsealed before. $2-$5: each one's sender, and the number, under the index of either.
COMPARED = """
SELECT r.id AS report_id, near.id AS other_id, near.same_sender
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS asked (id, sender, phone_sender, phone,
                                                                                sender_phone)
JOIN report r ON r.id = asked.id
CROSS JOIN LATERAL (
    SELECT o.id, o.received_at, coalesce(o.sender_index IN (asked.sender, asked.phone_sender), false)
        OR coalesce(o.reporter_phone_index IN (asked.phone, asked.sender_phone), false) AS same_sender
    FROM report o
    WHERE o.regency_code = r.regency_code AND o.id <> r.id AND o.status <> 'DUPLICATE'
      AND o.received_at BETWEEN r.received_at - $6::interval AND r.received_at + $6::interval
      AND (o.sender_index IN (asked.sender, asked.phone_sender)
           OR o.reporter_phone_index IN (asked.phone, asked.sender_phone)
           OR length(r.region_id) > 5 AND left(o.region_id, 8) = left(r.region_id, 8))
    ORDER BY same_sender DESC, o.region_id = r.region_id DESC, abs(extract(epoch FROM o.received_at - r.received_at))
    LIMIT $7
) near
"""


async def possible_duplicates(principal: Principal, reports: Sequence[Report]) -> Mapping[UUID, list[Report]]:
    """For each of the reports, which the caller sees, at most five others that they see, likeliest first. Three
    statements, however many reports.
    """
    pairs = await get_connection("default").execute_query_dict(COMPARED, [*_asked(reports), WITHIN, MOST_COMPARED])
    same: dict[tuple[UUID, UUID], bool] = defaultdict(bool)
    for pair in pairs:
        same[pair["report_id"], pair["other_id"]] |= pair["same_sender"]
    others = {other for _, other in same}
    rows = {report.id: report for report in await visible_reports(principal).filter(id__in=others)}
    likeness = Likeness(await gazetteer())
    own = {report.id: report for report in reports}
    found: dict[UUID, list[tuple[float, Report]]] = defaultdict(list)
    for (report_id, other_id), same_sender in same.items():
        other = rows.get(other_id)
        if other is not None:
            score = likeness.of(own[report_id], other, same_sender=same_sender)
            if score >= LIKELY:
                found[report_id].append((score, other))
    ranked = {key: sorted(some, key=lambda one: (-one[0], one[1].id)) for key, some in found.items()}
    return {report.id: [other for _, other in ranked.get(report.id, [])[:MOST_SHOWN]] for report in reports}


def _asked(reports: Sequence[Report]) -> list[list[str | None] | list[UUID]]:
    """The ids and, for each report and key, the four indexes under which its sender's other reports are found: who
    writes by message may have rung up before.
    """
    keys = range(len(vault().index_keys))

    def under(attribute: Sealed, texts: Sequence[str | None]) -> list[str | None]:
        return [index for text in texts for index in (attribute.indexes(text) if text else [None for _ in keys])]

    phones = [report.reporter_phone for report in reports]
    senders = [report.sender for report in reports]
    return [
        [report.id for report in reports for _ in keys],
        under(Report.sender, senders),
        under(Report.sender, phones),
        under(Report.reporter_phone, phones),
        under(Report.reporter_phone, senders),
    ]


class Likeness:
    """Compares reports; each is unsealed once."""

    def __init__(self, places: Gazetteer) -> None:
        self._places = places
        self._words: dict[UUID, frozenset[str]] = {}
        self._names: dict[UUID, str] = {}

    def of(self, one: Report, other: Report, *, same_sender: bool) -> float:
        """From 0, nothing speaks for it, up."""
        score = SAME_SENDER * same_sender + SAME_WORDS * self._shared_words(one, other)
        score += SAME_NAME * self._alike_names(one, other)
        score += SAME_TIME * (1 - abs(one.received_at - other.received_at) / WITHIN)
        if one.region_id == other.region_id and one.region_id.count(".") == 3:
            return score + SAME_VILLAGE
        return score + SAME_SUBDISTRICT * (one.region_id[:8] == other.region_id[:8])

    def _shared_words(self, one: Report, other: Report) -> float:
        """How much of the shorter text is in the longer; 0 for a single word."""
        first, second = self._telling_words(one), self._telling_words(other)
        shared = len(first & second)
        return shared / min(len(first), len(second)) if shared >= FEWEST_WORDS else 0.0

    def _telling_words(self, report: Report) -> frozenset[str]:
        """Without everyday words and places, which say nothing of who and what."""
        if report.id not in self._words:
            self._words[report.id] = frozenset(
                word
                for word in words(report.text or "")
                if len(word) >= SHORTEST_WORD and word not in EVERYDAY and not self._places.names(word)
            )
        return self._words[report.id]

    def _alike_names(self, one: Report, other: Report) -> float:
        first, second = self._name(one), self._name(other)
        alike = token_sort_ratio(first, second) if first and second else 0.0
        return alike / 100 if alike >= NAMES_ALIKE else 0.0

    def _name(self, report: Report) -> str:
        if report.id not in self._names:
            self._names[report.id] = (report.reporter_name or "").casefold()
        return self._names[report.id]
