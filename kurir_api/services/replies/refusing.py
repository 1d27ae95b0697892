"""Why what a text message asks for isn't done, in words that say what to send instead."""

from collections.abc import Mapping

from kurir_api.errors import InvalidInput, InvalidTransition, NotEligible, NotFound, Refusal, Words
from kurir_api.models import ClaimStatus
from kurir_api.services.replies.reading import Verb

Said = Mapping[str, str]
"""By language, "id" and "en"."""

YOURS = Words(
    id="Tugas ini sudah milik Anda. Balas MULAI {number} bila berangkat, LEPAS {number} bila batal",
    en="You have this task already. Reply MULAI {number} when you set off, LEPAS {number} if you can't",
)
YOURS_TO_GIVE_BACK = Words(
    id="Tugas ini milik Anda. Balas LEPAS {number} untuk melepasnya",
    en="You hold this task. Reply LEPAS {number} to give it back",
)
UNDER_WAY = Words(
    id="Anda sedang mengerjakannya. Balas SELESAI {number} bila selesai. Ada halangan: hubungi koordinator",
    en="You are at work on it. Reply SELESAI {number} when done. In trouble: call your coordinator",
)
ONLY_OFFERED = Words(
    id="Tugas ini baru ditawarkan. Balas AMBIL {number} untuk mengambilnya, TIDAK {number} bila tidak bisa",
    en="It is only offered yet. Reply AMBIL {number} to take it, TIDAK {number} if you can't",
)
DONE = Words(id="Sudah Anda selesaikan. Terima kasih", en="You have done it already. Thank you")
NOT_YOURS = Words(
    id="Anda tidak memegang tugas ini. Periksa nomornya. Untuk mengambilnya balas AMBIL {number}",
    en="You don't hold this task. Check the number. To take it reply AMBIL {number}",
)
NOT_ASKED = Words(
    id="Anda tidak dihubungi untuk tugas ini. Periksa nomornya",
    en="You were not asked for this task. Check the number",
)
NO_SUCH_TASK = Words(
    id="Nomor ini tidak ada di wilayah Anda. Periksa nomornya", en="No such number in your region. Check the number"
)
TOO_LATE = Words(
    id="Pesan Anda terlambat sampai, jadi tidak dijalankan. Kirim lagi bila masih berlaku",
    en="Your message came too late and was not acted on. Send it again if it still holds",
)
ANSWERED = Words(id="Jawaban Anda sudah tercatat", en="Your answer is known already")
CHANGED = Words(
    id="Keadaannya sudah berubah. Hubungi koordinator", en="Things have changed meanwhile. Call your coordinator"
)
OVER: Mapping[str, Words] = {
    "CANCELLED": Words(id="Tugas ini dibatalkan. Tidak perlu berangkat", en="It was cancelled. You need not go"),
    "EXPIRED": Words(id="Waktunya sudah lewat. Tidak perlu berangkat", en="Its time has passed. You need not go"),
} | dict.fromkeys(
    ("DONE", "VERIFIED"),
    Words(id="Tugas ini sudah selesai. Tidak perlu berangkat", en="It is done already. You need not go"),
)

FINISHED = (ClaimStatus.COMPLETED, ClaimStatus.VERIFIED, ClaimStatus.DISPUTED)
INSTEAD: Mapping[Verb, Mapping[ClaimStatus | None, Words]] = {
    Verb.TAKE: {ClaimStatus.HELD: YOURS},
    Verb.DECLINE: {ClaimStatus.HELD: YOURS_TO_GIVE_BACK},
    Verb.START: {ClaimStatus.OFFERED: ONLY_OFFERED},
    Verb.RELEASE: {},
    Verb.COMPLETE: {ClaimStatus.OFFERED: ONLY_OFFERED},
}
"""What to send instead of a verb, by the state of the member's claim."""

ON_A_CLAIM = (Verb.START, Verb.RELEASE, Verb.COMPLETE)


def instead(verb: Verb, status: ClaimStatus | None) -> Words | None:
    """What to say to who sends that, holding a claim in that state; None: do it."""
    if status in FINISHED:
        return DONE
    if status is ClaimStatus.IN_PROGRESS and verb is not Verb.COMPLETE:
        return UNDER_WAY
    if verb in ON_A_CLAIM and status not in {ClaimStatus.OFFERED, ClaimStatus.HELD, ClaimStatus.IN_PROGRESS}:
        return NOT_YOURS
    return INSTEAD[verb].get(status)


def said(words: Words, number: int) -> Said:
    """The words in both languages, about the task of that number."""
    return {locale: words.say(locale, number=number) for locale in ("id", "en")}


def said_by(refusal: Refusal, verb: Verb, number: int) -> Said:
    """What a use case's refusal means to who can only send another text: nothing of states or fields."""
    match refusal:
        case NotFound():
            return said(NOT_ASKED if verb is Verb.DECLINE else NO_SUCH_TASK, number)
        case InvalidTransition() if verb is Verb.DECLINE:
            return said(ANSWERED, number)
        case InvalidTransition():
            return said(OVER.get(refusal.current, CHANGED), number)
        case InvalidInput():
            return said(refusal.problems[0].words, number)
        case NotEligible():
            refusal = NotEligible(refusal.reasons[:1])  # as many as one SMS has room for
    return {locale: refusal.message(locale) for locale in ("id", "en")}
