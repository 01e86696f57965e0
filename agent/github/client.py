"""GitHub's API over HTTP: limits are waited out, what fails in passing is tried again, all within bounds."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx2
from pydantic import SecretStr

from agent.errors import BadInput, SourceUnavailable
from agent.github.limits import backoff, limited_for
from agent.ports import Clock, Waiter

MOST_BYTES = 50_000_000
MOST_TRIES = 6
MOST_WAITS = 8
"""How often one request waits for a limit before it is given up."""
LONGEST_WAIT = 3_700.0
"""Seconds; the primary limit of GitHub ends within an hour."""
_MOST_REDIRECTS = 5
_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
_ACCEPT = "application/vnd.github+json"
_VERSION = "2022-11-28"
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Reply(NamedTuple):
    """An answer that is no passing failure. `url` is where it came from after redirects."""

    status: int
    value: Any
    etag: str | None
    next: str | None
    url: str


class GitHubClient:
    """One host. The token is sent to it and nowhere else; redirects and pages elsewhere are not followed.

    Methods raise `SourceUnavailable` where the host cannot be used for now, `BadInput` where the token is
    refused.
    """

    def __init__(self, url: str, token: SecretStr, clock: Clock, waiter: Waiter) -> None:
        self._base = _checked(url, bool(token.get_secret_value()))
        self._clock, self._waiter = clock, waiter
        self.has_token = bool(token.get_secret_value())
        headers = {"accept": _ACCEPT, "x-github-api-version": _VERSION, "user-agent": "caseworker"}
        if self.has_token:
            headers["authorization"] = f"Bearer {token.get_secret_value()}"
        self._http = httpx2.AsyncClient(headers=headers, timeout=_TIMEOUT, follow_redirects=False)
        self._spent_until: float | None = None

    @property
    def host(self) -> str:
        """The host as it is named in messages."""
        return urlsplit(self._base).netloc

    async def close(self) -> None:
        """Closes every connection."""
        await self._http.aclose()

    async def get(self, where: str, params: dict[str, str] | None = None, etag: str | None = None) -> Reply:
        """What stands at a path, or at a URL that this host gave; the status is 200, 304, 404, 410 or so."""
        url = where if where.startswith(("http://", "https://")) else f"{self._base}{where}"
        headers = {"if-none-match": etag} if etag else {}
        for _ in range(_MOST_REDIRECTS):
            self._same_host(url)
            request = self._http.build_request("GET", url, params=params, headers=headers)
            answer, body = await self._sent(request)
            if answer.status_code not in (301, 302, 307, 308):
                return self._reply(answer, body)
            url = str(answer.url.join(answer.headers.get("location", "")))
            params = None
        raise self._unusable(f"it redirects more than {_MOST_REDIRECTS} times")

    async def graphql(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The body of an answer of the GraphQL API: `data`, and `errors` where some fields have none."""
        base = self._base.removesuffix("/api/v3")
        url = f"{base}/api/graphql" if base != self._base else f"{base}/graphql"
        payload = json.dumps({"query": query, "variables": variables}).encode()
        headers = {"content-type": "application/json"}
        for turn in range(MOST_WAITS):
            request = self._http.build_request("POST", url, content=payload, headers=headers)
            answer, body = await self._sent(request)
            value = self._reply(answer, body).value
            if answer.status_code != 200 or not isinstance(value, dict):
                raise self._unusable(f"its GraphQL API answers {answer.status_code}")
            errors = value.get("errors")
            kinds = (
                {one.get("type") for one in errors if isinstance(one, dict)}
                if isinstance(errors, list)
                else set()
            )
            if "RATE_LIMITED" in kinds:
                seconds = limited_for(403, answer.headers, "rate limit", self._clock.now(), turn)
                await self._wait(seconds or 60.0, "its rate limit is used up")
                continue
            if isinstance(value.get("data"), dict):
                return value
            if not errors or turn >= 3:
                raise self._unusable(f"its GraphQL API refuses the query ({_first_message(errors)})")
            await self._wait(backoff(turn), "its GraphQL API failed")
        raise self._unusable("its rate limit stays used up")

    async def _sent(self, request: httpx2.Request) -> tuple[httpx2.Response, bytes]:
        """The answer to a request, once it is neither a limit nor a passing failure."""
        tries = waits = 0
        while True:
            await self._until_there_is_some_left()
            why, answer, body = await self._once(request)
            if answer is not None and why is None:
                self._remember_what_is_left(answer)
                limit = limited_for(
                    answer.status_code, answer.headers, body[:2_000].decode("utf-8", "replace"),
                    self._clock.now(), waits,
                )  # fmt: skip
                if limit is None:
                    return answer, body
                waits += 1
                if waits > MOST_WAITS:
                    raise self._unusable("its rate limit stays used up")
                await self._wait(limit, "its rate limit is used up")
                continue
            tries += 1
            if tries >= MOST_TRIES:
                raise self._unusable(f"{why}, {tries} times in a row")
            await self._wait(backoff(tries - 1), str(why))

    async def _once(self, request: httpx2.Request) -> tuple[str | None, httpx2.Response | None, bytes]:
        """Why this try failed in passing, or None; the answer; its body."""
        try:
            answer = await self._http.send(request, stream=True)
            try:
                parts, size = [], 0
                async for part in answer.aiter_bytes():
                    parts.append(part)
                    size += len(part)
                    if size > MOST_BYTES:
                        raise self._unusable(f"an answer has more than {MOST_BYTES:,} bytes")
            finally:
                await answer.aclose()
        except httpx2.TimeoutException:
            return "it does not answer in time", None, b""
        except httpx2.TransportError as bad:
            return f"the connection failed ({type(bad).__name__})", None, b""
        except httpx2.HTTPError as bad:
            return f"its answer cannot be read ({type(bad).__name__})", None, b""
        body = b"".join(parts)
        if answer.status_code >= 500:
            return f"it answers {answer.status_code}", answer, body
        if answer.status_code == 200 and not _is_json(body):
            return "its answer ends early or is no JSON", answer, body
        return None, answer, body

    def _remember_what_is_left(self, answer: httpx2.Response) -> None:
        left, reset = answer.headers.get("x-ratelimit-remaining"), answer.headers.get("x-ratelimit-reset", "")
        self._spent_until = float(reset) if left == "0" and reset.isdigit() else None

    async def _until_there_is_some_left(self) -> None:
        if self._spent_until is not None:
            seconds = self._spent_until - self._clock.now().timestamp() + 1
            self._spent_until = None
            if seconds > 0:
                await self._wait(seconds, "its rate limit is used up")

    async def _wait(self, seconds: float, why: str) -> None:
        if seconds > LONGEST_WAIT:
            at = self._clock.now() + timedelta(seconds=seconds)
            more = "" if self.has_token else ", or set GITHUB_TOKEN, which is allowed more"
            raise self._unusable(
                f"{why} until {at:%Y-%m-%d %H:%M} UTC; run the same command again then{more}"
            )
        await self._waiter.wait(seconds, f"{self.host}: {why}")

    def _reply(self, answer: httpx2.Response, body: bytes) -> Reply:
        if answer.status_code == 401:
            raise BadInput(f"{self.host} does not accept the token in GITHUB_TOKEN.")
        if answer.status_code == 403:
            raise self._unusable(f"it refuses the request ({_first_message(_parsed(body))})")
        following = answer.links.get("next", {}).get("url")
        return Reply(
            answer.status_code, _parsed(body), answer.headers.get("etag"), following, str(answer.url)
        )

    def _same_host(self, url: str) -> None:
        theirs, ours = urlsplit(url), urlsplit(self._base)
        if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
            raise self._unusable("it points to another host, which is not followed")

    def _unusable(self, why: str) -> SourceUnavailable:
        return SourceUnavailable(where=self.host, why=why)


def _checked(url: str, has_token: bool) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise BadInput("CASEWORKER_GITHUB_URL must be like https://api.github.com, without a name or query.")
    if has_token and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise BadInput("CASEWORKER_GITHUB_URL must begin with https:// where GITHUB_TOKEN is set.")
    return url.rstrip("/")


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _first_message(value: Any) -> str:
    """What an error says, in one short line."""
    first = value[0] if isinstance(value, list) and value else value
    said = first.get("message") if isinstance(first, dict) else None
    return " ".join(said.split())[:160] if isinstance(said, str) else "without a reason"
