"""compose.yaml, as far as it can be looked at without Docker."""

import re
from pathlib import Path

from kurir_api.database.embedded import CONFIGURATION

COMPOSE = Path(__file__).parents[1] / "compose.yaml"
SILENT = ("log_error_verbosity", "log_min_error_statement")


def test_its_postgresql_writes_as_little_of_people_into_its_log_as_our_own() -> None:
    [arguments] = re.findall(r"command: \[postgres, (.*)\]", COMPOSE.read_text())

    assert arguments == ", ".join(f"-c, {name}={CONFIGURATION[name]}" for name in SILENT)
