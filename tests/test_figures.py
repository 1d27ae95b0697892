"""Numbers, money, distances and days as they are written."""

from datetime import date

from kurir_api.figures import day, duration, kilometres, number, rupiah


def test_numbers_have_points_for_thousands_and_a_comma_for_tenths() -> None:
    assert [number(value) for value in (0, 999, 1_250, 1_234_567)] == ["0", "999", "1.250", "1.234.567"]
    assert [kilometres(metres) for metres in (0, 40, 12_340, 9_876_543, -1_000)] == [
        "0,0",
        "0,0",
        "12,3",
        "9.876,5",
        "-1,0",
    ]
    assert kilometres(1_234_500, "en") == "1,234.5"


def test_money_is_whole_rupiah_with_the_sign_in_front() -> None:
    assert [rupiah(amount) for amount in (0, 1_250_000, -50_000)] == ["Rp0", "Rp1.250.000", "-Rp50.000"]
    assert rupiah(1_250_000, "en") == "Rp 1,250,000"


def test_a_duration_is_hours_and_minutes() -> None:
    assert [duration(minutes) for minutes in (0, 59, 125, 123_456, -61)] == [
        "0:00",
        "0:59",
        "2:05",
        "2.057:36",
        "-1:01",
    ]


def test_days_are_written_in_full() -> None:
    assert day(date(2026, 5, 1)) == "1 Mei 2026"
    assert day(date(2026, 5, 1), "en") == "1 May 2026"
