"""What a text message asks for, written as people write."""

import pytest

from kurir_api.services.replies.reading import Reply, Verb, is_mistyped, read_reply, says_ok


@pytest.mark.parametrize(
    ("text", "verb"),
    [
        ("AMBIL 4821", Verb.TAKE),
        ("TIDAK 4821", Verb.DECLINE),
        ("MULAI 4821", Verb.START),
        ("LEPAS 4821", Verb.RELEASE),
        ("SELESAI 4821", Verb.COMPLETE),
    ],
)
def test_the_commands(text: str, verb: Verb) -> None:
    assert read_reply(text) == Reply(verb, 4821)


@pytest.mark.parametrize(
    "text",
    [
        "ambil 4821",
        "Ambil  4821",
        "  ambil\n4821\r\n",
        "ambil4821",
        "AMBIL#4821",
        "ambil: 4821.",
        '"AMBIL 4821"',
        "ambil no 4821",
        "Ambil No. 4821",
        "ambil nomor 4821",
        "ambil tugas no.4821",
        "ambil tugas 4821 pak",
        "Ya, ambil 4821",
        "siap saya ambil 4821 terima kasih",
        "oke ambil 4821!!",
        "ambil_4821",
        "ambil 004821",
    ],
)
def test_case_spaces_punctuation_and_politeness_do_not_matter(text: str) -> None:
    assert read_reply(text) == Reply(Verb.TAKE, 4821)


@pytest.mark.parametrize("text", ["mulai 4821", "berangkat 4821", "Saya jalan no. 4821", "ok berangkat 4821 pak"])
def test_who_sets_off_says_so_in_one_of_three_words(text: str) -> None:
    assert read_reply(text) == Reply(Verb.START, 4821)


@pytest.mark.parametrize(
    "text", ["tidak 4821", "tdk 4821", "Tidak bisa 4821", "tidak ambil 4821", "tidak dapat ambil no 4821"]
)
def test_a_no_may_say_what_it_is_about(text: str) -> None:
    assert read_reply(text) == Reply(Verb.DECLINE, 4821)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4821",
        "ambil",
        "ambil 4821 4822",
        "ambil empat",
        "ambil 48 21",
        "ambil 1234567890",
        "belum selesai 4821",
        "belum berangkat 4821",
        "mulai jalan 4821",
        "ambil 4821 tidak jadi",
        "tidak, ambil 4822 saja",
        "ambilkan obat 4821",
        "selesai 4821 atau lepas?",
        "Ibu saya harus cuci darah besok di Margono, tidak ada kendaraan. Karangnangka RT 2.",
        "ambil ٤٨٢١",
        "ambil 4821" + " " * 200 + "ya",
    ],
)
def test_what_may_mean_something_else_is_no_command(text: str) -> None:
    assert read_reply(text) is None


@pytest.mark.parametrize("text", ["OK", "ok", " Ok. ", "oke", "OKE!"])
def test_ok_answers_a_drill(text: str) -> None:
    assert says_ok(text)


@pytest.mark.parametrize("text", ["", "ok besok", "tidak", "okupasi"])
def test_nothing_else_does(text: str) -> None:
    assert not says_ok(text)


@pytest.mark.parametrize("text", ["", "halo", "ada apa?", "ambil tugas nomor 48a1 ya", "TIDAK bisa ambil tugas 4 8"])
def test_what_is_short_or_begins_like_a_command_and_has_a_number_was_probably_meant_as_one(text: str) -> None:
    assert is_mistyped(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tidak ada kendaraan untuk ibu",
        "Jalan ke rumah sakit jauh sekali",
        "Ibu 72 tahun sakit di Berkoh",
        f"Jalan rusak di RT 2, {'ibu tidak bisa lewat, ' * 10}",
    ],
)
def test_what_says_more_is_no_mistyped_command(text: str) -> None:
    assert not is_mistyped(text)
