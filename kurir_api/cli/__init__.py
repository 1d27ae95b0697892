"""The `kurir` command: commands stand in the order of these files."""

from kurir_api.cli import (  # noqa: F401 - they add their commands
    accounting,
    backing_up,
    documents,
    keys,
    running,
    setting_up,
    watching,
)
from kurir_api.cli.app import kurir, main

__all__ = ["kurir", "main"]
