"""Classes of hospital beds."""

from kurir_api.errors import Problems

CLASSES = range(1, 4)


def check_care_class(problems: Problems, care_class: int | None) -> None:
    """Note a problem under `careClass` unless it is a class of hospital beds, or none."""
    if care_class is not None and care_class not in CLASSES:
        problems.add("careClass", id="Isi kelas 1, 2 atau 3.", en="Give class 1, 2 or 3.")
