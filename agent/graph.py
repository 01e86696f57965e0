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
from functools import cache
from typing import Any, TypeVar

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from agent.causes.weigh import weigh as weigh_causes
from agent.diagnosis.answer import answer_of
from agent.diagnosis.conclude import conclude as conclude_diagnosis
from agent.diagnosis.diagnosis import Answer, Provenance
from agent.diagnosis.drafting import Drafting
from agent.diagnosis.material import Material, material_of
from agent.diagnosis.next_call import Models, next_call
from agent.diagnosis.repair import check as check_draft
from agent.diagnosis.repair import finish
from agent.diagnosis.spoken import teller
from agent.issues.follow import STEPS, duplicates_among, led_on
from agent.issues.query import SEARCH_DEPTH, build_query
from agent.issues.rank import rank
from agent.ports import Model
from agent.report.error_report import Case, ErrorReport, Submission
from agent.report.read import read as read_submission
from agent.state import FINDINGS, JSON, RELATED, WAVES, Context, Rooms, State, rooms_of, waves_of
from agent.usage.account import UsageAssessment
from agent.usage.assess import assess as assess_usage
from prompts import PromptSet

LARGE = 64 * 1024
"""Characters of input above which a room's work is done in a thread, off the event loop."""
PRODUCT = "claude-code"
"""The product of a report that names none."""
ROOMS = ("report", "usage", "issues", "causes", "diagnosis")
"""The keys of the rooms, in the order in which they are said, whichever is done first."""
TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")

T = TypeVar("T")
Node = Callable[[State, Runtime[Context]], Awaitable[JSON]]


async def _work(size: int, call: Callable[..., T], *args: Any) -> T:
    """`call(*args)`, in a thread where the input is large, so that other runs are not held up."""
    return await asyncio.to_thread(call, *args) if size > LARGE else call(*args)


def _size(state: State) -> int:
    return sum(len(str(value)) for value in state["submission"].values() if value)


async def read(state: State, runtime: Runtime[Context]) -> JSON:
    """A submission becomes a report: errors, environment, statements."""
    if (apart := runtime.context.apart) and _size(state) > LARGE:
        return {"report": await apart.read(state["submission"])}
    submission = Case.model_validate(state["submission"])
    report = await _work(_size(state), read_submission, submission, runtime.context.catalogue.lexicon)
    return {"report": report.model_dump(mode="json")}


async def assess(state: State, runtime: Runtime[Context]) -> JSON:
    """The account behind the report: windows, balances, lane, contradictions."""
    submission = Case.model_validate(state["submission"])
    report = ErrorReport.model_validate(state["report"])
    now = report.reported_at or runtime.context.clock.now()
    if (apart := runtime.context.apart) and _size(state) > LARGE:
        return {"usage": await apart.assess(state["submission"], state["report"], now)}
    usage = await _work(_size(state), assess_usage, submission, report, now)
    return {"usage": usage.model_dump(mode="json")}


async def retrieve(state: State, runtime: Runtime[Context]) -> JSON:
    """Known issues that resemble the report, and waves that it is part of; none without a store."""
    report = ErrorReport.model_validate(state["report"])
    index = runtime.context.issues
    query = await _work(_size(state), build_query, report, runtime.context.catalogue.lexicon)
    hits = await index.search(query, SEARCH_DEPTH) if index else []
    at = report.reported_at or runtime.context.clock.now()
    waves = await runtime.context.waves.current(report, at) if runtime.context.waves else []
    related = rank(report, hits, query, runtime.context.ranking)
    if (links := runtime.context.links) and (duplicates := duplicates_among(related, hits)):
        related = led_on(report, related, duplicates, await links.neighbours(duplicates, STEPS))
    shown = RELATED.dump_python(related, mode="json")
    return {"issues": shown, "waves": WAVES.dump_python(waves, mode="json")}


async def weigh(state: State, runtime: Runtime[Context]) -> JSON:
    """The differential. Related issues are not looked at: they inform the reader only."""
    report = ErrorReport.model_validate(state["report"])
    usage = UsageAssessment.model_validate(state["usage"])
    answers = Case.model_validate(state["submission"]).answers
    catalogue, stored = runtime.context.catalogue, runtime.context.changelogs
    changelog = await stored.of(report.product or PRODUCT) if stored else None
    weighed = await _work(_size(state), weigh_causes, report, usage, catalogue, answers, changelog)
    return {"causes": weighed.model_dump(mode="json")}


async def draft(state: State, runtime: Runtime[Context]) -> JSON:
    """A model words the diagnosis; the second time with what does not stand in its first draft.

    The plain diagnosis is made first: it is what the model rewords, and what is left if it fails.
    """
    model, prompts = _asked(runtime.context)
    models = Models(model.triage_model, model.draft_model, model.strong_model)
    asked = tuple(answer.question for answer in Case.model_validate(state["submission"]).answers)
    findings = FINDINGS.validate_python(state.get("findings", []))
    rooms = rooms_of(state)
    drafting = await _work(_size(state), _drafting, state, rooms, runtime.context)
    material = _material(drafting, rooms, runtime.context)
    while True:
        call = next_call(drafting, material, findings, prompts, models, asked)
        said = teller(call.step, drafting.drafts + 1, runtime.stream_writer)
        drafting = drafting.heard(call.step, await model.complete(call, said, drafting.left))
        if call.step != "triage" or not drafting.goes_on:
            return {"draft": drafting.model_dump(mode="json")}


async def ground(state: State, runtime: Runtime[Context]) -> JSON:
    """What does not stand in the draft: every claim is checked against what it cites."""
    _, prompts = _asked(runtime.context)
    drafting = Drafting.model_validate(state["draft"])
    material = _material(drafting, rooms_of(state), runtime.context)
    findings = await _work(_size(state), check_draft, drafting, material, prompts)
    return {"findings": FINDINGS.dump_python(findings, mode="json")}


async def conclude(state: State, runtime: Runtime[Context]) -> JSON:
    """The diagnosis, plain or in the words of a draft that stand, through the four laws."""
    report, usage, issues, causes = rooms_of(state)
    catalogue, notes = runtime.context.catalogue, runtime.context.notes
    if "draft" not in state:
        diagnosis = await _work(
            _size(state), conclude_diagnosis, report, usage, issues, causes, catalogue, notes, waves_of(state)
        )
        return {"diagnosis": diagnosis.model_dump(mode="json")}
    drafting = Drafting.model_validate(state["draft"])
    findings = FINDINGS.validate_python(state.get("findings", []))
    done = await _work(_size(state), finish, drafting, findings, report, usage, causes, catalogue, notes)
    return {
        "causes": done.causes.model_dump(mode="json"),
        "draft": drafting.model_copy(update={"stood": done.stood}).model_dump(mode="json"),
        "diagnosis": done.diagnosis.model_dump(mode="json"),
    }


def _drafting(state: State, rooms: Rooms, context: Context) -> Drafting:
    if "draft" in state:
        return Drafting.model_validate(state["draft"])
    plain = conclude_diagnosis(*rooms, context.catalogue, waves=waves_of(state))
    return Drafting(plain=plain, left=context.budget)


def _material(drafting: Drafting, rooms: Rooms, context: Context) -> Material:
    report, usage, _, causes = rooms
    return material_of(drafting.plain, report, usage, causes.ranked, context.catalogue)


def _asked(context: Context) -> tuple[Model, PromptSet]:
    """The model and its prompts. The edge before sees to it that there is one."""
    if context.model is None or context.prompts is None:
        raise ValueError("a model needs its prompts: give both to the Context, or neither")
    return context.model, context.prompts


# The edges wait for nothing, and still are coroutines: the library calls a plain function in a thread.


async def _after_weigh(_state: State, runtime: Runtime[Context]) -> str:
    return "draft" if runtime.context.model is not None else "conclude"


async def _after_draft(state: State) -> str:
    drafting = Drafting.model_validate(state["draft"])
    return "ground" if drafting.outcome == "ok" and not drafting.failed else "conclude"


async def _after_ground(state: State) -> str:
    drafting = Drafting.model_validate(state["draft"])
    return "draft" if state["findings"] and drafting.may_repair else "conclude"


def _timed(name: str, node: Node) -> Node:
    async def run(state: State, runtime: Runtime[Context]) -> JSON:
        started = time.perf_counter()
        update = await node(state, runtime)
        taken = runtime.context.timings_ms.get(name, 0.0) + (time.perf_counter() - started) * 1000
        runtime.context.timings_ms[name] = round(taken, 3)
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
        "draft": draft,
        "ground": ground,
        "conclude": conclude,
    }
    for name, node in nodes.items():
        graph.add_node(name, _timed(name, node))
    graph.add_edge(START, "read")
    graph.add_edge("read", "assess")
    graph.add_edge("read", "retrieve")
    graph.add_edge(["assess", "retrieve"], "weigh")
    graph.add_conditional_edges("weigh", _after_weigh, ["draft", "conclude"])
    graph.add_conditional_edges("draft", _after_draft, ["ground", "conclude"])
    graph.add_conditional_edges("ground", _after_ground, ["draft", "conclude"])
    graph.add_edge("conclude", END)
    return graph.compile()


def new_id() -> str:
    """An id that no other diagnosis has."""
    return f"dx_{secrets.token_hex(12)}"


async def stream(
    submission: Submission, context: Context, diagnosis_id: str | None = None
) -> AsyncIterator[tuple[str, Any]]:
    """Walk one submission down the road and say each room as soon as it is done.

    Yields a room's key and its value, in the order of `ROOMS`; before "diagnosis", where a model drafts,
    "draft" and {"round": 1 or 2, "text": words} as they come, not yet checked; in the end "answer" and
    the whole `Answer`. Raises what a store raises; bad input is refused when the `Submission` is made.
    """
    run = replace(context, timings_ms={})
    created_at = run.clock.now()
    start = {"submission": submission.model_dump(mode="json")}
    state: JSON = {}
    said = 0
    # Only a model's words come as "custom"; without one the second mode would cost for nothing.
    modes = ["updates", "custom"] if run.model is not None else ["updates"]
    async for mode, update in build().astream(start, context=run, stream_mode=modes):
        if mode == "custom":
            yield "draft", update
            continue
        for values in update.values():
            state |= values
        while said < len(ROOMS) and ROOMS[said] in state:
            value = state[ROOMS[said]]
            yield ROOMS[said], value["ranked"] if ROOMS[said] == "causes" else value
            said += 1
    made_with = Provenance(
        catalogue=run.catalogue.digest,
        prompt=run.prompts.digest if run.prompts else None,
        issues_as_of=run.issues_as_of,
    )
    found = diagnosis_id or new_id()
    yield "answer", answer_of(submission, state, found, created_at, made_with, run.timings_ms)


async def diagnose(submission: Submission, context: Context, diagnosis_id: str | None = None) -> Answer:
    """The whole walk at once: the last thing that `stream` yields."""
    said = [value async for _name, value in stream(submission, context, diagnosis_id)]
    answer: Answer = said[-1]
    return answer
