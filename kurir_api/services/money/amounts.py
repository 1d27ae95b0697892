"""What every amount that somebody names must be."""

from kurir_api.errors import Problems

LARGEST = 1_000_000_000


def check_rupiah(problems: Problems, path: str, amount: int) -> None:
    """Note a problem under `path` unless the amount is 1 to 1,000,000,000 rupiah."""
    if not 1 <= amount <= LARGEST:
        problems.add(path, id="Isi Rp1 sampai Rp1.000.000.000.", en="Give Rp 1 to Rp 1,000,000,000.")
