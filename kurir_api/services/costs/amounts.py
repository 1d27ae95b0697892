"""What every cost must say besides the rupiah: of how many, on which day."""

from datetime import date, timedelta

from kurir_api.errors import InvalidInput, Problems
from kurir_api.figures import day, rupiah

LARGEST_QUANTITY = 10_000
OLDEST = timedelta(days=366)


def check_quantity(quantity: int | None, problems: Problems) -> None:
    """Note a problem unless there is none, or 1 to 10,000 of the rate's units."""
    if quantity is not None and not 1 <= quantity <= LARGEST_QUANTITY:
        problems.add(
            "quantity",
            id="Isi banyaknya satuan, misalnya hari: 1 sampai 10.000.",
            en="Give how many units, such as days: 1 to 10,000.",
        )


def check_day(spent_on: date, today: date, taken_on: date, problems: Problems) -> None:
    """Note a problem unless the day has come, at most 366 days ago, and the task was taken by then."""
    if spent_on > today:
        problems.add("spentOn", id="Tanggalnya belum tiba.", en="That day has not come yet.")
    elif spent_on < today - OLDEST:
        problems.add(
            "spentOn",
            id="Paling lama 366 hari yang lalu; untuk yang lebih lama hubungi koordinator.",
            en="At most 366 days back; ask a coordinator about older ones.",
        )
    elif spent_on < taken_on:
        problems.add(
            "spentOn",
            id=f"Tugas ini baru diambil {day(taken_on)}; isi hari itu atau sesudahnya.",
            en=f"The task was taken on {day(taken_on, 'en')} only; give that day or a later one.",
        )


def refuse_another(field: str, seen: int | None, now: int) -> None:
    """Raise InvalidInput naming the field unless `now`, in rupiah, is what whoever decides saw, if they say so."""
    if seen is not None and seen != now:
        raise InvalidInput.of(
            field,
            id=f"Jumlahnya sekarang {rupiah(now)}, bukan {rupiah(seen)}; periksa lagi, lalu putuskan.",
            en=f"It is {rupiah(now, 'en')} now, not {rupiah(seen, 'en')}; look again, then decide.",
        )
