"""A forge on loopback that speaks GitHub's shapes, and fails in the ways that GitHub does."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

START = datetime(2026, 4, 1, tzinfo=UTC)


def moment(seconds: float) -> str:
    """So many seconds after the start, as GitHub writes it."""
    return (START + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Fault:
    """An answer in place of the real one. `cut` sends half of the body that was promised."""

    def __init__(
        self, status: int = 500, headers: dict[str, str] | None = None, body: Any = None, *,
        cut: bool = False, raw: bytes | None = None,
    ) -> None:  # fmt: skip
        self.status, self.headers, self.cut = status, headers or {}, cut
        self.raw = raw if raw is not None else json.dumps(body or {"message": "no"}).encode()


class Forge:
    """Repositories with issues, comments, releases and timelines; `faults` are taken one a request."""

    def __init__(self) -> None:
        self.issues: dict[int, dict[str, Any]] = {}
        self.comments: list[dict[str, Any]] = []
        self.releases: list[dict[str, Any]] = []
        self.timelines: dict[int, list[dict[str, Any]]] = {}
        self.histories: dict[int, list[dict[str, Any]]] = {}
        self.gone: dict[int, int] = {}
        self.moved: dict[int, str] = {}
        self.holds: set[tuple[str, str]] = set()
        self.per_page = 100
        self.takes_since = True
        self.headers: dict[str, str] = {}
        self.faults: list[Fault | None] = []
        self.graphql_errors: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str, dict[str, str]]] = []
        self.before: Callable[[str], None] = lambda _path: None
        self.url = ""

    def issue(self, number: int, updated: float, **facts: Any) -> dict[str, Any]:
        """Adds or replaces an issue of o/n."""
        row = {
            "id": 1000 + number, "node_id": f"I_{number}", "number": number, "title": f"title {number}",
            "body": facts.pop("body", "a body"), "state": "open", "user": {"login": "ann"}, "comments": 0,
            "labels": [{"name": "bug"}], "html_url": f"https://github.com/o/n/issues/{number}",
            "url": f"{self.url}/repos/o/n/issues/{number}", "repository_url": f"{self.url}/repos/o/n",
            "created_at": moment(0), "updated_at": moment(updated), "closed_at": None,
            "reactions": {"url": "x", "total_count": 1, "+1": 1}, **facts,
        }  # fmt: skip
        self.issues[number] = row
        return row

    def comment(self, identity: int, number: int, body: str, updated: float) -> None:
        """Adds a comment to an issue of o/n."""
        self.comments.append(
            {"id": identity, "issue_url": f"{self.url}/repos/o/n/issues/{number}", "body": body,
             "html_url": f"https://github.com/o/n/issues/{number}#issuecomment-{identity}",
             "user": {"login": "bob"}, "created_at": moment(updated), "updated_at": moment(updated)}
        )  # fmt: skip

    def paths(self, start: str = "") -> list[str]:
        """Paths with their queries that were asked for, in order."""
        return [path for method, path, _ in self.requests if path.startswith(start)]

    def answer(self, path: str, query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        """Status, body and headers of a GET."""
        if path == "/repos/o/n/issues":
            return self._list(list(self.issues.values()), path, query)
        if path == "/repos/o/n/issues/comments":
            return self._list(self.comments, path, query)
        if path == "/repos/o/n/releases":
            return self._list(self.releases, path, query)
        if path == "/repos/o/n":
            return 200, {"full_name": "o/n"}, {}
        if found := re.fullmatch(r"/repos/o/n/issues/(\d+)", path):
            return self._one(int(found[1]))
        if found := re.fullmatch(r"/repos/o/n/issues/(\d+)/timeline", path):
            return self._list(self.histories.get(int(found[1]), []), path, query)
        if found := re.fullmatch(r"/moved/([\w.-]+)/([\w.-]+)/(\d+)", path):
            return (
                200,
                {
                    "number": int(found[3]),
                    "title": f"title {found[3]}",
                    "html_url": f"https://github.com/{found[1]}/{found[2]}/issues/{found[3]}",
                },
                {},
            )
        if found := re.fullmatch(r"/repos/o/n/compare/(\w+)\.\.\.(.+)", path):
            return 200, {"status": "ahead" if (found[1], found[2]) in self.holds else "diverged"}, {}
        return 404, {"message": "Not Found"}, {}

    def _one(self, number: int) -> tuple[int, Any, dict[str, str]]:
        if number in self.moved:
            return (
                301,
                {"message": "Moved Permanently"},
                {"location": f"{self.url}/moved/{self.moved[number]}"},
            )
        if number in self.gone:
            return self.gone[number], {"message": "This issue was deleted"}, {}
        row = self.issues.get(number)
        return (200, row, {}) if row else (404, {"message": "Not Found"}, {})

    def _list(self, rows: list[Any], path: str, query: dict[str, str]) -> tuple[int, Any, dict[str, str]]:
        if query.get("sort") == "updated":
            rows = sorted(rows, key=lambda row: (row["updated_at"], row["id"]))
        if self.takes_since and "since" in query:
            rows = [row for row in rows if row["updated_at"] >= query["since"]]
        size, page = min(self.per_page, int(query.get("per_page", "30"))), int(query.get("page", "1"))
        headers = {}
        if len(rows) > page * size:
            kept = "&".join(f"{name}={value}" for name, value in query.items() if name != "page")
            headers["link"] = (
                f'<{self.url}{path}?{kept}&page={page + 1}>; rel="next", <{self.url}>; rel="last"'
            )
        return 200, rows[(page - 1) * size : page * size], headers

    def graphql(self, body: dict[str, Any]) -> dict[str, Any]:
        """The timelines that a query asks for, two events a page."""
        repository: dict[str, Any] = {}
        errors = []
        for number in map(int, re.findall(r"issueOrPullRequest\(number: (\d+)\)", body["query"])):
            if number in self.gone or number in self.moved or number not in self.issues:
                repository[f"n{number}"] = None
                errors.append({"type": "NOT_FOUND", "path": ["repository", f"n{number}"], "message": "gone"})
                continue
            events = self.timelines.get(number, [])
            start = int(body["variables"].get(f"a{number}") or 0)
            info = {"hasNextPage": start + 2 < len(events), "endCursor": str(start + 2)}
            repository[f"n{number}"] = {
                "timelineItems": {"nodes": events[start : start + 2], "pageInfo": info}
            }
        return {"data": {"repository": repository}, **({"errors": errors} if errors else {})}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    forge: Forge

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if self._begin():
            return
        status, body, headers = self.forge.answer(parts.path, query)
        etag = '"' + hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16] + '"'
        if status == 200 and self.headers.get("if-none-match") == etag:
            self._send(304, None, headers)
            return
        self._send(status, body, {**headers, "etag": etag})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self._begin():
            return
        if self.forge.graphql_errors:
            self._send(200, {"errors": [self.forge.graphql_errors.pop(0)]}, {})
            return
        self._send(200, self.forge.graphql(body), {})

    def _begin(self) -> bool:
        self.forge.requests.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        self.forge.before(self.path)
        fault = self.forge.faults.pop(0) if self.forge.faults else None
        if fault:
            self._send(fault.status, fault.raw, fault.headers, fault.cut)
        return fault is not None

    def _send(self, status: int, body: Any, headers: dict[str, str], cut: bool = False) -> None:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {**self.forge.headers, **headers}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw[: len(raw) // 2] if cut else raw)
        if cut:
            self.close_connection = True


@contextmanager
def serving(forge: Forge) -> Iterator[str]:
    """The forge on a port of loopback; its URL."""
    handler = type("Handler", (_Handler,), {"forge": forge})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    forge.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield forge.url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
