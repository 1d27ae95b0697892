"""Mutations as clients meet them: a success that a retry doesn't repeat, a refusal in both languages that writes
nothing.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from tortoise.connection import get_connection

from kurir_api.models import Member
from tests.api import Answer, Api

Both = tuple[Answer, Answer]
"""The same refusal in Indonesian and in English."""

Test = TypeVar("Test", bound=Callable[..., object])

REACHED: dict[str, set[str]] = defaultdict(set)
"""By mutation, the types its tests get as answers."""


def reaches(answer: str, *mutations: str) -> Callable[[Test], Test]:
    """Note that a test gets this type of answer from these mutations; test_unions.py finds what no test gets."""

    def note(test: Test) -> Test:
        for mutation in mutations:
            REACHED[mutation].add(answer)
        return test

    return note


def refusal(typename: str, code: str, *, id: str, en: str, **details: Any) -> Both:
    """What a refusal says, in both languages."""
    shared = {"__typename": typename, "code": code} | details
    return shared | {"message": id}, shared | {"message": en}


NOT_FOUND = refusal("NotFound", "NOT_FOUND", id="Tidak ditemukan.", en="Not found.")
NOT_ALLOWED = refusal(
    "NotAllowed",
    "NOT_ALLOWED",
    id="Peran Anda tidak mengizinkan tindakan ini. Hubungi koordinator.",
    en="Your role does not allow this. Ask a coordinator.",
)
KEY_REUSED = refusal(
    "IdempotencyKeyReused",
    "IDEMPOTENCY_KEY_REUSED",
    id="Kunci idempoten ini sudah dipakai untuk isian lain. Buat kunci baru.",
    en="This idempotency key was used with other input. Make a new key.",
)


def case_already_open(number: str) -> Both:
    """CaseAlreadyOpen, with the open case's number."""
    return refusal(
        "CaseAlreadyOpen",
        "CASE_ALREADY_OPEN",
        id="Pasien ini sudah punya kasus terbuka. Lanjutkan di kasus itu.",
        en="This patient already has an open case. Continue there.",
        case={"number": number},
    )


def invalid_input(*problems: tuple[str, str, str]) -> Both:
    """InvalidInput with these problems: the dotted path, what to do in Indonesian, and in English."""

    def fields(language: int) -> list[Answer]:
        return [{"path": problem[0].split("."), "message": problem[language]} for problem in problems]

    def said(language: int) -> str:
        return "; ".join(f"{problem[0]}: {problem[language].rstrip('.')}" for problem in problems)

    indonesian, english = refusal(
        "InvalidInput",
        "INVALID_INPUT",
        id=f"Perbaiki isian: {said(1)}.",
        en=f"Correct the input: {said(2)}.",
    )
    return indonesian | {"fields": fields(1)}, english | {"fields": fields(2)}


def unknown(path: str) -> Both:
    """InvalidInput for a field that points to nothing the caller knows."""
    return invalid_input((path, "Tidak ditemukan; pilih dari daftar.", "Not found; choose from the list."))


def invalid_transition(current: str, *allowed: str) -> Both:
    """InvalidTransition of something in the state `current` that could be done in the states `allowed`."""
    states = ", ".join(allowed)
    details = {"from": current, "allowed": list(allowed)}
    return refusal(
        "InvalidTransition",
        "INVALID_TRANSITION",
        id=f"Tidak bisa dilakukan saat status {current}; hanya dari {states}.",
        en=f"Not possible while the status is {current}; only from {states}.",
        **details,
    )


def not_eligible(reason: str, *, id: str, en: str) -> Both:
    """NotEligible for one reason, with its words."""
    return refusal(
        "NotEligible",
        "NOT_ELIGIBLE",
        id=f"Anda belum memenuhi syarat tugas ini: {id}.",
        en=f"You can't take this task: {en}.",
        reasons=[reason],
    )


async def refused(api: Api, caller: Member, mutation: str, **values: Any) -> Both:
    """What `mutation(input: values)` answers in Indonesian and in English. Fails when anything was written."""
    before = await everything()
    indonesian, english = [await _in_language(api, caller, language, mutation, values) for language in ("id", "en")]
    await Member.filter(id=caller.id).update(locale=caller.locale)
    assert await everything() == before
    return indonesian, english


async def done(api: Api, caller: Member, mutation: str, select: str, **values: Any) -> Answer:
    """The success of `mutation(input: values)`. Fails when a retry with its key answers otherwise, or writes
    anything.
    """
    keyed = values | {"idempotencyKey": "the first try"}
    answer = await api.do(caller, mutation, select, **keyed)
    assert answer["__typename"].endswith("Success"), answer
    before = await everything()
    assert await api.do(caller, mutation, select, **keyed) == answer
    assert await everything() == before
    return answer


async def everything() -> dict[str, list[str]]:
    """Every row of the database as text, by table, but the idempotency keys, who read what, how often who asked, and
    what phones were sent."""
    connection = get_connection("default")
    tables = await connection.execute_query_dict(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename NOT IN"
        " ('tortoise_migrations', 'idempotency_key', 'access_log', 'access_head', 'rate_count', 'sync',"
        " 'synced') ORDER BY 1"
    )
    selects = [f"SELECT '{row['tablename']}' AS name, t::text AS row FROM {row['tablename']} t" for row in tables]
    found: dict[str, list[str]] = defaultdict(list)
    for row in await connection.execute_query_dict(" UNION ALL ".join(selects) + " ORDER BY 1, 2"):
        found[row["name"]].append(row["row"])
    return found


async def _in_language(api: Api, caller: Member, language: str, mutation: str, values: Answer) -> Answer:
    await Member.filter(id=caller.id).update(locale=language)
    return await api.do(caller, mutation, **values)
