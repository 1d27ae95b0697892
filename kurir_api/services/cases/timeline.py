"""The timeline of a case in words."""

from collections.abc import Mapping

from kurir_api.errors import Words
from kurir_api.models import TransitionLog

SUMMARIES: Mapping[tuple[str, str], Words] = {
    ("report", "receive"): Words("Laporan dicatat", "Report taken down"),
    ("report", "open_case"): Words("Laporan menjadi kasus", "Report became the case"),
    ("report", "link"): Words("Laporan dikaitkan", "Report linked"),
    ("report", "mark_duplicate"): Words("Laporan ditandai duplikat", "Report marked as a duplicate"),
    ("report", "reject"): Words("Laporan ditolak", "Report rejected"),
    ("report", "mark_unreachable"): Words("Pelapor tidak dapat dihubungi", "Reporter could not be reached"),
    ("report", "reopen"): Words("Laporan dibuka lagi", "Report taken up again"),
    ("report", "place"): Words("Tempat laporan ditentukan", "Place of the report set"),
    ("report", "hand_up"): Words("Laporan diserahkan ke atas", "Report handed up"),
    ("report", "refer"): Words("Laporan dirujuk", "Report referred"),
    ("case", "open"): Words("Kasus dibuka", "Case opened"),
    ("case", "admit"): Words("Pasien masuk rumah sakit", "Patient admitted to hospital"),
    ("case", "discharge"): Words("Pasien pulang dari rumah sakit", "Patient discharged from hospital"),
    ("case", "change_phase"): Words("Tahap pendampingan berubah", "Phase of care changed"),
    ("case", "correct_stay"): Words("Tanggal perawatan dikoreksi", "Dates of the stay corrected"),
    ("case", "change_facility"): Words("Fasilitas kesehatan berubah", "Facility changed"),
    ("case", "change_care_class"): Words("Kelas perawatan berubah", "Class of the bed changed"),
    ("case", "hand_up"): Words("Kasus diserahkan ke atas", "Case handed up"),
    ("case", "confirm_insurance"): Words("Jaminan kesehatan aktif", "Health insurance active"),
    ("case", "hold"): Words("Kasus ditunda", "Case put on hold"),
    ("case", "resume"): Words("Kasus dilanjutkan", "Case resumed"),
    ("case", "close"): Words("Kasus ditutup", "Case closed"),
    ("case", "reopen"): Words("Kasus dibuka lagi", "Case opened again"),
    ("task", "draft"): Words("Tugas ditulis", "Task drafted"),
    ("task", "publish"): Words("Tugas ditawarkan kepada relawan", "Task offered to volunteers"),
    ("task", "fill"): Words("Semua tempat tugas terisi", "Every slot of the task taken"),
    ("task", "reopen"): Words("Tugas dicarikan relawan lagi", "Task in need of volunteers again"),
    ("task", "start"): Words("Tugas mulai dikerjakan", "Work on the task began"),
    ("task", "close"): Words(
        "Waktu tugas lewat, dikerjakan relawan yang ada", "Its time is over, done by those who came"
    ),
    ("task", "finish"): Words("Tugas selesai", "Task done"),
    ("task", "verify"): Words("Tugas diperiksa dan diterima", "Task verified"),
    ("task", "dispute"): Words("Keluarga: bantuan belum datang", "The family: nobody came"),
    ("task", "cancel"): Words("Tugas dibatalkan", "Task cancelled"),
    ("task", "expire"): Words("Waktu tugas lewat tanpa relawan", "Its time passed without a volunteer"),
    ("claim", "claim"): Words("Relawan mengambil tugas", "Volunteer claimed the task"),
    ("claim", "offer"): Words("Tugas ditawarkan kepada seorang relawan", "Task offered to one volunteer"),
    ("claim", "accept"): Words("Relawan menerima tugas", "Volunteer accepted the task"),
    ("claim", "decline"): Words("Relawan menolak tugas", "Volunteer declined the task"),
    ("claim", "lapse"): Words("Tawaran tidak dijawab pada waktunya", "Offer not answered in time"),
    ("claim", "start"): Words("Relawan berangkat", "Volunteer set off"),
    ("claim", "complete"): Words("Relawan menyelesaikan tugas", "Volunteer completed the task"),
    ("claim", "release"): Words("Relawan melepas tugas", "Volunteer released the task"),
    ("claim", "revoke"): Words("Tugas ditarik dari relawan", "Task taken back from the volunteer"),
    ("claim", "expire"): Words("Relawan tidak berangkat pada waktunya", "Volunteer did not set off in time"),
    ("claim", "report_no_show"): Words("Relawan tidak datang", "Volunteer did not come"),
    ("claim", "cancel"): Words("Relawan dibebaskan dari tugas", "Volunteer freed from the task"),
    ("claim", "verify"): Words("Pekerjaan relawan diterima", "Volunteer's work verified"),
    ("claim", "dispute"): Words("Pekerjaan relawan disanggah", "Volunteer's work disputed"),
    ("claim", "offer_hand_over"): Words("Penyerahan ditawarkan ke relawan lain", "Hand-over offered to another"),
    ("claim", "decline_hand_over"): Words("Penyerahan tidak diterima", "Hand-over declined"),
    ("claim", "lapse_hand_over"): Words("Penyerahan tidak dijawab pada waktunya", "Hand-over not answered in time"),
    ("claim", "withdraw_hand_over"): Words("Penyerahan ditarik kembali", "Hand-over withdrawn"),
    ("claim", "hand_over"): Words("Relawan menyerahkan tugas ke relawan lain", "Volunteer handed the task over"),
    ("cost", "submit"): Words("Biaya dicatat", "Cost logged"),
    ("cost", "edit"): Words("Biaya diubah", "Cost edited"),
    ("cost", "annotate"): Words("Catatan biaya diubah", "Note of the cost changed"),
    ("cost", "endorse"): Words("Biaya dibenarkan mitra", "Cost endorsed by the partner"),
    ("cost", "return"): Words("Biaya dikembalikan untuk diperbaiki", "Cost sent back to be mended"),
    ("cost", "reject"): Words("Biaya ditolak", "Cost rejected"),
    ("cost", "approve"): Words("Biaya disetujui", "Cost approved"),
    ("cost", "record"): Words("Bantuan natura dicatat", "Gift recorded"),
    ("cost", "pay"): Words("Biaya dibayar", "Cost paid"),
    ("cost", "withdraw"): Words("Biaya ditarik kembali oleh pencatatnya", "Cost withdrawn by its member"),
    ("cost", "void"): Words("Biaya dibatalkan", "Cost voided"),
    ("referral", "send"): Words("Rujukan dikirim", "Referral sent"),
    ("referral", "accept"): Words("Rujukan diterima", "Referral accepted"),
    ("referral", "decline"): Words("Rujukan tidak diterima", "Referral declined"),
    ("referral", "request_info"): Words("Program meminta keterangan", "The programme asked for information"),
    ("referral", "send_again"): Words("Keterangan dilengkapi, rujukan dikirim lagi", "Information given, sent again"),
    ("referral", "process"): Words("Rujukan diproses", "Referral in process"),
    ("referral", "grant"): Words("Rujukan disetujui", "Referral granted"),
    ("referral", "grant_partly"): Words("Rujukan disetujui sebagian", "Referral granted in part"),
    ("referral", "refuse"): Words("Rujukan ditolak", "Referral refused"),
    ("referral", "confirm"): Words("Hasil rujukan dikonfirmasi", "Outcome of the referral confirmed"),
    ("referral", "hand_up"): Words("Rujukan diserahkan ke atas", "Referral handed up"),
    ("referral", "revoke"): Words("Rujukan dibatalkan", "Referral revoked"),
}
"""What happened, by machine and action as logged; a test finds a move without words."""


BY_THE_FAMILY: Mapping[tuple[str, str], Words] = {
    ("task", "verify"): Words("Keluarga: bantuan sudah datang", "The family: the help came"),
}
"""What happened where no member did it."""


def summary(event: TransitionLog, locale: str, reason: str | None) -> str:
    """What happened, in "id" or "en", with the reason, if it may be told."""
    key = (event.machine, event.action)
    words = (BY_THE_FAMILY.get(key) if event.actor_id is None else None) or SUMMARIES.get(key)
    said = words.say(locale) if words else f"{event.machine}: {event.target}"
    return f"{said}: {reason}" if reason else said
