"""PostgreSQL's own programs, such as pg_dump, over the office's database."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from kurir_api.database.address import arguments, ssl_options
from kurir_api.database.embedded import programs_folder
from kurir_api.settings import SettingsError

VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


def program_for(name: str, server: int) -> Path:
    """The program, on PATH or of those that come with Kurir: of the server's major version, else of the next above
    that there is, since an older one can't read it. Raises SettingsError saying what to install.
    """
    found = sorted((_major(path), path) for path in _candidates(name))
    for major, path in found:
        if major >= server:
            return path
    have = ", ".join(f"{path} is {major}" for major, path in found) or "there is none"
    raise SettingsError(
        f"PATH: {name} must be of PostgreSQL {server} or newer, as the server is {server} ({have}); "
        f"install it, under Debian from apt.postgresql.org as postgresql-client-{server}"
    )


def client_environment(url: str) -> dict[str, str]:
    """The environment by which libpq's programs reach the database at `url`, so that no password is an argument."""
    found = arguments(url)
    mode, authority = ssl_options(dict(parse_qsl(urlsplit(url).query)))
    values = {
        "PGHOST": found["host"],
        "PGPORT": found["port"],
        "PGUSER": found["user"],
        "PGPASSWORD": found["password"],
        "PGDATABASE": found["database"],
        "PGSSLMODE": mode,
        "PGSSLROOTCERT": authority,
        "PGAPPNAME": "kurir-backup",
        "PGCONNECT_TIMEOUT": 10,
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {name: str(value) for name, value in values.items() if value}


def _candidates(name: str) -> Iterator[Path]:
    if on_path := shutil.which(name):
        yield Path(on_path)
    folder = programs_folder()
    if folder is not None:
        yield folder / name


def _major(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = VERSION.search(said)
    return int(found[1]) if found else 0
