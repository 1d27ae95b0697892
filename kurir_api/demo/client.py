"""A small client of the public API, which stops at the first unexpected answer."""

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

TIMEOUT_SECONDS = 20
LONGEST_QUOTE = 300

Answer = dict[str, Any]


class WalkFailed(Exception):
    """Something else came back than the main job needs; the message says what."""


class Client:
    """Asks the GraphQL endpoint at `base_url`, each time as the bearer of the given token."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = httpx.AsyncClient(timeout=TIMEOUT_SECONDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def query(self, token: str, document: str, **variables: Any) -> Answer:
        """The data. Raises WalkFailed when nobody answers, or with errors."""
        try:
            response = await self._http.post(
                f"{self._base_url}/graphql",
                json={"query": document, "variables": variables},
                headers={"Authorization": f"Bearer {token}"},
            )
        except httpx.HTTPError as error:
            reason = type(error).__name__
            raise WalkFailed(f"No answer from {self._base_url} ({reason}): is Kurir running?") from error
        name = _name(document)
        try:
            body: Answer = response.json()
            data: Answer | None = body.get("data")
        except (ValueError, AttributeError) as error:
            said = response.text[:LONGEST_QUOTE]
            raise WalkFailed(f"{name}: HTTP {response.status_code} without GraphQL: {said}") from error
        if body.get("errors") or data is None:
            said = "; ".join(error["message"] for error in body.get("errors") or [{"message": "no data"}])
            raise WalkFailed(f"{name}: HTTP {response.status_code}: {said}")
        return data

    async def upload(self, token: str, file: bytes) -> str:
        """The id of a receipt. Raises WalkFailed."""
        response = await self._http.post(
            f"{self._base_url}/receipts", files={"file": file}, headers={"Authorization": f"Bearer {token}"}
        )
        if response.is_error:
            raise WalkFailed(f"POST /receipts: HTTP {response.status_code}: {response.text[:LONGEST_QUOTE]}")
        return str(response.json()["id"])

    async def download(self, url: str) -> bytes:
        """The file that a link leads to. Raises WalkFailed."""
        response = await self._http.get(url)
        if response.is_error:
            raise WalkFailed(f"GET {url}: HTTP {response.status_code}: {response.text[:LONGEST_QUOTE]}")
        return response.content

    async def page(self, address: str, typed: Mapping[str, str] | None = None) -> str:
        """A web page, by path or whole address, or the answer to its form. Raises WalkFailed."""
        url = address if address.startswith("http") else f"{self._base_url}{address}"
        response = await (self._http.get(url) if typed is None else self._http.post(url, data=typed))
        if response.is_error:
            raise WalkFailed(f"{response.request.method} {response.url.path}: HTTP {response.status_code}")
        return response.text

    async def attempt(self, token: str, document: str, **values: Any) -> Answer:
        """The answer to a mutation of one `input`, success or refusal. Raises WalkFailed as `query` does."""
        result: Answer = (await self.query(token, document, input=values))["result"]
        return result

    async def mutate(self, token: str, document: str, **values: Any) -> Answer:
        """The success of a mutation of one `input`. Raises WalkFailed for a refusal too."""
        answer = await self.attempt(token, document, **values)
        if not answer["__typename"].endswith("Success"):
            fields = "; ".join(f"{'.'.join(one['path'])}: {one['message']}" for one in answer.get("fields", ()))
            raise WalkFailed(f"{_name(document)}: {answer['__typename']}: {answer['message']} {fields}".strip())
        return answer


def _name(document: str) -> str:
    """Such as "mutation ClaimTask"."""
    return " ".join(re.split(r"[\s({]+", document.strip())[:2])
