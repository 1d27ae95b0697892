"""The `kurir` command: commands stand in the order of these files."""

from kurir_api.cli import running, setting_up, watching  # noqa: F401 - they add their commands
from kurir_api.cli.app import kurir, main

__all__ = ["kurir", "main"]
