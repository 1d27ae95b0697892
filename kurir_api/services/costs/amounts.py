"""What every amount of a cost must be."""

from kurir_api.errors import Problems

LARGEST_AMOUNT = 1_000_000_000
LONGEST_NOTE = 2_000


def check_amount(amount: int, problems: Problems) -> None:
    """Note a problem unless the amount is 1 to 1,000,000,000 rupiah."""
    if amount < 1:
        problems.add("amount", id="Isi jumlah rupiah lebih dari 0.", en="Give an amount above 0 rupiah.")
    elif amount > LARGEST_AMOUNT:
        problems.add(
            "amount",
            id="Lebih dari Rp1.000.000.000; periksa angkanya, atau pecah menjadi beberapa biaya.",
            en="Above Rp 1,000,000,000; check the figure, or split it into several costs.",
        )
