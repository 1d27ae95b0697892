"""Refusals: what Kurir says no to, each with a stable code and words a person can act on.

A refusal carries plain JSON values only, so that it can be kept beside an idempotency key and
answered again. `message(locale)` speaks Indonesian ("id", also for unknown locales) or English ("en").
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Words:
    """One sentence in both languages; `{name}` places are filled from the refusal's fields."""

    id: str
    en: str

    def say(self, locale: str, **values: Any) -> str:
        """The sentence in `locale`."""
        return (self.en if locale == "en" else self.id).format(**values)


def asked_locale(accept_language: str) -> str:
    """The language that an Accept-Language header asks for first: English "en", else Indonesian "id"."""
    return "en" if accept_language.lower().startswith("en") else "id"


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One input field that can't be used: its path from `input`, and what to do about it."""

    path: tuple[str, ...]
    words: Words

    def message(self, locale: str) -> str:
        """What to do, in `locale`."""
        return self.words.say(locale)


class ClientError(Exception):
    """Anything the caller can mend. `client_code` is its extensions.code when it ends at top level."""

    client_code: ClassVar[str] = "BAD_USER_INPUT"
    words: ClassVar[Words]

    def message(self, locale: str) -> str:
        """What happened and what to do, in `locale`."""
        return self.words.say(locale)

    def extensions(self) -> dict[str, str | int]:
        """What a GraphQL error says of it beside the message."""
        return {"code": self.client_code}

    def __str__(self) -> str:
        return self.message("en")


class Unauthenticated(ClientError):
    """No token, or one that can't be accepted."""

    client_code = "UNAUTHENTICATED"
    words = Words(
        id="Masuk dahulu: kirim token yang berlaku sebagai `Authorization: Bearer ...`.",
        en="Sign in first: send a valid token as `Authorization: Bearer ...`.",
    )


class UnknownMember(Unauthenticated):
    """A genuine token whose phone number belongs to no active member."""

    words = Words(
        id="Nomor ini belum terdaftar. Minta koordinator mengundang Anda.",
        en="This number is not registered. Ask your coordinator to invite you.",
    )


@dataclass(eq=False)
class TooMany(ClientError):
    """More than one may ask for in so short a time; `retry_after` seconds from now it is possible again."""

    retry_after: int
    client_code = "RATE_LIMITED"
    words = Words(
        id="Terlalu banyak permintaan. Coba lagi dalam {seconds} detik.",
        en="Too many requests. Try again in {seconds} seconds.",
    )

    def message(self, locale: str) -> str:
        """With when it is possible again."""
        return self.words.say(locale, seconds=self.retry_after)

    def extensions(self) -> dict[str, str | int]:
        """With `retryAfter`, in seconds."""
        return {**super().extensions(), "retryAfter": self.retry_after}


class BeginAnew(ClientError):
    """A place in `changes` that isn't the caller's, or that was cleared."""

    words = Words(
        id="`since` tidak berlaku (lagi). Kosongkan data di ponsel, lalu mulai lagi tanpa `since`.",
        en="`since` is not valid (any more). Empty what the phone keeps, and begin anew without `since`.",
    )


class Refusal(ClientError):
    """An expected no. In GraphQL it becomes the union member named like its class."""

    code: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """The refusal's fields as JSON values."""
        return {
            name: str(value) if isinstance(value, UUID) else value
            for name, value in asdict(self).items()  # type: ignore[call-overload]
        }


@dataclass(eq=False)
class NotFound(Refusal):
    """Missing, or not the caller's to know of: both look alike."""

    code = "NOT_FOUND"
    client_code = "BAD_USER_INPUT"
    words = Words(id="Tidak ditemukan.", en="Not found.")


@dataclass(eq=False)
class NotAllowed(Refusal):
    """The caller may see it but not do this to it."""

    code = "NOT_ALLOWED"
    client_code = "FORBIDDEN"
    words = Words(
        id="Peran Anda tidak mengizinkan tindakan ini. Hubungi koordinator.",
        en="Your role does not allow this. Ask a coordinator.",
    )


@dataclass(eq=False)
class LookedUpTooOften(NotAllowed):
    """A member has looked so many people up that the next has to wait until `again`, a day and time in words."""

    again: str
    words = Words(
        id="Terlalu banyak pencarian. Anda bisa mencari lagi setelah {again}.",
        en="Too many look-ups. You can look people up again after {again}.",
    )

    def message(self, locale: str) -> str:
        """With when it is possible again."""
        return self.words.say(locale, again=self.again)


@dataclass(eq=False)
class OfferedEnough(NotAllowed):
    """A holder asks the same member to take a task over once more, or one member after another."""

    words = Words(
        id="Tugas ini sudah Anda tawarkan kepada anggota itu, atau kepada cukup banyak anggota. Minta koordinator.",
        en="You have offered this task to that member before, or to enough members. Ask your coordinator.",
    )


@dataclass(eq=False)
class InvalidInput(Refusal):
    """One or more input fields can't be used. Shape of `problems`: one per field."""

    problems: tuple[FieldProblem, ...]
    code = "INVALID_INPUT"
    words = Words(id="Perbaiki isian: {fields}.", en="Correct the input: {fields}.")

    def message(self, locale: str) -> str:
        """Every field with what to do about it."""
        said = "; ".join(f"{'.'.join(p.path)}: {p.message(locale).rstrip('.')}" for p in self.problems)
        return self.words.say(locale, fields=said)

    @classmethod
    def of(cls, path: str, *, id: str, en: str) -> "InvalidInput":
        """A single field's problem; `path` is dotted from `input`."""
        return cls((FieldProblem(tuple(path.split(".")), Words(id=id, en=en)),))


@dataclass(eq=False)
class InvalidTransition(Refusal):
    """The row's state does not allow the action. `allowed`: the states from which it would be."""

    current: str
    allowed: tuple[str, ...]
    code = "INVALID_TRANSITION"
    words = Words(
        id="Tidak bisa dilakukan saat status {current}; hanya dari {allowed}.",
        en="Not possible while the status is {current}; only from {allowed}.",
    )

    def message(self, locale: str) -> str:
        """The present state and those that would do."""
        return self.words.say(locale, current=self.current, allowed=", ".join(self.allowed) or "-")


@dataclass(eq=False)
class IdempotencyKeyReused(Refusal):
    """The same key came before with other input."""

    code = "IDEMPOTENCY_KEY_REUSED"
    words = Words(
        id="Kunci idempoten ini sudah dipakai untuk isian lain. Buat kunci baru.",
        en="This idempotency key was used with other input. Make a new key.",
    )


@dataclass(eq=False)
class TaskAlreadyClaimed(Refusal):
    """Somebody was faster: every slot is taken."""

    task_id: UUID
    code = "TASK_ALREADY_CLAIMED"
    words = Words(
        id="Tugas ini sudah diambil relawan lain. Terima kasih atas kesediaan Anda.",
        en="This task has been taken by another volunteer. Thank you for being ready.",
    )


@dataclass(eq=False)
class NotEligible(Refusal):
    """The member can't do this task; every reason, as `EligibilityReason` names."""

    reasons: tuple[str, ...]
    code = "NOT_ELIGIBLE"
    words = Words(
        id="Anda belum memenuhi syarat tugas ini: {reasons}.",
        en="You can't take this task: {reasons}.",
    )

    def message(self, locale: str) -> str:
        """The reasons in words."""
        said = ", ".join(REASON_WORDS[reason].say(locale) for reason in self.reasons)
        return self.words.say(locale, reasons=said)


@dataclass(eq=False)
class ScheduleConflict(Refusal):
    """The member already holds a claim whose window overlaps this task's."""

    conflicting_task_id: UUID
    code = "SCHEDULE_CONFLICT"
    words = Words(
        id="Waktunya bertabrakan dengan tugas lain yang Anda pegang.",
        en="Its time overlaps another task you hold.",
    )


@dataclass(eq=False)
class CaseAlreadyOpen(Refusal):
    """The patient has an open case: work goes on there."""

    case_id: UUID
    code = "CASE_ALREADY_OPEN"
    words = Words(
        id="Pasien ini sudah punya kasus terbuka. Lanjutkan di kasus itu.",
        en="This patient already has an open case. Continue there.",
    )


REASON_WORDS: Mapping[str, Words] = {
    "CAPABILITY_MISSING": Words("keahlian yang diperlukan belum tercatat", "a required capability is missing"),
    "CAPABILITY_EXPIRED": Words(
        "masa berlaku keahlian habis sebelum tugas selesai",
        "a required capability expires before the task ends",
    ),
    "OFF_DUTY": Words("sedang tidak bertugas", "off duty"),
    "QUIET_HOURS": Words("sedang jam tenang", "quiet hours"),
    "BUSY": Words("sedang memegang tugas lain pada waktu itu", "busy with another task at that time"),
    "OUT_OF_RANGE": Words("terlalu jauh", "too far away"),
    "NO_LOCATION": Words("lokasi tidak diketahui", "location unknown"),
    "STALE_LOCATION": Words("lokasi terakhir sudah lama", "the last known location is old"),
    "ALERT_BUDGET_SPENT": Words("sudah cukup sering diberi tahu minggu ini", "alerted often enough this week"),
    "ALREADY_DECLINED": Words("sudah menolak tugas ini", "already declined this task"),
    "OUT_OF_REGION": Words("di luar wilayah kerja", "outside the working region"),
    "ALREADY_CLAIMED": Words("sudah memegang tugas ini", "already holds this task"),
}


def refusal_from(name: str, payload: Mapping[str, Any]) -> Refusal:
    """The refusal of the class with that name that `payload()` described: how a stored outcome is answered again."""
    kind = next(kind for kind in _kinds(Refusal) if kind.__name__ == name)
    if kind is InvalidInput:
        problems: Sequence[Mapping[str, Any]] = payload["problems"]
        return InvalidInput(tuple(FieldProblem(tuple(p["path"]), Words(**p["words"])) for p in problems))
    values = {
        name: UUID(value) if name.endswith("_id") else tuple(value) if isinstance(value, list) else value
        for name, value in payload.items()
    }
    return kind(**values)


def _kinds(base: type[Refusal]) -> Iterator[type[Refusal]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


@dataclass
class Problems:
    """Collects field problems, so that one answer names them all."""

    found: list[FieldProblem] = field(default_factory=list)

    def add(self, path: str, *, id: str, en: str) -> None:
        """Note that the field at the dotted `path` can't be used."""
        self.found.append(FieldProblem(tuple(path.split(".")), Words(id=id, en=en)))

    def refuse(self) -> None:
        """Raise InvalidInput with everything found, if anything was."""
        if self.found:
            raise InvalidInput(tuple(self.found))
