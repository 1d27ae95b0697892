"""What the form says, in Indonesian and English."""

from collections.abc import Mapping

from kurir_api.errors import Words

WORDS: Mapping[str, Words] = {
    "title": Words("Minta bantuan", "Ask for help"),
    "about": Words(
        "Untuk warga sakit yang perlu bantuan: kendaraan ke rumah sakit, jaminan kesehatan, pendampingan, "
        "tempat menginap, atau makanan. Petugas membaca laporan Anda dan menghubungi Anda.",
        "For residents who are ill and need help: a ride to hospital, health insurance, company, "
        "a place to stay, or food. Our desk reads your report and gets in touch.",
    ),
    "emergency": Words(
        "Nyawa terancam? Jangan menunggu jawaban dari sini. Telepon 119.",
        "Is a life in danger? Don't wait for an answer from here. Call 119.",
    ),
    "mend": Words("Belum terkirim. Perbaiki yang ditandai.", "Not sent yet. Please mend what is marked."),
    "text": Words("Apa yang terjadi, dan bantuan apa yang perlu?", "What happened, and what help is needed?"),
    "text_hint": Words(
        "Siapa yang sakit, kapan perlu bantuan, dan patokan rumahnya.",
        "Who is ill, when help is needed, and how to find the house.",
    ),
    "place": Words("Desa atau kelurahan, dan kecamatan", "Village and sub-district"),
    "place_hint": Words(
        "Tempat orang yang sakit sekarang, bukan alamat di KTP.",
        "Where the person who is ill is now, not where they are registered.",
    ),
    "name": Words("Nama Anda (boleh kosong)", "Your name (optional)"),
    "phone": Words("Nomor telepon atau WhatsApp (boleh kosong)", "Telephone or WhatsApp number (optional)"),
    "phone_hint": Words(
        "Tanpa nomor kami tidak bisa menghubungi Anda.", "Without a number we can't get in touch with you."
    ),
    "leave_empty": Words("Biarkan kosong", "Leave this empty"),
    "send": Words("Kirim", "Send"),
    "consent": Words(
        "Dengan mengirim, Anda setuju petugas memakai isian ini untuk mengatur bantuan. Isian disimpan terenkripsi "
        "dan hanya dibaca petugas yang mengurusnya. Tulis tentang orang lain hanya bila ia atau keluarganya setuju.",
        "By sending this you agree that our desk uses it to arrange help. It is kept encrypted, and read only by "
        "those who deal with it. Write about somebody else only if they or their family agree.",
    ),
    "received": Words("Laporan Anda sudah kami terima", "We have received your report"),
    "your_number": Words("Nomor laporan Anda:", "The number of your report:"),
    "keep_number": Words(
        "Catat nomor ini, dan sebutkan kepada petugas yang menghubungi Anda.",
        "Write it down, and give it to whoever gets in touch with you.",
    ),
    "what_next": Words(
        "Petugas akan membacanya. Bila Anda menulis nomor telepon, kami menghubungi Anda di sana.",
        "Our desk will read it. If you gave a telephone number, that is where we get in touch.",
    ),
    "wait": Words(
        "Belum terkirim: terlalu banyak laporan sekaligus. Tunggu satu menit, lalu tekan Kirim lagi.",
        "Not sent yet: too many reports at once. Wait a minute, then press Send again.",
    ),
    "required": Words("Harus diisi.", "Must not be empty."),
    "too_long": Words("Terlalu panjang: paling banyak {longest} huruf.", "Too long: at most {longest} characters."),
    "no_phone": Words(
        "Bukan nomor telepon; tulis seperti 0812-3456-7890, atau kosongkan.",
        "Not a phone number; write it like 0812-3456-7890, or leave it empty.",
    ),
}
