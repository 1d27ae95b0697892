"""The words of notifications, in Indonesian and English, without any patient's data.

A kind is one entry of `WORDINGS`: per language a title and a body. Both are segments joined by ` · `; a
segment whose field is unknown is left out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from string import Formatter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_name
from babel.units import format_unit

INDONESIAN = "id"
ENGLISH = "en"
SEPARATOR = " · "


class NotificationKind(StrEnum):
    """What a notification is about. TASK_TAKEN is sent silently: it withdraws the alert."""

    TASK_ALERT = "TASK_ALERT"
    TASK_TAKEN = "TASK_TAKEN"
    OFFER = "OFFER"
    CLAIM_REVOKED = "CLAIM_REVOKED"
    TASK_CANCELLED = "TASK_CANCELLED"
    TASK_VERIFIED = "TASK_VERIFIED"
    NOBODY_FOUND = "NOBODY_FOUND"


class Text(NamedTuple):
    """What a phone shows, in one language."""

    title: str
    body: str


WORDINGS: Mapping[NotificationKind, Mapping[str, Text]] = {
    NotificationKind.TASK_ALERT: {
        INDONESIAN: Text("{urgency}{kind} dibutuhkan · {distance}", "{place} · {time} · No. {number}"),
        ENGLISH: Text("{urgency}{kind} needed · {distance}", "{place} · {time} · No. {number}"),
    },
    NotificationKind.TASK_TAKEN: {
        INDONESIAN: Text("{kind}: sudah ada petugas", "{place} · {time} · No. {number}"),
        ENGLISH: Text("{kind}: taken by others", "{place} · {time} · No. {number}"),
    },
    NotificationKind.OFFER: {
        INDONESIAN: Text(
            "{urgency}Tugas untuk Anda: {kind} · {distance}",
            "Terima atau tolak · {place} · {time} · No. {number}",
        ),
        ENGLISH: Text(
            "{urgency}Assigned to you: {kind} · {distance}",
            "Accept or decline · {place} · {time} · No. {number}",
        ),
    },
    NotificationKind.CLAIM_REVOKED: {
        INDONESIAN: Text(
            "Tugas ditarik kembali: {kind}", "Anda tidak perlu berangkat · {place} · {time} · No. {number}"
        ),
        ENGLISH: Text("Task taken back: {kind}", "You need not go · {place} · {time} · No. {number}"),
    },
    NotificationKind.TASK_CANCELLED: {
        INDONESIAN: Text("Tugas dibatalkan: {kind}", "Anda tidak perlu berangkat · {place} · {time} · No. {number}"),
        ENGLISH: Text("Task cancelled: {kind}", "You need not go · {place} · {time} · No. {number}"),
    },
    NotificationKind.TASK_VERIFIED: {
        INDONESIAN: Text(
            "Tugas diverifikasi: {kind}", "Terima kasih atas bantuan Anda · {place} · {time} · No. {number}"
        ),
        ENGLISH: Text("Task verified: {kind}", "Thank you for your help · {place} · {time} · No. {number}"),
    },
    NotificationKind.NOBODY_FOUND: {
        INDONESIAN: Text(
            "{urgency}Belum ada yang mengambil: {kind}",
            "{place} · {time} · No. {number} · sudah dihubungi: {alerted}",
        ),
        ENGLISH: Text(
            "{urgency}Nobody has taken: {kind}", "{place} · {time} · No. {number} · alerted so far: {alerted}"
        ),
    },
}


@dataclass(frozen=True, slots=True)
class Language:
    """How a language writes an urgency before a title, and a moment (a pattern of CLDR, without the zone)."""

    urgencies: Mapping[str, str]
    moment: str


LANGUAGES: Mapping[str, Language] = {
    INDONESIAN: Language({"EMERGENCY": "DARURAT: ", "URGENT": "Segera: "}, "EEE d MMM HH.mm"),
    ENGLISH: Language({"EMERGENCY": "EMERGENCY: ", "URGENT": "Urgent: "}, "EEE d MMM HH:mm"),
}


def render(kind: str, locale: str, data: Mapping[str, Any]) -> Text:
    """The title and body of a notification, in the language of `locale` ("en", "en-GB", "id_ID"), else in
    Indonesian.

    Of `data` nothing is read but: `kind_name` ({"id": ..., "en": ...}) and `number`, which every kind needs;
    `village`, `subdistrict`, `distance_m` (metres), `starts_at` (ISO 8601 with offset) with `time_zone`
    (IANA), `urgency` and `alerted` (people), each of which may be missing or None. ValueError for an unknown
    kind or a time without offset, KeyError for a missing field.
    """
    language = locale.replace("_", "-").partition("-")[0].lower()
    if language not in LANGUAGES:
        language = INDONESIAN
    wording = WORDINGS[NotificationKind(kind)][language]
    fields = {name: write(data, language) for name, write in FIELDS.items()}
    return Text(_fill(wording.title, fields), _fill(wording.body, fields))


def _fill(wording: str, fields: Mapping[str, str | None]) -> str:
    """Formats the segments whose fields are all known."""
    known = (
        segment.format_map(fields)
        for segment in wording.split(SEPARATOR)
        if all(fields[name] is not None for _, name, _, _ in Formatter().parse(segment) if name)
    )
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
    if not data.get("starts_at"):
        return None
    moment = datetime.fromisoformat(data["starts_at"])
    if moment.tzinfo is None:
        raise ValueError(f"starts_at needs an offset from UTC: {data['starts_at']}")
    zone = ZoneInfo(data["time_zone"])
    day_and_hour = format_datetime(moment, LANGUAGES[language].moment, tzinfo=zone, locale=language)
    # Only Indonesian knows the short names WIB, WITA and WIT; readers of English here know them too.
    return f"{day_and_hour} {get_timezone_name(moment.astimezone(zone), 'short', locale=INDONESIAN)}"


def _alerted(data: Mapping[str, Any], _language: str) -> str | None:
    return None if data.get("alerted") is None else str(data["alerted"])


# The only fields a text can hold, and the only way into one.
FIELDS: Mapping[str, Callable[[Mapping[str, Any], str], str | None]] = {
    "kind": _kind,
    "number": _number,
    "urgency": _urgency,
    "place": _place,
    "distance": _distance,
    "time": _time,
    "alerted": _alerted,
}
