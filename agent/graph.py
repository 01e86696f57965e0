"""THE ROAD: a report passes every room and leaves as a diagnosis.

Each node is a thin shell round one pure call; the wiring at the end is the picture in README.md.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import datetime
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
from agent.issues.query import SEARCH_DEPTH, build_query
from agent.issues.rank import rank
from agent.report.error_report import Case, ErrorReport, Submission
from agent.report.read import read as read_submission
from agent.state import JSON, Context, State
from agent.usage.account import UsageAssessment
from agent.usage.assess import assess as assess_usage

LARGE = 64 * 1024
"""Characters of input above which a room's work is done in a thread, off the event loop."""
ROOMS = ("report", "usage", "issues", "causes", "diagnosis")
"""The keys of the rooms, in the order in which they are said, whichever is done first."""
TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")
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
    submission = Case.model_validate(state["submission"])
    report = await _work(_size(state), read_submission, submission, runtime.context.catalogue.lexicon)
    return {"report": report.model_dump(mode="json")}


async def assess(state: State, runtime: Runtime[Context]) -> JSON:
    """The account behind the report: windows, balances, lane, contradictions."""
    submission = Case.model_validate(state["submission"])
    report = ErrorReport.model_validate(state["report"])
    now = report.reported_at or runtime.context.clock.now()
    usage = await _work(_size(state), assess_usage, submission, report, now)
    return {"usage": usage.model_dump(mode="json")}


async def retrieve(state: State, runtime: Runtime[Context]) -> JSON:
    """Known issues that resemble the report; none where no store could be opened."""
    report = ErrorReport.model_validate(state["report"])
    index = runtime.context.issues
    query = build_query(report, runtime.context.catalogue.lexicon)
    hits = await index.search(query, SEARCH_DEPTH) if index else []
    return {"issues": [issue.model_dump(mode="json") for issue in rank(report, hits)]}


async def weigh(state: State, runtime: Runtime[Context]) -> JSON:
    """The differential. Related issues are not looked at: they inform the reader only."""
    report = ErrorReport.model_validate(state["report"])
    usage = UsageAssessment.model_validate(state["usage"])
    answers = Case.model_validate(state["submission"]).answers
    weighed = await _work(_size(state), weigh_causes, report, usage, runtime.context.catalogue, answers)
    return {"causes": weighed.model_dump(mode="json")}


async def conclude(state: State, runtime: Runtime[Context]) -> JSON:
    """The diagnosis in plain words, through the four laws."""
    diagnosis = await _work(
        _size(state),
        conclude_diagnosis,
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
    """The compiled graph; built at the first call and kept, since it holds no state of a run.

    The library can send each run to a tracing service when the environment says so. What users paste
    stays here, so that is switched off for this process, whatever the environment says.
    """
    for variable in TRACING:
        os.environ[variable] = "false"
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


def new_id() -> str:
    """An id that no other diagnosis has."""
    return f"dx_{secrets.token_hex(12)}"


async def stream(
    submission: Submission, context: Context, diagnosis_id: str | None = None
) -> AsyncIterator[tuple[str, Any]]:
    """Walk one submission down the road and say each room as soon as it is done.

    Yields a room's key and its value as it stands in the answer, in the order of `ROOMS`; then
    "answer" and the whole `Answer`. Raises what a store raises; bad input is refused when the
    `Submission` is made.
    """
    run = replace(context, timings_ms={})
    created_at = run.clock.now()
    start = {"submission": submission.model_dump(mode="json")}
    state: JSON = {}
    said = 0
    async for update in build().astream(start, context=run, stream_mode="updates"):
        for values in update.values():
            state |= values
        while said < len(ROOMS) and ROOMS[said] in state:
            value = state[ROOMS[said]]
            yield ROOMS[said], value["ranked"] if ROOMS[said] == "causes" else value
            said += 1
    yield "answer", _answer(submission, run, state, diagnosis_id or new_id(), created_at)


async def diagnose(submission: Submission, context: Context, diagnosis_id: str | None = None) -> Answer:
    """The whole walk at once: the last thing that `stream` yields."""
    said = [value async for _name, value in stream(submission, context, diagnosis_id)]
    answer: Answer = said[-1]
    return answer


def _answer(submission: Submission, run: Context, state: JSON, diagnosis_id: str, made: datetime) -> Answer:
    return Answer(
        id=diagnosis_id,
        client_id=submission.id,
        created_at=made,
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
