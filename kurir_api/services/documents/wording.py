"""How documents write kinds of task, periods and amounts in words."""

import re
import unicodedata
from datetime import date

from kurir_api.figures import day
from kurir_api.services.contributions.statement import MoneyFlow, PledgeLine
from kurir_api.services.contributions.totals import Period
from kurir_api.task_kinds import task_kinds

SLUG_LENGTH = 60
SMALL = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")
SCALES = ((10**12, "triliun"), (10**9, "miliar"), (10**6, "juta"), (1000, "ribu"), (100, "ratus"), (10, "puluh"))


def kind_name(code: str, locale: str = "id") -> str:
    """A kind of task in words; of one that is no longer offered, its code."""
    kind = task_kinds().get(code)
    return kind.name.say(locale) if kind else code


def span(period: Period) -> str:
    """ "1 Januari 2026 s.d. 30 Juni 2026"."""
    return f"{day(period.first_day)} s.d. {day(period.last_day)}"


def heading(title: str, period: Period, today: date) -> str:
    """The title, and that it isn't the last word while the period goes on."""
    return title if period.last_day < today else f"{title}: SEMENTARA (sampai {day(today)})"


def reference(line: PledgeLine) -> str:
    """By which a pledge is told from others: its need's task, else the end of its own id."""
    return f"Tugas {line.task_number}" if line.task_number else f"Janji {line.pledge_id.hex[-8:].upper()}"


def reimbursement(money: MoneyFlow) -> list[tuple[str, int]]:
    """How members get back what they spent, line by line: the first two make what the next three do."""
    return [
        ("Belum diganti pada awal periode", money.outstanding_before),
        ("Biaya anggota yang disetujui", money.approved),
        ("Diganti oleh mitra ini", money.reimbursed_by_itself),
        ("Diganti oleh patungan mitra lain", money.reimbursed_by_others),
        ("Belum diganti pada akhir periode", money.outstanding),
        ("Dibayar patungan kami untuk anggota mitra lain", money.paid_for_others),
    ]


def slug(name: str) -> str:
    """A name in a file's name, of ASCII letters, digits and dashes: "Lazis *Serayu* & Co" → "lazis-serayu-co"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall("[a-z0-9]+", plain))[:SLUG_LENGTH].strip("-") or "mitra"


def in_words(amount: int) -> str:
    """An amount as it is written out on Indonesian papers: 1250000 → "satu juta dua ratus lima puluh ribu rupiah"."""
    return f"{'minus ' if amount < 0 else ''}{_spelled(abs(amount))} rupiah"


def _spelled(value: int) -> str:
    if value < len(SMALL):
        return SMALL[value]
    if value < 20:
        return f"{SMALL[value - 10]} belas"
    size, name = next(scale for scale in SCALES if value >= scale[0])
    many, rest = divmod(value, size)
    head = f"se{name}" if many == 1 and size <= 1000 else f"{_spelled(many)} {name}"
    return f"{head} {_spelled(rest)}" if rest else head
