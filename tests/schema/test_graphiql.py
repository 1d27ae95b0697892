"""The development page: what it loads, and that a token cannot break out of it."""

import json
import re
from base64 import b64decode
from hashlib import sha384
from pathlib import Path

import pytest

from kurir_api.schema import graphiql
from kurir_api.schema.graphiql import SCRIPTS, STYLESHEET, graphiql_assets_dir, graphiql_html

TOOLS = Path(__file__).parents[2] / "tools" / "graphiql"


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


def test_without_installed_files_the_page_loads_pinned_and_hashed_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphiql, "graphiql_assets_dir", lambda: None)

    loaded = re.findall(r'integrity="(sha384-[^"]+)" (?:src|href)="([^"]+)"', graphiql_html(None))

    assert [address for _, address in loaded] == [
        "https://unpkg.com/graphiql@3.8.3/graphiql.min.css",
        "https://unpkg.com/react@18.3.1/umd/react.production.min.js",
        "https://unpkg.com/react-dom@18.3.1/umd/react-dom.production.min.js",
        "https://unpkg.com/graphiql@3.8.3/graphiql.min.js",
    ]
    assert all(len(b64decode(sri.removeprefix("sha384-"))) == 48 for sri, _ in loaded)


def test_the_versions_are_those_of_the_lock() -> None:
    packages = json.loads((TOOLS / "package-lock.json").read_text())["packages"]

    assert {(name, version) for name, version, *_ in (*SCRIPTS, STYLESHEET)} == {
        (name, packages[f"node_modules/{name}"]["version"]) for name in ("graphiql", "react", "react-dom")
    }


@pytest.mark.npm
def test_the_hashes_are_those_of_the_installed_files() -> None:
    folder = graphiql_assets_dir()

    assert folder is not None, "GraphiQL is not installed: run `make npm`."
    for package, _, file, sri in (*SCRIPTS, STYLESHEET):
        assert sha384((folder / package / file).read_bytes()).digest() == b64decode(sri.removeprefix("sha384-"))
    assert 'src="/graphiql/react/umd/react.production.min.js"' in graphiql_html(None)
