"""THE ROAD: a report passes every room and leaves as a diagnosis.

Each node is a thin shell round one pure call; the wiring at the end is the picture in README.md.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from pydantic import TypeAdapter

from agent.causes.cause import Differential
from agent.causes.weigh import weigh as weigh_causes
from agent.diagnosis.conclude import conclude as conclude_diagnosis
from agent.diagnosis.diagnosis import Answer, Diagnosis, ModelCost, Provenance
from agent.issues.issue import RelatedIssue
from agent.issues.query import build_query
from agent.issues.rank import rank
from agent.report.error_report import ErrorReport, Submission
from agent.report.read import read as read_submission
from agent.state import JSON, Context, State
from agent.usage.account import UsageAssessment
from agent.usage.assess import assess as assess_usage

LARGE = 64 * 1024
"""Characters of input above which a room's work is done in a thread, off the event loop."""
CANDIDATES = 30
RELATED = TypeAdapter(list[RelatedIssue])

T = TypeVar("T")
Node = Callable[[State, Runtime[Context]], Awaitable[JSON]]


async def _work(size: int, call: Callable[..., T], *args: Any) -> T:
    """`call(*args)`, in a thread where the input is large, so that other runs are not held up."""
    return await asyncio.to_thread(call, *args) if size > LARGE else call(*args)


def _size(state: State) -> int:
    return sum(len(str(value)) for value in state["submission"].values() if value)


async def read(state: State, runtime: Runtime[Context]) -> JSON:
    """A submission becomes a report: errors, environment, statements."""
    submission = Submission.model_validate(state["submission"])
    report = await _work(_size(state), read_submission, submission, runtime.context.catalogue.lexicon)
    return {"report": report.model_dump(mode="json")}


async def assess(state: State, runtime: Runtime[Context]) -> JSON:
    """The account behind the report: windows, balances, lane, contradictions."""
    submission = Submission.model_validate(state["submission"])
    report = ErrorReport.model_validate(state["report"])
    now = report.reported_at or runtime.context.clock.now()
    usage = await _work(_size(state), assess_usage, submission, report, now)
    return {"usage": usage.model_dump(mode="json")}


async def retrieve(state: State, runtime: Runtime[Context]) -> JSON:
    """Known issues that resemble the report; none where no store could be opened."""
    report = ErrorReport.model_validate(state["report"])
    index = runtime.context.issues
    hits = await index.search(build_query(report), CANDIDATES) if index else []
    return {"issues": [issue.model_dump(mode="json") for issue in rank(report, hits)]}


async def weigh(state: State, runtime: Runtime[Context]) -> JSON:
    """The differential. Related issues are not looked at: they inform the reader only."""
    report = ErrorReport.model_validate(state["report"])
    usage = UsageAssessment.model_validate(state["usage"])
    return {"causes": weigh_causes(report, usage, runtime.context.catalogue).model_dump(mode="json")}


async def conclude(state: State, runtime: Runtime[Context]) -> JSON:
    """The diagnosis in plain words, through the four laws."""
    diagnosis = conclude_diagnosis(
        ErrorReport.model_validate(state["report"]),
        UsageAssessment.model_validate(state["usage"]),
        RELATED.validate_python(state["issues"]),
        Differential.model_validate(state["causes"]),
        runtime.context.catalogue,
        runtime.context.notes,
    )
    return {"diagnosis": diagnosis.model_dump(mode="json")}


def _timed(name: str, node: Node) -> Node:
    async def run(state: State, runtime: Runtime[Context]) -> JSON:
        started = time.perf_counter()
        update = await node(state, runtime)
        runtime.context.timings_ms[name] = round((time.perf_counter() - started) * 1000, 3)
        return update

    return run


@cache
def build() -> Any:
    """The compiled graph; built at the first call and kept, since it holds no state of a run."""
    graph: Any = StateGraph(State, context_schema=Context)
    nodes: dict[str, Node] = {
        "read": read,
        "assess": assess,
        "retrieve": retrieve,
        "weigh": weigh,
        "conclude": conclude,
    }
    for name, node in nodes.items():
        graph.add_node(name, _timed(name, node))
    graph.add_edge(START, "read")
    graph.add_edge("read", "assess")
    graph.add_edge("read", "retrieve")
    graph.add_edge(["assess", "retrieve"], "weigh")
    graph.add_edge("weigh", "conclude")
    graph.add_edge("conclude", END)
    return graph.compile()


async def diagnose(submission: Submission, context: Context) -> Answer:
    """Walk one submission down the road.

    Raises nothing of its own: bad input is refused when the `Submission` is made.
    """
    run = replace(context, timings_ms={})
    created_at = run.clock.now()
    state = await build().ainvoke({"submission": submission.model_dump(mode="json")}, context=run)
    return Answer(
        id=f"dx_{secrets.token_hex(12)}",
        client_id=submission.id,
        created_at=created_at,
        mode="plain",
        report=ErrorReport.model_validate(state["report"]),
        usage=UsageAssessment.model_validate(state["usage"]),
        issues=RELATED.validate_python(state["issues"]),
        causes=Differential.model_validate(state["causes"]).ranked,
        diagnosis=Diagnosis.model_validate(state["diagnosis"]),
        provenance=Provenance(catalogue=run.catalogue.digest, issues_as_of=run.issues_as_of),
        cost=ModelCost(),
        timings_ms=run.timings_ms,
    )
