"""A member's year on one page (PDF), in the member's language."""

from datetime import UTC, datetime
from typing import Any

from babel.dates import get_month_names

from kurir_api.auth import Principal
from kurir_api.errors import Words
from kurir_api.figures import duration, kilometres, number, rupiah
from kurir_api.models import Member
from kurir_api.services.documents.typesetting import typeset
from kurir_api.services.documents.wording import kind_name
from kurir_api.services.documents.year import Year, year_of

TEXT = {
    "title": Words("Tahun saya {year}", "My year {year}"),
    "tasks": Words("tugas selesai", "tasks completed"),
    "hours": Words("jam:menit bertugas", "hours:minutes on tasks"),
    "km": Words("kilometer", "kilometres"),
    "people": Words("orang terbantu", "people helped"),
    "kinds": Words("Menurut jenis tugas", "By kind of task"),
    "kind": Words("Jenis tugas", "Kind of task"),
    "kind_tasks": Words("Tugas", "Tasks"),
    "kind_hours": Words("Jam:menit", "Hours:minutes"),
    "months": Words("Tugas bulan demi bulan", "Tasks month by month"),
    "money": Words("Biaya", "Costs"),
    "none": Words(
        "Belum ada tugas yang tercatat dalam tahun ini.",
        "No tasks are recorded for this year yet.",
    ),
    "thanks": Words(
        "Terima kasih, {name}. Setiap tugas berarti bagi seseorang yang sakit dan keluarganya.",
        "Thank you, {name}. Every task means a lot to somebody who is ill, and to their family.",
    ),
    "quiet_thanks": Words(
        "Terima kasih, {name}, atas kesediaan Anda menjadi bagian dari jejaring ini.",
        "Thank you, {name}, for being part of this network.",
    ),
    "footer": Words(
        "Tanpa nama siapa pun yang dibantu. Dihitung menurut hari pembukuan.",
        "Without the name of anybody who was helped. Counted by the day of booking.",
    ),
}
MONEY = {
    "advanced": Words("Dibayar lebih dahulu", "Advanced"),
    "approved": Words("Disetujui", "Approved"),
    "paid": Words("Sudah diganti", "Paid back"),
    "given": Words("Diberikan (natura)", "Given in kind"),
}


async def year_page(principal: Principal, year: int) -> bytes:
    """The caller's own year as a PDF."""
    member = await Member.get(id=principal.member_id)
    figures = await year_of(principal, year)
    return await typeset("year_page", _data(figures, member), datetime(year, 1, 1, tzinfo=UTC))


def _data(year: Year, member: Member) -> dict[str, Any]:
    locale, totals = member.locale, year.totals
    money = {"advanced": year.advanced, "approved": totals.cost, "paid": year.paid, "given": totals.in_kind}
    most = max(year.by_month)
    names = get_month_names("abbreviated", locale=locale)
    return {
        "locale": locale,
        "name": member.name,
        "text": {name: words.say(locale, year=year.year, name=member.name) for name, words in TEXT.items()},
        "tiles": [
            [number(totals.tasks, locale), "tasks"],
            [duration(totals.minutes, locale), "hours"],
            [kilometres(totals.distance_m, locale), "km"],
            [number(totals.beneficiaries, locale), "people"],
        ],
        "kinds": [
            [kind_name(one.code, locale), number(one.tasks, locale), duration(one.minutes, locale)]
            for one in year.by_kind
        ],
        "months": [
            [names[month], number(tasks, locale), max(tasks, 0) / most if most > 0 else 0]
            for month, tasks in enumerate(year.by_month, start=1)
        ],
        "money": [[words.say(locale), rupiah(money[name], locale)] for name, words in MONEY.items()],
        "any": totals.tasks > 0,
    }
