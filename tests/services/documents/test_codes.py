"""Codes of statements."""

import pytest

from kurir_api.services.documents.codes import ALPHABET, LENGTH, in_groups, new_code, read_code


def test_a_code_has_a_hundred_random_bits_and_letters_that_nobody_mistakes() -> None:
    codes = {new_code() for _ in range(1000)}

    assert len(ALPHABET) ** LENGTH == 2**100
    assert len(codes) == 1000
    assert set("".join(codes)) == set(ALPHABET)
    assert not set(ALPHABET) & set("ILOU")


def test_a_code_is_printed_in_four_groups_and_read_again() -> None:
    assert in_groups("7K2QM0XZ4A9TB3CD8EFG") == "7K2QM-0XZ4A-9TB3C-D8EFG"
    assert read_code("7K2QM-0XZ4A-9TB3C-D8EFG") == "7K2QM0XZ4A9TB3CD8EFG"


@pytest.mark.parametrize(
    "typed",
    [
        "7k2qm-oxz1a-9tb3c-d8efg",
        "7K2QM OXZiA 9TB3C D8EFG",
        "7K2QM0XZLA9TB3CD8EFG",
        "  7k2qm\u20130xz1a\u20149tb3c_d8efg.\n",
    ],
)
def test_case_spaces_dashes_and_look_alikes_are_forgiven(typed: str) -> None:
    assert read_code(typed) == "7K2QM0XZ1A9TB3CD8EFG"


@pytest.mark.parametrize("typed", ["", "7K2QM", "7K2QM0XZ4A9TB3CD8EFGH", "U" * 20, "7K2QM0XZ4A9TB3CD8EF٣", "-" * 99])
def test_what_can_not_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None
