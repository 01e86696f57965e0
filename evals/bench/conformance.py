"""Whether the service keeps what its OpenAPI document says: schemathesis against a real server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict

from evals.bench.server import Server, ServerFailed, serving

# A cursor, an event id and an idempotency key mean something only after an earlier answer: one that
# the schema allows may still be refused, as the contract says, with these statuses. That a 422 is then
# about the key, and never about a body that the schema allows, is looked at in contract_checks.py.
_CONFIG = """
hooks = CHECKS

# A body that breaks the schema by being huge is too large before it is anything else.
[checks]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422]

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
_CHECKS = Path(__file__).with_name("contract_checks.py")
ROLES = ("admin", "agent", "reader")
_WIDTH = 2_000
"""Characters that are shown of a line: one that repeats a request may be as long as its body."""
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
        config.write_text(_CONFIG.replace("CHECKS", json.dumps(str(_CHECKS))), encoding="utf-8")
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
    said = "\n".join(line[:_WIDTH] for line in (done.stdout + done.stderr).splitlines())
    return Conformance(requests=requests, failures=count, said=said)


def measure_conformance(examples: int) -> Conformance:
    """`check` against a server without a key, then, with half as many examples each, as every role."""
    with serving() as server:
        found = {"without a key": check(server.url, examples)}
    with serving() as server:
        for role in ROLES:
            header = f"Authorization: Bearer {_new_key(server, role)}"
            found[f"as {role}"] = check(server.url, max(examples // 2, 1), [header])
    said = [f"== {name}\n{part.said}" for name, part in found.items()]
    sums = [f"{name}: {part.requests} requests, {part.failures} failures" for name, part in found.items()]
    return Conformance(
        requests=sum(part.requests for part in found.values()),
        failures=sum(part.failures for part in found.values()),
        said="\n".join([*said, *sums]),
    )


def _new_key(server: Server, role: str) -> str:
    """A key for the server. Raises `ServerFailed` where none can be made."""
    made = subprocess.run(
        [sys.executable, "-m", "api.cli", "keys", "create", role, "--role", role],
        env=dict(server.env), capture_output=True, text=True, check=False,
    )  # fmt: skip
    if made.returncode:
        raise ServerFailed(f"no key could be made: {made.stderr.strip()}")
    return made.stdout.split()[0]
