"""PostgreSQL's own programs: which are taken, and how they are told where the database is."""

import re

import pytest

from kurir_api.database import client_environment, program_for
from kurir_api.settings import SettingsError


def test_a_program_older_than_the_server_is_not_taken_and_what_to_install_is_told() -> None:
    with pytest.raises(SettingsError, match=r"PATH: pg_dump must be of PostgreSQL 99 or newer.*postgresql-client-99"):
        program_for("pg_dump", 99)


def test_of_those_that_can_the_one_closest_to_the_server_is_taken() -> None:
    assert program_for("pg_dump", 18).name == "pg_dump"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://kurir:p%40ss@db.example.go.id:6432/kurir?sslmode=verify-full&sslrootcert=system",
            {
                "PGHOST": "db.example.go.id",
                "PGPORT": "6432",
                "PGUSER": "kurir",
                "PGPASSWORD": "p@ss",
                "PGDATABASE": "kurir",
                "PGSSLMODE": "verify-full",
                "PGSSLROOTCERT": "system",
            },
        ),
        (
            "asyncpg://postgres@/kurir?host=%2Frun%2Fkurir",
            {"PGHOST": "/run/kurir", "PGPORT": "5432", "PGUSER": "postgres", "PGDATABASE": "kurir"},
        ),
    ],
)
def test_programs_learn_from_their_environment_alone_where_the_database_is(
    url: str, expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGSERVICE", "another")
    told = {name: value for name, value in client_environment(url).items() if re.match("PG(?!APP|CONNECT)", name)}

    assert told == expected
