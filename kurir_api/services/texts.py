"""Free text from people."""


def cleaned(text: str | None) -> str | None:
    """Without white space around; None when nothing is left."""
    return (text or "").strip() or None
