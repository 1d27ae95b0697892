"""The development page: what it loads, and that a token cannot break out of it."""

import json
import re

import pytest

from kurir_api.schema.graphiql import SCRIPTS, STYLESHEET, graphiql_assets_dir, graphiql_html


def config(page: str) -> dict[str, dict[str, str]]:
    (line,) = re.findall(r"^const config = (.*);$", page, re.MULTILINE)
    parsed: dict[str, dict[str, str]] = json.loads(line)
    return parsed


def test_the_page_sends_the_token_and_shows_a_query() -> None:
    page = graphiql_html("abc.def")

    assert "<title>Kurir</title>" in page
    assert config(page)["headers"] == {"Authorization": "Bearer abc.def"}
    assert "nearbyTasks(first: 5)" in config(page)["query"]


def test_without_a_token_no_header_is_sent() -> None:
    assert config(graphiql_html(None))["headers"] == {}


def test_a_token_cannot_end_the_script() -> None:
    token = "</script><script>alert(1)</script><!-- \u2028 \"'&%s"

    page = graphiql_html(token)

    assert page.count("<script") == 4
    assert config(page)["headers"] == {"Authorization": f"Bearer {token}"}


@pytest.mark.npm
def test_every_file_that_the_page_loads_is_installed() -> None:
    folder = graphiql_assets_dir()

    assert folder is not None, "GraphiQL is not installed: run `make npm`."
    addresses = re.findall(r'(?:src|href)="/graphiql/([^"]+)"', graphiql_html(None))
    assert addresses == [STYLESHEET, *SCRIPTS]
    assert all((folder / address).is_file() for address in addresses)


def test_nothing_is_loaded_from_elsewhere() -> None:
    head, _, _ = graphiql_html(None).partition("</head>")

    assert "//" not in head
