"""GraphiQL, the development page of the API, ready to run queries and subscriptions with a token.

Its built files are served from `tools/graphiql/node_modules`, where `make demo` installs them; nothing is fetched
from elsewhere.
"""

import json
from pathlib import Path

ASSETS_URL = "/graphiql/"
STYLESHEET = "graphiql/graphiql.min.css"
SCRIPTS = (
    "react/umd/react.production.min.js",
    "react-dom/umd/react-dom.production.min.js",
    "graphiql/graphiql.min.js",
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
<div id="graphiql">GraphiQL is not installed here: run "make npm" in the checkout, then start again.</div>
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
    return folder if all((folder / file).is_file() for file in SCRIPTS) else None


def graphiql_html(token: str | None) -> str:
    """The page, titled "Kurir"; `token` is sent as bearer token by HTTP and in connection_init.

    Whoever can open the page can read the token: it is for development only.
    """
    assets = [
        f'<link rel="stylesheet" href="{ASSETS_URL}{STYLESHEET}">',
        *(f'<script src="{ASSETS_URL}{script}"></script>' for script in SCRIPTS),
    ]
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # Inside a script only "<" can end or comment out what follows.
    config = json.dumps({"headers": headers, "query": EXAMPLE}).replace("<", "\\u003c")
    return PAGE % {"assets": "\n".join(assets), "config": config}
