"""GraphiQL, the development page of the API, ready to run queries and subscriptions with a token.

Its built files come from `tools/graphiql/node_modules` when they are installed (`make npm`), else from a CDN,
pinned by version and by hash.
"""

import json
from pathlib import Path

CDN = "https://unpkg.com/"
ASSETS_URL = "/graphiql/"
# Package, version, file, and the file's Subresource Integrity; versions as in tools/graphiql/package.json.
SCRIPTS = (
    (
        "react",
        "18.3.1",
        "umd/react.production.min.js",
        "sha384-DGyLxAyjq0f9SPpVevD6IgztCFlnMF6oW/XQGmfe+IsZ8TqEiDrcHkMLKI6fiB/Z",
    ),
    (
        "react-dom",
        "18.3.1",
        "umd/react-dom.production.min.js",
        "sha384-gTGxhz21lVGYNMcdJOyq01Edg0jhn/c22nsx0kyqP0TxaV5WVdsSH1fSDUf5YJj1",
    ),
    (
        "graphiql",
        "3.8.3",
        "graphiql.min.js",
        "sha384-HbRVEFG0JGJZeAHCJ9Xm2+tpknBQ7QZmNlO/DgZtkZ0aJSypT96YYGRNod99l9Ie",
    ),
)
STYLESHEET = (
    "graphiql",
    "3.8.3",
    "graphiql.min.css",
    "sha384-Mq3vbRBY71jfjQAt/DcjxUIYY33ksal4cgdRt9U/hNPvHBCaT2JfJ/PTRiPKf0aM",
)

EXAMPLE = """\
# Tugas terdekat Anda / the open tasks nearest to you
query Nearby {
  me { name memberships { organization { name } role region { name } } }
  nearbyTasks(first: 5) {
    edges { distanceM node { number title urgency status openSlots area { name } } }
  }
}

# Siaran langsung / live: run this one, then claim a task in another tab
subscription Live {
  nearbyTaskEvents { kind task { number title status } }
}
"""

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Kurir</title>
<link rel="icon" href="data:,">
<style>body { margin: 0 } #graphiql { height: 100vh }</style>
%(assets)s
</head>
<body>
<div id="graphiql">GraphiQL is not here: allow this page to load it, or install it with "make npm".</div>
<script>
const config = %(config)s;
const url = location.origin + location.pathname;
const fetcher = GraphiQL.createFetcher({
  url,
  headers: config.headers,
  subscriptionUrl: url.replace(/^http/, "ws"),
  wsConnectionParams: config.headers,
});
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher,
    defaultQuery: config.query,
    defaultHeaders: JSON.stringify(config.headers, null, 2),
    defaultEditorToolsVisibility: "headers",
    shouldPersistHeaders: false,
  })
);
</script>
</body>
</html>
"""


def graphiql_assets_dir() -> Path | None:
    """The folder to serve at /graphiql/, if GraphiQL is installed in this checkout."""
    folder = Path(__file__).parents[2] / "tools" / "graphiql" / "node_modules"
    return folder if all((folder / package / file).is_file() for package, _, file, _ in SCRIPTS) else None


def _address(package: str, version: str, file: str, *, local: bool) -> str:
    return f"{ASSETS_URL}{package}/{file}" if local else f"{CDN}{package}@{version}/{file}"


def graphiql_html(token: str | None) -> str:
    """The page, titled "Kurir"; `token` is sent as bearer token by HTTP and in connection_init.

    Whoever can open the page can read the token: it is for development only.
    """
    local = graphiql_assets_dir() is not None
    *style, style_hash = STYLESHEET
    assets = [
        f'<link rel="stylesheet" crossorigin integrity="{style_hash}" href="{_address(*style, local=local)}">',
        *(
            f'<script crossorigin integrity="{sri}" src="{_address(*script, local=local)}"></script>'
            for *script, sri in SCRIPTS
        ),
    ]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # Inside a script only "<" can end or comment out what follows.
    config = json.dumps({"headers": headers, "query": EXAMPLE}).replace("<", "\\u003c")
    return PAGE % {"assets": "\n".join(assets), "config": config}
