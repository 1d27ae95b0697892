"""The words around the names of places, as people here write them in messages. Ours, from reading how people write;
nobody keeps such a list.
"""

from collections.abc import Mapping

from kurir_api.models import RegionLevel


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MARKERS: Mapping[str, RegionLevel] = {
    **dict.fromkeys(("desa", "ds", "kel", "kelurahan"), RegionLevel.VILLAGE),
    **dict.fromkeys(("kec", "kecamatan"), RegionLevel.SUBDISTRICT),
    **dict.fromkeys(("kab", "kabupaten"), RegionLevel.REGENCY),
}
"""What says of which level the next name is."""

SHORT_FOR: Mapping[str, str] = {
    **dict.fromkeys(("kr", "krg"), "karang"),
    "kdg": "kedung",
    "gn": "gunung",
    "pwt": "purwokerto",
    "kln": "kulon",
    "wtn": "wetan",
    "kdl": "kidul",
}

NOT_A_HOME = _words(
    "jalan jl jln gang gg dusun dsn dukuh grumbul perum perumahan pasar stasiun terminal jembatan pabrik masjid"
    " mushola mushala musala rs rsu rsud rsi puskesmas pkm klinik sd sdn smp smpn sma sman smk mi mts"
    " pak bapak bp bpk bu ibu mbah mas mbak mba kakek nenek nek kek om paman bibi sdr sdri an nama bernama"
)
"""Before a name, these say that it is a street's, a hamlet's, a building's or a person's."""

ALSO_WORDS = _words(
    "ayah babakan bandung bangsa bendungan bocor candi cangkring datar gancang jambu jemur kaleng kebocoran kedawung"
    " kediri kedondong kemawi kembaran kemiri kramat kretek lesmana meles pandak pasir pencil penimbun pesantren"
    " pesawahan petir rahayu rowo samudra sawangan selang seling serut soka sumbang suro tambak tanjung teluk tugu"
    " waluyo"
)
"""Places that are also ordinary words, people or cities far away, as in "ayah saya", "selang oksigen": only meant
where the level is said, or right beside the village or sub-district that goes with it.
"""

NEVER_A_SLIP = _words("kebanggaan persawahan ketulusan penyusupan jatinegara lembaran")
"""Words one letter away from a place."""

EVERYDAY = _words(
    "tolong mohon bantu bantuan bantuannya minta butuh membutuhkan perlu untuk yang dari dengan saya kami kita dia"
    " bapak ibunya bapaknya anak anaknya saudara tetangga keluarga warga orang pasien rumah ada adalah tidak belum"
    " sudah akan bisa mau masih lagi juga karena supaya agar sekarang segera hari kemarin besok terima kasih salam"
    " selamat pagi siang sore malam assalamualaikum wassalam admin petugas kabupaten kecamatan kelurahan desa dusun"
    " alamat nomor dekat depan belakang sakit sekali sangat begitu seperti atau tapi tetapi kalau"
)
"""Words of nearly every message, which tell no two apart."""
