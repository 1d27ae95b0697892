"""The figures as CSV."""

import pytest

from kurir_api.services.statistics.tables import StatisticsTable, as_csv
from tests.services.statistics.figures import NAMES, figures


@pytest.mark.parametrize(
    ("table", "lines"),
    [
        (
            StatisticsTable.MONTHS,
            [
                "Bulan;Laporan;Kasus baru;Penerima manfaat;Tugas selesai;Biaya (Rp)",
                "2026-01;3;2;1250;1251;1250000",
                "2026-02;3;2;20;21;1250000",
            ],
        ),
        (
            StatisticsTable.KINDS,
            [
                "Jenis tugas;Tugas selesai;Penerima manfaat;Menit;Jarak (m);Biaya (Rp);Bantuan barang (Rp)",
                "Antar jemput ambulans;6;5;90;12000;1250000;0",
                "GONE_BY;7;0;0;0;0;0",
            ],
        ),
        (
            StatisticsTable.CATEGORIES,
            [
                "Jenis biaya;Biaya (Rp);Bantuan barang (Rp)",
                "Bahan bakar;1234567;350000",
                "Makan dan minum;-5000;0",
            ],
        ),
        (
            StatisticsTable.PROGRAMMES,
            ["Program;Rujukan;Disetujui;Terlambat", "Rekomendasi KIS PBI;12;7;2", "PKH;30;4;0"],
        ),
        (
            StatisticsTable.WAITING,
            [
                "Kode wilayah;Wilayah;Warga menunggu;Terlama (menit)",
                "33.02.23.2004;Karangnangka;1;90",
                "33.02.23.2005;'=Desa;5;",
            ],
        ),
    ],
)
def test_a_table_has_headings_and_a_line_each_with_whole_numbers(table: StatisticsTable, lines: list[str]) -> None:
    assert as_csv(table, figures(), NAMES) == "\ufeff" + "".join(f"{line}\r\n" for line in lines)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_name_is_run_as_a_formula(start: str) -> None:
    names = NAMES | {"33.02.23.2004": f"{start}1+1"}

    assert f"'{start}1+1" in as_csv(StatisticsTable.WAITING, figures(), names)
