"""The words of notifications, in Indonesian and English, without any patient's data.

What they say is in `wordings.py`, in segments; here their fields are filled in. A segment whose field is unknown is
left out. A text message is the same segments, as sentences of one line.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_name
from babel.units import format_unit

from kurir_api.dispatch.wordings import (
    ENGLISH,
    IN_TEXT_MESSAGES,
    INDONESIAN,
    SEPARATOR,
    WORDINGS,
    NotificationKind,
    Text,
)
from kurir_api.figures import rupiah

__all__ = [
    "ENGLISH",
    "FIELDS",
    "INDONESIAN",
    "WORDINGS",
    "NotificationKind",
    "Text",
    "render",
    "render_line",
    "written",
]

NAME = "Kurir"
ONE_SMS = 160
"""Characters of the GSM alphabet (3GPP TS 23.038)."""

SHORTER: Sequence[frozenset[str]] = (
    frozenset(),
    frozenset({"subdistrict"}),
    frozenset({"village", "subdistrict"}),
)
"""What a text message leaves out until it fits."""

PLAIN = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2019": "'", "\n": " "})


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes an urgency before a title, a moment (a pattern of CLDR, without the zone), and one cost
    and several.
    """

    urgencies: Mapping[str, str]
    moment: str
    costs: tuple[str, str]


LANGUAGES: Mapping[str, Language] = {
    INDONESIAN: Language({"EMERGENCY": "DARURAT: ", "URGENT": "Segera: "}, "EEE d MMM HH.mm", ("biaya", "biaya")),
    ENGLISH: Language({"EMERGENCY": "EMERGENCY: ", "URGENT": "Urgent: "}, "EEE d MMM HH:mm", ("cost", "costs")),
}


def render(kind: str, locale: str, data: Mapping[str, Any]) -> Text:
    """The title and body of a notification, in the language of `locale` ("en", "en-GB", "id_ID"), else in
    Indonesian.

    Of `data` nothing is read but: `kind_name` ({"id": ..., "en": ...}) and `number`, which every kind that names
    them needs; `village`, `subdistrict`, `distance_m` (metres), `starts_at` and `deadline` (ISO 8601 with offset)
    with `time_zone` (IANA), `urgency`, `alerted` (people), `said` (a refusal's words, {"id": ..., "en": ...}),
    `rupiah`, `costs` (how many), `partner` (a name), `programme` (its name, {"id": ..., "en": ...}), `month` (its
    first day, ISO 8601), `link` and `code`, each of which may be missing or None. ValueError for an
    unknown kind or a time without offset, KeyError for a missing field.
    """
    return _render(WORDINGS[NotificationKind(kind)], locale, data)


def render_line(kind: str, locale: str, data: Mapping[str, Any]) -> str:
    """`render` as the one line of a text message, with Kurir's name before it.

    Where a long place would make it more than one SMS it goes without the sub-district, then without the village: the
    number tells which task it is. Without what would double an SMS's price: a single character outside the GSM
    alphabet, such as the separator or a no-break space, leaves 70 characters of the 160 (3GPP TS 23.038).
    """
    line = ""
    for left_out in SHORTER:
        known = {name: value for name, value in data.items() if name not in left_out}
        line = _line(NotificationKind(kind), locale, known)
        if len(line) <= ONE_SMS:
            break
    return line


def _line(kind: NotificationKind, locale: str, data: Mapping[str, Any]) -> str:
    text = _render(IN_TEXT_MESSAGES.get(kind, WORDINGS[kind]), locale, data)
    sentences = [segment for part in text for segment in part.split(SEPARATOR) if segment]
    return f"{NAME}: {'. '.join(sentences)}".translate(PLAIN)


def _render(wordings: Mapping[str, Text], locale: str, data: Mapping[str, Any]) -> Text:
    language = locale.replace("_", "-").partition("-")[0].lower()
    if language not in LANGUAGES:
        language = INDONESIAN
    wording = wordings[language]
    return Text(_fill(wording.title, data, language), _fill(wording.body, data, language))


def _fill(wording: str, data: Mapping[str, Any], language: str) -> str:
    """Formats the segments whose fields are all known."""
    known = []
    for segment in wording.split(SEPARATOR):
        fields = {name: FIELDS[name](data, language) for _, name, _, _ in Formatter().parse(segment) if name}
        if None not in fields.values():
            known.append(segment.format_map(fields))
    return SEPARATOR.join(known)


def _kind(data: Mapping[str, Any], language: str) -> str:
    return str(data["kind_name"][language])


def _number(data: Mapping[str, Any], _language: str) -> str:
    return str(data["number"])


def _urgency(data: Mapping[str, Any], language: str) -> str:
    return LANGUAGES[language].urgencies.get(data.get("urgency") or "", "")


def _place(data: Mapping[str, Any], _language: str) -> str | None:
    return ", ".join(name for name in (data.get("village"), data.get("subdistrict")) if name) or None


def _distance(data: Mapping[str, Any], language: str) -> str | None:
    """Below a kilometre in metres, to the nearest ten; from there in kilometres with one decimal."""
    metres = data.get("distance_m")
    if metres is None:
        return None
    tens = int(metres / 10 + 0.5) * 10
    if tens < 1000:
        return format_unit(tens, "length-meter", "short", locale=language)
    return format_unit(metres / 1000, "length-kilometer", "short", format="#,##0.0", locale=language)


def _time(data: Mapping[str, Any], language: str) -> str | None:
    return _moment("starts_at", data, language)


def _deadline(data: Mapping[str, Any], language: str) -> str | None:
    return _moment("deadline", data, language)


def _moment(name: str, data: Mapping[str, Any], language: str) -> str | None:
    if not data.get(name):
        return None
    moment = datetime.fromisoformat(data[name])
    if moment.tzinfo is None:
        raise ValueError(f"{name} needs an offset from UTC: {data[name]}")
    return written(moment, ZoneInfo(data["time_zone"]), language)


def written(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """The moment by the clock of the zone, such as "Min 22 Nov 07.00 WIB"."""
    day_and_hour = format_datetime(moment, LANGUAGES[language].moment, tzinfo=zone, locale=language)
    # Only Indonesian knows the short names WIB, WITA and WIT; readers of English here know them too.
    return f"{day_and_hour} {get_timezone_name(moment.astimezone(zone), 'short', locale=INDONESIAN)}"


def _alerted(data: Mapping[str, Any], _language: str) -> str | None:
    return None if data.get("alerted") is None else str(data["alerted"])


def _said(data: Mapping[str, Any], language: str) -> str | None:
    return str(data["said"][language]) if data.get("said") else None


def _rupiah(data: Mapping[str, Any], language: str) -> str | None:
    return None if data.get("rupiah") is None else rupiah(data["rupiah"], language)


def _costs(data: Mapping[str, Any], language: str) -> str | None:
    count = data.get("costs")
    one, several = LANGUAGES[language].costs
    return None if count is None else f"{count} {one if count == 1 else several}"


def _month(data: Mapping[str, Any], language: str) -> str | None:
    month = data.get("month")
    return None if month is None else format_date(date.fromisoformat(month), "MMMM y", locale=language)


def _programme(data: Mapping[str, Any], language: str) -> str | None:
    return str(data["programme"][language]) if data.get("programme") else None


def _partner(data: Mapping[str, Any], _language: str) -> str | None:
    return data.get("partner")


def _link(data: Mapping[str, Any], _language: str) -> str | None:
    return data.get("link")


def _code(data: Mapping[str, Any], _language: str) -> str:
    return str(data["code"])


# The only fields a text can hold, and the only way into one.
FIELDS: Mapping[str, Callable[[Mapping[str, Any], str], str | None]] = {
    "kind": _kind,
    "number": _number,
    "urgency": _urgency,
    "place": _place,
    "distance": _distance,
    "time": _time,
    "deadline": _deadline,
    "alerted": _alerted,
    "said": _said,
    "rupiah": _rupiah,
    "costs": _costs,
    "partner": _partner,
    "month": _month,
    "programme": _programme,
    "link": _link,
    "code": _code,
}
