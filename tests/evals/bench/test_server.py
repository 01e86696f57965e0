"""A server of its own: found where it says it is, stopped at the end, and not taken for ready too soon."""

from __future__ import annotations

import os
import urllib.error
import urllib.request

import pytest

from evals.bench.server import ServerFailed, post_json, serving

STUB = """
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
asked = []
class Stub(BaseHTTPRequestHandler):
    def say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        asked.append(self.path)
        self.say(200 if len(asked) > 2 else 503, {})
    def do_POST(self):
        sent = self.rfile.read(int(self.headers["content-length"]))
        own = {key: value for key, value in os.environ.items() if key.startswith("CASEWORKER_")}
        self.say(200, {"sent": json.loads(sent), "asked": asked, "own": own})
    def log_message(self, *_):
        pass
server = HTTPServer(("127.0.0.1", 0), Stub)
sys.stderr.write(f"http://127.0.0.1:{server.server_port}, stop with Ctrl-C\\n")
sys.stderr.flush()
server.serve_forever()
"""


def test_it_is_waited_for_and_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_TENANT", "mine")
    with serving(("-c", STUB)) as server:
        found = post_json(server.url, {"a": 1}).decode()
        assert '"sent": {"a": 1}' in found
        assert found.count("/readyz") == 3, "an address alone does not mean that it is ready"
        assert "CASEWORKER_TENANT" not in found, "what is measured is not the user's own set-up"
        assert "bench.sqlite3" in found
        assert server.ready_s > 0
        os.kill(server.pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(server.pid, 0)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(server.url, timeout=1)


def test_one_that_ends_at_once_is_said_with_its_last_words() -> None:
    with (
        pytest.raises(ServerFailed, match="no room here"),
        serving(("-c", "raise SystemExit('no room here')")),
    ):
        pytest.fail("there is no server")
