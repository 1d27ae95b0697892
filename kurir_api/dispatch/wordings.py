"""What notifications say: per kind and language a title and a body, and what text messages say instead.

Both are segments joined by ` · `, with places for the fields of `texts.py`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

INDONESIAN = "id"
ENGLISH = "en"
SEPARATOR = " · "


class NotificationKind(StrEnum):
    """What a notification is about. TASK_TAKEN is sent silently: it withdraws the alert. From NOBODY_LEFT to
    DID_NOT_COME they are alarms, from REPORT_WAITING to INSURANCE_DUE escalations, named as their reasons and kinds,
    but REFERRAL_UNANSWERED is a REFERRAL_LATE where the desk itself has to answer;
    HANDED_UP tells a desk that one below gave it something. The COST ones tell members what became of their costs,
    the REFERRAL ones a programme's officers and the desk what the other did. The REPLY ones answer a member's text
    message by another. THREAD_MESSAGE is what the desk wrote to a reporter, of which
    MESSAGE_FAILED tells that it didn't leave; REPORT_RECEIVED is the first answer to one. The FAMILY ones go to a
    patient's family, but FAMILY_DISPUTED to the volunteers of whom it speaks. CONSENT_WITHDRAWN tells holders and
    the desk that nobody may read a patient's data any more. SIGN_IN_CODE is a text only, for who wants to sign in.
    """

    TASK_ALERT = "TASK_ALERT"
    TASK_TAKEN = "TASK_TAKEN"
    OFFER = "OFFER"
    CLAIM_REVOKED = "CLAIM_REVOKED"
    TASK_CANCELLED = "TASK_CANCELLED"
    TASK_VERIFIED = "TASK_VERIFIED"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    CLAIM_REMINDER = "CLAIM_REMINDER"
    CLAIM_EXPIRED = "CLAIM_EXPIRED"
    HANDED_OVER = "HANDED_OVER"
    NOT_HANDED_OVER = "NOT_HANDED_OVER"
    NOBODY_LEFT = "NOBODY_LEFT"
    UNCLAIMED = "UNCLAIMED"
    WINDOW_PASSED = "WINDOW_PASSED"
    NOT_STARTED = "NOT_STARTED"
    NOT_VERIFIED = "NOT_VERIFIED"
    DID_NOT_COME = "DID_NOT_COME"
    DRILL = "DRILL"
    COST_ENDORSED = "COST_ENDORSED"
    COST_APPROVED = "COST_APPROVED"
    COST_RECORDED = "COST_RECORDED"
    COST_RETURNED = "COST_RETURNED"
    COST_REJECTED = "COST_REJECTED"
    COST_PAID = "COST_PAID"
    COST_VOIDED = "COST_VOIDED"
    CONTRIBUTION_DISPUTED = "CONTRIBUTION_DISPUTED"
    DISPUTE_SETTLED = "DISPUTE_SETTLED"
    PLEDGE_MADE = "PLEDGE_MADE"
    MONTH_CLOSED = "MONTH_CLOSED"
    REPORT_WAITING = "REPORT_WAITING"
    REFERRAL_LATE = "REFERRAL_LATE"
    REFERRAL_UNANSWERED = "REFERRAL_UNANSWERED"
    INSURANCE_DUE = "INSURANCE_DUE"
    HANDED_UP = "HANDED_UP"
    REFERRAL_SENT = "REFERRAL_SENT"
    REFERRAL_REVOKED = "REFERRAL_REVOKED"
    REFERRAL_INFO_REQUESTED = "REFERRAL_INFO_REQUESTED"
    REFERRAL_DECIDED = "REFERRAL_DECIDED"
    REFERRAL_DUE = "REFERRAL_DUE"
    REPLY_TAKEN = "REPLY_TAKEN"
    REPLY_STARTED = "REPLY_STARTED"
    REPLY_RELEASED = "REPLY_RELEASED"
    REPLY_COMPLETED = "REPLY_COMPLETED"
    REPLY_EARLY = "REPLY_EARLY"
    REPLY_DECLINED = "REPLY_DECLINED"
    REPLY_REFUSED = "REPLY_REFUSED"
    REPLY_HELP = "REPLY_HELP"
    THREAD_MESSAGE = "THREAD_MESSAGE"
    MESSAGE_CAME = "MESSAGE_CAME"
    MESSAGE_FAILED = "MESSAGE_FAILED"
    REPORT_RECEIVED = "REPORT_RECEIVED"
    FAMILY_COMING = "FAMILY_COMING"
    FAMILY_ASKED = "FAMILY_ASKED"
    FAMILY_THANKED = "FAMILY_THANKED"
    FAMILY_HEARD = "FAMILY_HEARD"
    FAMILY_REFUSED = "FAMILY_REFUSED"
    FAMILY_UNKNOWN = "FAMILY_UNKNOWN"
    FAMILY_LINK = "FAMILY_LINK"
    FAMILY_DISPUTED = "FAMILY_DISPUTED"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    SIGN_IN_CODE = "SIGN_IN_CODE"


class Text(NamedTuple):
    """What a phone shows, in one language."""

    title: str
    body: str


WORDINGS: Mapping[NotificationKind, Mapping[str, Text]] = {
    NotificationKind.SIGN_IN_CODE: {
        INDONESIAN: Text("kode masuk {code}", "Berlaku 10 menit · Jangan beri tahu siapa pun, termasuk kantor"),
        ENGLISH: Text("sign-in code {code}", "Good for 10 minutes · Tell nobody, not even the office"),
    },
    NotificationKind.TASK_ALERT: {
        INDONESIAN: Text("{urgency}{kind} dibutuhkan · {distance}", "{place} · {time} · No. {number}"),
        ENGLISH: Text("{urgency}{kind} needed · {distance}", "{place} · {time} · No. {number}"),
    },
    NotificationKind.TASK_TAKEN: {
        INDONESIAN: Text("{kind}: sudah ada petugas", "{place} · {time} · No. {number}"),
        ENGLISH: Text("{kind}: taken by others", "{place} · {time} · No. {number}"),
    },
    NotificationKind.OFFER: {
        INDONESIAN: Text(
            "{urgency}Tugas untuk Anda: {kind} · {distance}",
            "Terima atau tolak · {place} · {time} · No. {number}",
        ),
        ENGLISH: Text(
            "{urgency}Assigned to you: {kind} · {distance}",
            "Accept or decline · {place} · {time} · No. {number}",
        ),
    },
    NotificationKind.CLAIM_REVOKED: {
        INDONESIAN: Text(
            "Tugas ditarik kembali: {kind}", "Anda tidak perlu berangkat · {place} · {time} · No. {number}"
        ),
        ENGLISH: Text("Task taken back: {kind}", "You need not go · {place} · {time} · No. {number}"),
    },
    NotificationKind.TASK_CANCELLED: {
        INDONESIAN: Text("Tugas dibatalkan: {kind}", "Anda tidak perlu berangkat · {place} · {time} · No. {number}"),
        ENGLISH: Text("Task cancelled: {kind}", "You need not go · {place} · {time} · No. {number}"),
    },
    NotificationKind.TASK_VERIFIED: {
        INDONESIAN: Text(
            "Tugas diverifikasi: {kind}", "Terima kasih atas bantuan Anda · {place} · {time} · No. {number}"
        ),
        ENGLISH: Text("Task verified: {kind}", "Thank you for your help · {place} · {time} · No. {number}"),
    },
    NotificationKind.OFFER_EXPIRED: {
        INDONESIAN: Text("Tawaran tidak dijawab: {kind}", "{place} · {time} · No. {number}"),
        ENGLISH: Text("Offer not answered: {kind}", "{place} · {time} · No. {number}"),
    },
    NotificationKind.CLAIM_REMINDER: {
        INDONESIAN: Text(
            "Sudah berangkat? {kind}", "Tekan Mulai sebelum {deadline}, atau lepas tugas ini · {place} · No. {number}"
        ),
        ENGLISH: Text(
            "On your way? {kind}", "Press Start before {deadline}, or give the task back · {place} · No. {number}"
        ),
    },
    NotificationKind.CLAIM_EXPIRED: {
        INDONESIAN: Text(
            "Belum dimulai, tugas dialihkan: {kind}", "Anda tidak perlu berangkat · {place} · {time} · No. {number}"
        ),
        ENGLISH: Text("Not started, given to others: {kind}", "You need not go · {place} · {time} · No. {number}"),
    },
    NotificationKind.HANDED_OVER: {
        INDONESIAN: Text(
            "Sudah diambil alih: {kind}", "Anda tidak perlu berangkat · {place} · {time} · No. {number}"
        ),
        ENGLISH: Text("Taken over by another: {kind}", "You need not go · {place} · {time} · No. {number}"),
    },
    NotificationKind.NOT_HANDED_OVER: {
        INDONESIAN: Text(
            "Tidak jadi diambil alih: {kind}", "Tugas tetap milik Anda · {place} · {time} · No. {number}"
        ),
        ENGLISH: Text("Not taken over: {kind}", "The task is still yours · {place} · {time} · No. {number}"),
    },
    NotificationKind.NOBODY_LEFT: {
        INDONESIAN: Text(
            "{urgency}Tidak ada lagi yang bisa dihubungi: {kind}",
            "{place} · {time} · No. {number} · sudah dihubungi: {alerted}",
        ),
        ENGLISH: Text(
            "{urgency}Nobody left to ask: {kind}", "{place} · {time} · No. {number} · alerted so far: {alerted}"
        ),
    },
    NotificationKind.UNCLAIMED: {
        INDONESIAN: Text(
            "{urgency}Belum ada yang mengambil: {kind}",
            "{place} · {time} · No. {number} · sudah dihubungi: {alerted}",
        ),
        ENGLISH: Text(
            "{urgency}Nobody has taken: {kind}", "{place} · {time} · No. {number} · alerted so far: {alerted}"
        ),
    },
    NotificationKind.WINDOW_PASSED: {
        INDONESIAN: Text("Waktunya sudah lewat, belum selesai: {kind}", "{place} · {time} · No. {number}"),
        ENGLISH: Text("Its time has passed, not done: {kind}", "{place} · {time} · No. {number}"),
    },
    NotificationKind.NOT_STARTED: {
        INDONESIAN: Text("{urgency}Relawan tidak berangkat: {kind}", "{place} · {time} · No. {number}"),
        ENGLISH: Text("{urgency}The volunteer did not set off: {kind}", "{place} · {time} · No. {number}"),
    },
    NotificationKind.NOT_VERIFIED: {
        INDONESIAN: Text("Sudah selesai, belum diverifikasi: {kind}", "{place} · {time} · No. {number}"),
        ENGLISH: Text("Done, not verified yet: {kind}", "{place} · {time} · No. {number}"),
    },
    NotificationKind.DID_NOT_COME: {
        INDONESIAN: Text("{urgency}Keluarga bilang bantuan belum datang: {kind}", "{place} · {time} · No. {number}"),
        ENGLISH: Text("{urgency}The family says nobody came: {kind}", "{place} · {time} · No. {number}"),
    },
    NotificationKind.DRILL: {
        INDONESIAN: Text("Uji coba: bukan tugas", "Ketuk pesan ini, supaya kami tahu pesan sampai di ponsel Anda"),
        ENGLISH: Text("Test: this is not a task", "Tap this message, so that we know it reached your phone"),
    },
    NotificationKind.COST_ENDORSED: {
        INDONESIAN: Text("Biaya dibenarkan mitra Anda: {rupiah} ({costs})", "Menunggu persetujuan kantor"),
        ENGLISH: Text("Costs endorsed by your partner: {rupiah} ({costs})", "The office looks at them next"),
    },
    NotificationKind.COST_APPROVED: {
        INDONESIAN: Text("Biaya disetujui: {rupiah} ({costs})", "Menunggu pembayaran"),
        ENGLISH: Text("Costs approved: {rupiah} ({costs})", "They will be paid"),
    },
    NotificationKind.COST_RECORDED: {
        INDONESIAN: Text("Bantuan natura dicatat: {rupiah} ({costs})", "Terima kasih atas bantuan Anda"),
        ENGLISH: Text("Gifts recorded: {rupiah} ({costs})", "Thank you for your help"),
    },
    NotificationKind.COST_RETURNED: {
        INDONESIAN: Text(
            "Biaya dikembalikan: {rupiah} ({costs})", "Baca catatannya di Kurir, perbaiki, lalu kirim lagi"
        ),
        ENGLISH: Text(
            "Costs sent back: {rupiah} ({costs})", "Read the note in Kurir, correct them and send them again"
        ),
    },
    NotificationKind.COST_REJECTED: {
        INDONESIAN: Text("Biaya ditolak: {rupiah} ({costs})", "Alasannya ada di Kurir"),
        ENGLISH: Text("Costs rejected: {rupiah} ({costs})", "Kurir says why"),
    },
    NotificationKind.COST_PAID: {
        INDONESIAN: Text("Biaya dibayar: {rupiah} ({costs})", "Terima kasih atas bantuan Anda"),
        ENGLISH: Text("Costs paid: {rupiah} ({costs})", "Thank you for your help"),
    },
    NotificationKind.COST_VOIDED: {
        INDONESIAN: Text("Biaya dibatalkan: {rupiah} ({costs})", "Alasannya ada di Kurir"),
        ENGLISH: Text("Costs cancelled: {rupiah} ({costs})", "Kurir says why"),
    },
    NotificationKind.CONTRIBUTION_DISPUTED: {
        INDONESIAN: Text(
            "Laporan kontribusi disanggah: {partner}", "Baris yang disanggah dan catatannya ada di Kurir"
        ),
        ENGLISH: Text("Statement disputed: {partner}", "Kurir shows the lines and what is said of them"),
    },
    NotificationKind.DISPUTE_SETTLED: {
        INDONESIAN: Text("Sanggahan ditindaklanjuti: {partner}", "Baris yang Anda sanggah dikoreksi atau dibatalkan"),
        ENGLISH: Text("Dispute settled: {partner}", "The line you disputed was corrected or taken back"),
    },
    NotificationKind.PLEDGE_MADE: {
        INDONESIAN: Text(
            "Koordinator menjanjikan {rupiah} atas nama {partner}", "Bila tidak sesuai, tarik kembali di Kurir"
        ),
        ENGLISH: Text("A coordinator pledged {rupiah} for {partner}", "If that is not right, withdraw it in Kurir"),
    },
    NotificationKind.MONTH_CLOSED: {
        INDONESIAN: Text("Pembukuan {month} ditutup", "Laporan kontribusi bulan itu tidak berubah lagi"),
        ENGLISH: Text("The books of {month} are closed", "The statement of that month changes no more"),
    },
    NotificationKind.REPORT_WAITING: {
        INDONESIAN: Text(
            "Laporan belum ditangani: No. {number}", "Menunggu sejak {time} · Baca dan tangani di Kurir"
        ),
        ENGLISH: Text("Nobody has taken up report No. {number}", "Waiting since {time} · Read it in Kurir"),
    },
    NotificationKind.REFERRAL_LATE: {
        INDONESIAN: Text(
            "Rujukan belum dijawab: No. {number}",
            "Batas waktu {deadline} · Ingatkan programnya, atau lengkapi di Kurir",
        ),
        ENGLISH: Text(
            "Referral without an answer: No. {number}",
            "Due {deadline} · Remind the programme, or complete it in Kurir",
        ),
    },
    NotificationKind.REFERRAL_UNANSWERED: {
        INDONESIAN: Text("Program menunggu keterangan: rujukan No. {number}", "Lengkapi rujukan di Kurir"),
        ENGLISH: Text("A programme waits for information: No. {number}", "Complete the referral in Kurir"),
    },
    NotificationKind.INSURANCE_DUE: {
        INDONESIAN: Text(
            "Jaminan kesehatan belum aktif: kasus No. {number}",
            "Batas waktu {deadline} · Sesudah itu perawatan tidak dijamin",
        ),
        ENGLISH: Text(
            "Insurance not active: case No. {number}", "Due {deadline} · After that the stay is not covered"
        ),
    },
    NotificationKind.HANDED_UP: {
        INDONESIAN: Text("Diserahkan kepada Anda: No. {number}", "Alasannya ada di Kurir"),
        ENGLISH: Text("Handed up to you: No. {number}", "Kurir says why"),
    },
    NotificationKind.REFERRAL_SENT: {
        INDONESIAN: Text("Rujukan untuk {programme}", "Periksa dan jawab di Kurir · No. {number}"),
        ENGLISH: Text("Referral to {programme}", "Look at it and answer in Kurir · No. {number}"),
    },
    NotificationKind.REFERRAL_REVOKED: {
        INDONESIAN: Text("Rujukan dibatalkan: {programme}", "Tidak perlu dijawab lagi · No. {number}"),
        ENGLISH: Text("Referral revoked: {programme}", "It needs no answer any more · No. {number}"),
    },
    NotificationKind.REFERRAL_INFO_REQUESTED: {
        INDONESIAN: Text("Keterangan diminta: {programme}", "Lengkapi rujukan di Kurir · No. {number}"),
        ENGLISH: Text("Information asked for: {programme}", "Complete the referral in Kurir · No. {number}"),
    },
    NotificationKind.REFERRAL_DECIDED: {
        INDONESIAN: Text("{said}: {programme}", "Kabari warga, lalu konfirmasikan di Kurir · No. {number}"),
        ENGLISH: Text("{said}: {programme}", "Tell the resident, then confirm it in Kurir · No. {number}"),
    },
    NotificationKind.REFERRAL_DUE: {
        INDONESIAN: Text(
            "Rujukan menunggu jawaban Anda: {programme}", "Batas waktunya hampir atau sudah lewat · No. {number}"
        ),
        ENGLISH: Text(
            "A referral waits for your answer: {programme}", "Its time is nearly or already over · No. {number}"
        ),
    },
    NotificationKind.REPLY_TAKEN: {
        INDONESIAN: Text(
            "No. {number} milik Anda",
            "{kind} · {place} · {time} · Balas MULAI {number} bila berangkat, LEPAS {number} bila batal",
        ),
        ENGLISH: Text(
            "No. {number} is yours",
            "{kind} · {place} · {time} · Reply MULAI {number} when you set off, LEPAS {number} if you can't",
        ),
    },
    NotificationKind.REPLY_STARTED: {
        INDONESIAN: Text(
            "Tugas No. {number} dimulai", "Balas SELESAI {number} bila selesai · Ada halangan: hubungi koordinator"
        ),
        ENGLISH: Text(
            "Task No. {number} has begun", "Reply SELESAI {number} when done · In trouble: call your coordinator"
        ),
    },
    NotificationKind.REPLY_RELEASED: {
        INDONESIAN: Text("Tugas No. {number} dilepas", "Relawan lain akan dihubungi"),
        ENGLISH: Text("Task No. {number} is given back", "Others will be asked"),
    },
    NotificationKind.REPLY_COMPLETED: {
        INDONESIAN: Text("Tugas No. {number} selesai", "Terima kasih atas bantuan Anda"),
        ENGLISH: Text("Task No. {number} is done", "Thank you for your help"),
    },
    NotificationKind.REPLY_EARLY: {
        INDONESIAN: Text(
            "Tugas No. {number} baru mulai {time}",
            "Balas SELESAI {number} sesudah itu, bila selesai · Bila batal, LEPAS {number}",
        ),
        ENGLISH: Text(
            "Task No. {number} begins only on {time}",
            "Reply SELESAI {number} after that, when done · If you can't, LEPAS {number}",
        ),
    },
    NotificationKind.REPLY_DECLINED: {
        INDONESIAN: Text("Tugas No. {number} bukan untuk Anda", "Terima kasih sudah menjawab"),
        ENGLISH: Text("Task No. {number} is not yours", "Thank you for answering"),
    },
    NotificationKind.REPLY_REFUSED: {
        INDONESIAN: Text("Tugas No. {number}", "{said}"),
        ENGLISH: Text("Task No. {number}", "{said}"),
    },
    NotificationKind.REPLY_HELP: {
        INDONESIAN: Text(
            "Pesan ini tidak terbaca",
            "Kirim AMBIL, TIDAK, MULAI, SELESAI atau LEPAS dan nomor tugas, misalnya AMBIL 4821 · "
            "Hal lain: tulis lagi di sini",
        ),
        ENGLISH: Text(
            "Not understood",
            "Send AMBIL (take), TIDAK (no), MULAI (start), SELESAI (done) or LEPAS (give back) and the number: "
            "AMBIL 4821 · Else write here again",
        ),
    },
    NotificationKind.THREAD_MESSAGE: {
        INDONESIAN: Text("Balasan untuk pelapor", "Laporan No. {number}"),
        ENGLISH: Text("Reply to a reporter", "Report No. {number}"),
    },
    NotificationKind.MESSAGE_CAME: {
        INDONESIAN: Text("Pelapor menulis lagi", "Laporan No. {number} · Baca di Kurir"),
        ENGLISH: Text("The reporter wrote again", "Report No. {number} · Read it in Kurir"),
    },
    NotificationKind.MESSAGE_FAILED: {
        INDONESIAN: Text("Balasan Anda tidak terkirim", "Laporan No. {number} · Hubungi pelapor dengan cara lain"),
        ENGLISH: Text("Your reply was not delivered", "Report No. {number} · Reach the reporter another way"),
    },
    NotificationKind.REPORT_RECEIVED: {
        INDONESIAN: Text(
            "Laporan Anda kami terima, No. {number}",
            "Petugas akan membacanya · Balas di sini bila ada tambahan · Gawat darurat: telepon 119",
        ),
        ENGLISH: Text(
            "We received your report, No. {number}",
            "An officer will read it · Reply here to add something · Emergency: call 119",
        ),
    },
    NotificationKind.FAMILY_COMING: {
        INDONESIAN: Text("Sudah ada relawan: {kind}", "{time} · No. {number}"),
        ENGLISH: Text("A volunteer is coming: {kind}", "{time} · No. {number}"),
    },
    NotificationKind.FAMILY_ASKED: {
        INDONESIAN: Text(
            "Apakah bantuan sudah datang? {kind}",
            "{time} · Balas SUDAH {number} bila sudah, BELUM {number} bila belum",
        ),
        ENGLISH: Text(
            "Did the help come? {kind}", "{time} · Reply SUDAH {number} if it came, BELUM {number} if it did not"
        ),
    },
    NotificationKind.FAMILY_THANKED: {
        INDONESIAN: Text("Terima kasih, No. {number}", "Kami catat bahwa bantuan sudah datang"),
        ENGLISH: Text("Thank you, No. {number}", "We noted that the help came"),
    },
    NotificationKind.FAMILY_HEARD: {
        INDONESIAN: Text("Kami catat, No. {number}", "Koordinator diberi tahu · Gawat darurat: telepon 119"),
        ENGLISH: Text("We noted it, No. {number}", "The coordinator is told · Emergency: call 119"),
    },
    NotificationKind.FAMILY_REFUSED: {
        INDONESIAN: Text("No. {number}", "{said}"),
        ENGLISH: Text("No. {number}", "{said}"),
    },
    NotificationKind.FAMILY_UNKNOWN: {
        INDONESIAN: Text(
            "No. {number} tidak kami temukan",
            "Periksa nomornya · Jawab dari telepon yang melapor, atau hubungi kantor",
        ),
        ENGLISH: Text(
            "No. {number} was not found", "Check the number · Answer from the phone that reported, or call the office"
        ),
    },
    NotificationKind.FAMILY_LINK: {
        INDONESIAN: Text("Kapan bantuan datang, lihat di sini", "{link}"),
        ENGLISH: Text("See here when help comes", "{link}"),
    },
    NotificationKind.FAMILY_DISPUTED: {
        INDONESIAN: Text(
            "Keluarga bilang bantuan belum datang: {kind}", "Bila Anda datang, hubungi koordinator · No. {number}"
        ),
        ENGLISH: Text("The family says nobody came: {kind}", "If you did come, call your coordinator · No. {number}"),
    },
    NotificationKind.CONSENT_WITHDRAWN: {
        INDONESIAN: Text("Persetujuan dicabut: No. {number}", "Datanya tidak bisa dibaca lagi · Tanyakan ke desk"),
        ENGLISH: Text("Consent withdrawn: No. {number}", "The data can't be read any more · Ask the desk"),
    },
}
"""119 is Indonesia's number for medical emergencies."""

IN_TEXT_MESSAGES: Mapping[NotificationKind, Mapping[str, Text]] = {
    NotificationKind.TASK_ALERT: {
        INDONESIAN: Text(
            "{urgency}{kind} dibutuhkan · {distance}", "{place} · {time} · Balas AMBIL {number} / TIDAK {number}"
        ),
        ENGLISH: Text(
            "{urgency}{kind} needed · {distance}",
            "{place} · {time} · Reply AMBIL {number} to take it, TIDAK {number} if not",
        ),
    },
    NotificationKind.OFFER: {
        INDONESIAN: Text(
            "{urgency}Tugas untuk Anda: {kind} · {distance}",
            "{place} · {time} · Balas AMBIL {number} / TIDAK {number}",
        ),
        ENGLISH: Text(
            "{urgency}Assigned to you: {kind} · {distance}",
            "{place} · {time} · Reply AMBIL {number} to take it, TIDAK {number} if not",
        ),
    },
    NotificationKind.CLAIM_REMINDER: {
        INDONESIAN: Text(
            "Sudah berangkat? {kind}", "{place} · Balas MULAI {number} sebelum {deadline}, atau LEPAS {number}"
        ),
        ENGLISH: Text(
            "On your way? {kind}",
            "{place} · Reply MULAI {number} before {deadline}, or LEPAS {number} to give it back",
        ),
    },
    NotificationKind.DRILL: {
        INDONESIAN: Text("Uji coba: bukan tugas", "Balas OK, supaya kami tahu pesan ini sampai"),
        ENGLISH: Text("Test: this is not a task", "Reply OK, so that we know this message reached you"),
    },
}
"""What text messages say instead, because they are answered in words."""
