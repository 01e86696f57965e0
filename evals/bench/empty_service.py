"""The service round a graph that does nothing: what HTTP and one insert cost by themselves.

`python -m evals.bench.empty_service` serves it like `caseworker serve`, for `evals.bench load`.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import uvicorn

from agent.causes.cause import Question
from agent.diagnosis.diagnosis import Answer, Diagnosis, ModelCost, Provenance
from agent.graph import ROOMS, build
from agent.report.error_report import ErrorReport, Submission
from agent.state import Context
from agent.usage.account import UsageAssessment
from api.app import create_app as create_real
from evals.bench.noop import build_like

_NOTHING: dict[str, Any] = {
    "confidence": 0.0, "summary": "", "guidance": [], "example": None, "notes": [], "recommendation": "",
    "fix_versions": [], "evidence": [], "handoff": None,
}  # fmt: skip


def create_app() -> Any:
    """The real app with an empty walk."""
    return create_real(walk=empty_walk(), own_process=True)


def empty_walk() -> Callable[[Submission, Context, str], AsyncIterator[tuple[str, Any]]]:
    """Something of the shape of `graph.stream` that walks a graph of the road's shape whose nodes do
    nothing."""
    graph = build_like(build())

    async def walk(
        submission: Submission, _context: Context, diagnosis_id: str
    ) -> AsyncIterator[tuple[str, Any]]:
        async for _ in graph.astream({"submission": submission.model_dump(mode="json")}):
            pass
        answer = _answer(submission, diagnosis_id)
        for room in ROOMS:
            yield room, {}
        yield "answer", answer

    return walk


def _answer(submission: Submission, diagnosis_id: str) -> Answer:
    question = Question(text="", how="", splits=[])
    return Answer(
        id=diagnosis_id,
        client_id=submission.id,
        created_at=datetime.now(UTC),
        mode="plain",
        report=ErrorReport(text=submission.text or ""),
        usage=UsageAssessment(),
        issues=[],
        causes=[],
        diagnosis=Diagnosis(action="ask", question=question, **_NOTHING),
        provenance=Provenance(catalogue=""),
        cost=ModelCost(),
        timings_ms={},
    )


def main() -> None:
    """Serve on a free port and say where."""
    # With its protocol named: asyncio sends small answers at once only on a socket that says it is TCP.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    sys.stderr.write(f"http://127.0.0.1:{listening.getsockname()[1]}\n")
    sys.stderr.flush()
    config = uvicorn.Config(create_app, factory=True, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
