"""A real HTTP server on loopback that plays the provider's batch API; it lives on when a client is killed."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from evals.bench.echo import echo

ROAD = "/v1/messages/batches"
Reply = Callable[[dict[str, Any]], dict[str, Any]]


def faithful(params: dict[str, Any]) -> dict[str, Any]:
    """The result of a request: the plain words as a draft."""
    message = {
        "id": "msg_01BatchTest",
        "type": "message",
        "role": "assistant",
        "model": params["model"],
        "content": [{"type": "text", "text": echo(params)}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1000, "output_tokens": 100},
    }
    return {"type": "succeeded", "message": message}


class BatchProvider:
    """Batches end as soon as `open` is set. `begun` are the requests of each, `bodies` what was posted."""

    def __init__(self, reply: Reply) -> None:
        self.reply = reply
        self.open = threading.Event()
        self.open.set()
        self.looked = threading.Event()
        self.begun: list[list[dict[str, Any]]] = []
        self.refuse: int | None = None
        self.lose_answer = False
        self.url = ""

    def shown(self, number: int) -> dict[str, Any]:
        """A batch as the API shows it."""
        ended, count = self.open.is_set(), len(self.begun[number])
        counts = dict.fromkeys(("canceled", "errored", "expired", "processing", "succeeded"), 0)
        counts["succeeded" if ended else "processing"] = count
        now = datetime.now(UTC).isoformat()
        return {
            "id": f"msgbatch_{number}", "type": "message_batch", "created_at": now, "expires_at": now,
            "ended_at": now if ended else None, "archived_at": None, "cancel_initiated_at": None,
            "processing_status": "ended" if ended else "in_progress", "request_counts": counts,
            "results_url": f"{self.url}{ROAD}/msgbatch_{number}/results" if ended else None,
        }  # fmt: skip

    def get(self, path: str) -> Any:
        """The body of a GET: one batch, its results, or the list of all."""
        if path.startswith(f"{ROAD}?") or path == ROAD:
            found = [self.shown(number) for number in reversed(range(len(self.begun)))]
            return {"data": found, "has_more": False, "first_id": None, "last_id": None}
        name, _, rest = path.removeprefix(f"{ROAD}/").partition("/")
        number = int(name.removeprefix("msgbatch_"))
        if rest:
            return [
                {"custom_id": one["custom_id"], "result": self.reply(one["params"])}
                for one in reversed(self.begun[number])
            ]
        self.looked.set()
        return self.shown(number)


@contextmanager
def batch_provider(reply: Reply = faithful) -> Iterator[BatchProvider]:
    """A provider on a free port, in threads of its own; gone when the block ends."""
    provider = BatchProvider(reply)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on stderr."""

        def do_GET(self) -> None:
            found = provider.get(self.path)
            lines = "".join(json.dumps(line) + "\n" for line in found) if isinstance(found, list) else None
            self.send(200, lines or json.dumps(found))

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            if provider.refuse is not None:
                error = {"type": "invalid_request_error", "message": "no"}
                return self.send(provider.refuse, json.dumps({"type": "error", "error": error}))
            provider.begun.append(asked["requests"])
            if provider.lose_answer:
                provider.lose_answer = False
                self.close_connection = True
                return None
            return self.send(200, json.dumps(provider.shown(len(provider.begun) - 1)))

        def send(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
