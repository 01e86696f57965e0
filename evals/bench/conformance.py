"""Whether the service keeps what its OpenAPI document says: schemathesis against a real server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict

from evals.bench.server import serving

# A cursor, an event id and an idempotency key mean something only after an earlier answer: one that
# the schema allows may still be refused, as the contract says, with these statuses.
_CONFIG = """
[[operations]]
include-name = "GET /v1/diagnoses"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403]

[[operations]]
include-name = "GET /v1/diagnoses/{diagnosis_id}/events"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404]

[[operations]]
include-name = "POST /v1/diagnoses"
checks.positive_data_acceptance.expected-statuses = ["2xx", 401, 403, 409, 422]
"""
_CASES = re.compile(r"(\d[\d,]*) generated")
_FAILURES = re.compile(r"(\d+) unique failure")


class Conformance(BaseModel):
    """Requests sent, failures of any check, and what schemathesis said of them."""

    model_config = ConfigDict(frozen=True)

    requests: int
    failures: int
    said: str


def check(url: str, examples: int, headers: Sequence[str] = (), seed: int = 1) -> Conformance:
    """All checks with `examples` generated requests for each operation of the service at `url`."""
    run = "from schemathesis.cli import schemathesis; schemathesis()"
    with TemporaryDirectory() as folder:
        config = Path(folder) / "schemathesis.toml"
        config.write_text(_CONFIG, encoding="utf-8")
        sent = [part for header in headers for part in ("-H", header)]
        done = subprocess.run(
            [sys.executable, "-c", run, "--config-file", str(config), "run", f"{url}/openapi.json",
             "--checks", "all", "--phases", "examples,coverage,fuzzing", "-n", str(examples),
             "--seed", str(seed), "--no-color", *sent],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
    cases, failures = _CASES.search(done.stdout), _FAILURES.search(done.stdout)
    count = int(failures[1]) if failures else int(done.returncode != 0)
    requests = int(cases[1].replace(",", "")) if cases else 0
    return Conformance(requests=requests, failures=count, said=done.stdout + done.stderr)


def measure_conformance(examples: int) -> Conformance:
    """`check` against a server of its own."""
    with serving() as server:
        return check(server.url, examples)
