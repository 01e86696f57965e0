"""`/v1/threads`: a conversation about one case, turn by turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from agent.compose import Services
from agent.diagnosis.diagnosis import Answer, NewDiagnosis, Thread, Turn
from agent.diagnosis.follow_up import open_case
from agent.errors import AgentError
from agent.graph import LARGE
from agent.report.error_report import Case
from agent.settings import Settings
from api.accept import EVENTS, JSON, choose
from api.answers import answer as diagnose
from api.auth import AnyCaller, Caller
from api.body import checked, read_body
from api.conversation import Message, Standing, Step, close, is_closing, join, settle
from api.deps import WithRuns, WithServices, WithSettings, json_response, request_body
from api.described import TEXT, described
from api.problems import Problem, from_error, internal, unknown_id
from api.runs import DONE, PROBLEM, Asked, Event, Run, Runs, kept, log_fault
from api.schemas import ReportIn
from api.stream import stream_response
from api.thread_schemas import MessageIn, MessageReply, ReplyOut, ThreadOut, thread_body

router = APIRouter(tags=["threads"])
T = TypeVar("T")
MOST_TURNS = 400
"""A conversation that is longer is not about one case."""
_FAULTS = described(400, 401, 403, 406, 408, 413, 415, 422, 500, 503, 504)
_BUSY: set[str] = set()
"""Threads to which this process is writing a turn. Across processes the store decides who was first."""
_WRITING: set[asyncio.Task[MessageReply]] = set()


@router.post(
    "/v1/threads",
    operation_id="create_thread",
    summary="Begin a conversation",
    status_code=201,
    response_model=ThreadOut,
    responses=_FAULTS,
    openapi_extra=thread_body(),
)
async def create(request: Request, caller: AnyCaller, services: WithServices, runs: WithRuns) -> Response:
    """With `{}` an empty thread; with a report its diagnosis is made at once and stands as two turns."""
    choose(request.headers.get("accept"), (JSON,))
    body = await read_body(request)
    if body.value == {}:
        return _created(await services.threads.create(caller.stamp, {}))
    case = open_case(checked(ReportIn, body.value))
    runs.check_room()
    run = runs.new(caller.stamp)
    runs.start(run, Asked(case, len(body.raw), stored=False))
    found = await run.result()
    step = await _settled(Standing(), case, found, services)
    turns = _turns(0, found.report.text, step, found.id, services)
    made = _made(run, case, found)
    return _created(await services.threads.create(caller.stamp, _stored(step.case), turns, made))


@router.get(
    "/v1/threads/{thread_id}",
    operation_id="get_thread",
    summary="Read a conversation",
    response_model=ThreadOut,
    responses=described(401, 403, 404, 406, 500, 503),
)
async def read(thread_id: str, request: Request, caller: AnyCaller, services: WithServices) -> Response:
    """All turns, the oldest first."""
    choose(request.headers.get("accept"), (JSON,))
    return json_response(_shown(await _find(thread_id, caller, services)))


@router.post(
    "/v1/threads/{thread_id}/messages",
    operation_id="say_in_thread",
    summary="Say something in a conversation",
    status_code=201,
    responses={
        200: {"description": "The run's events (Accept: text/event-stream)", "content": {EVENTS: TEXT}},
        201: {"model": MessageReply, "description": "The reply"},
        **_FAULTS,
        **described(404, 409),
    },
    openapi_extra=request_body(MessageIn),
)
async def say(
    thread_id: str,
    request: Request,
    caller: AnyCaller,
    services: WithServices,
    settings: WithSettings,
    runs: WithRuns,
) -> Response:
    """The message joins the case; the reply is one question, or the diagnosis in words and what changed.

    As a stream: the rooms of the run as they are done, then the reply as the data of `done`.
    """
    form = choose(request.headers.get("accept"), (JSON, EVENTS))
    body = await read_body(request)
    given = checked(MessageIn, body.value)
    message = Message(given.content, given.usage, given.environment)
    await _find(thread_id, caller, services)
    with ExitStack() as held:
        held.enter_context(_alone(thread_id))
        thread = await _find(thread_id, caller, services)
        if len(thread.turns) + 2 > MOST_TURNS:
            raise Problem(409, "thread-full", f"A thread has at most {MOST_TURNS} turns; begin another one.")
        runs.check_room()
        standing = await _standing(thread, services)
        run, case = await _begin(thread, standing, message, services, settings, runs)
        written = _write(held.pop_all(), thread, standing, message, case, run, services)
    task = asyncio.create_task(written)
    _WRITING.add(task)
    task.add_done_callback(_written)
    if form == EVENTS:
        return stream_response(_follow(run, task), settings.keep_alive_seconds)
    # The turn is written even if the client is gone by then.
    return json_response(await asyncio.shield(task), 201, {"location": f"/v1/threads/{thread.id}"})


async def _begin(
    thread: Thread,
    standing: Standing,
    message: Message,
    services: Services,
    settings: Settings,
    runs: Runs,
) -> tuple[Run | None, Case]:
    """The run that the message calls for, and its case; no run where it only says that all is well."""
    catalogue = services.context.catalogue
    if standing.case is not None and is_closing(standing, message):
        return None, standing.case
    size = len(message.content) + len(standing.case.text or "" if standing.case else "")
    case = await _work(size, join, standing, message, catalogue, settings.max_body_bytes)
    run = runs.new(thread.owner)
    runs.start(run, Asked(case, size, stored=False))
    return run, case


async def _write(
    held: ExitStack,
    thread: Thread,
    standing: Standing,
    message: Message,
    case: Case,
    run: Run | None,
    services: Services,
) -> MessageReply:
    """Wait for the run and write both turns and the diagnosis, all or none.

    Raises `Problem`, 409 where another message was first; then this one leaves nothing behind.
    """
    with held:
        made: NewDiagnosis | None = None
        if run is None:
            step = close(case, standing.question, services.context.catalogue)
            diagnosis_id = standing.answer.id if standing.answer else None
        else:
            found = await run.result()
            step, diagnosis_id = await _settled(standing, case, found, services), found.id
            made = _made(run, case, found)
        count = len(thread.turns)
        turns = _turns(count, message.content, step, diagnosis_id, services)
        if not await services.threads.append(thread.id, turns, _stored(step.case), count, made):
            raise _meanwhile()
    reply = ReplyOut.model_validate(step.reply.shown())
    return MessageReply(turn=turns[-1].turn, reply=reply, diagnosis_id=diagnosis_id, changed=step.changed)


@contextmanager
def _alone(thread_id: str) -> Iterator[None]:
    if thread_id in _BUSY:
        raise _meanwhile()
    _BUSY.add(thread_id)
    try:
        yield
    finally:
        _BUSY.discard(thread_id)


async def _follow(run: Run | None, task: asyncio.Task[MessageReply]) -> AsyncIterator[Event]:
    """The run's rooms; then the reply as `done`, once its turns stand, or a `problem`."""
    if run is not None:
        async for event in run.follow():
            if event.seq < DONE:
                yield event
    try:
        reply = await asyncio.shield(task)
    except Problem as bad:
        yield Event(PROBLEM, "problem", bad.body())
        return
    except Exception as fault:  # noqa: BLE001 - the edge of a stream; `_written` logs what nobody foresaw
        told = from_error(fault) if isinstance(fault, AgentError) else internal()
        yield Event(PROBLEM, "problem", told.body())
        return
    yield Event(DONE, "done", reply.model_dump(mode="json"))


def _written(task: asyncio.Task[MessageReply]) -> None:
    """The reader of the reply may be gone. Then a fault is said here, and not by the event loop with
    its words, which may be a user's."""
    _WRITING.discard(task)
    fault = None if task.cancelled() else task.exception()
    if fault is not None and not isinstance(fault, (Problem, AgentError)):
        log_fault("a message could not be written", fault)


async def _settled(standing: Standing, case: Case, found: Answer, services: Services) -> Step:
    return await _work(len(case.text or ""), settle, standing, case, found, services.context.catalogue)


async def _work(size: int, call: Callable[..., T], *args: Any) -> T:
    """`call(*args)`, in a thread where the case is large, so that other requests are not held up."""
    return await asyncio.to_thread(call, *args) if size > LARGE else call(*args)


async def _find(thread_id: str, caller: Caller, services: Services) -> Thread:
    """The thread, if this caller may see it. Raises `Problem` 404."""
    thread = await services.threads.get(thread_id, caller.owner)
    if thread is None:
        raise unknown_id("thread")
    return thread


async def _standing(thread: Thread, services: Services) -> Standing:
    """Where the thread stands, from its rows."""
    said = [turn for turn in thread.turns if turn.role == "caseworker"]
    if not said:
        return Standing()
    case = Case.model_validate(thread.submission)
    last_id = next((turn.diagnosis_id for turn in reversed(said) if turn.diagnosis_id), None)
    stored = await services.diagnoses.get(last_id) if last_id else None
    # A diagnosis that was pruned is made again: the same case gives the same one.
    found = stored.answer if stored and stored.answer else await diagnose(case, services.context)
    last = ReplyOut.model_validate(said[-1].reply or {})
    return Standing(case, found, last.question, tuple(turn.content for turn in said))


def _made(run: Run, case: Case, found: Answer) -> NewDiagnosis:
    return NewDiagnosis(answer=found, owner=run.owner, submission=kept(case, found))


def _turns(number: int, content: str, step: Step, diagnosis_id: str | None, services: Services) -> list[Turn]:
    """The two turns that follow on `number` turns."""
    at = services.context.clock.now()
    user = Turn(turn=number + 1, role="user", content=content, at=at)
    reply = Turn(
        turn=number + 2,
        role="caseworker",
        content=step.reply.text,
        reply=step.reply.shown(),
        diagnosis_id=diagnosis_id,
        changed=step.changed,
        at=at,
    )
    return [user, reply]


def _stored(case: Case) -> dict[str, Any]:
    return case.model_dump(mode="json", exclude_none=True)


def _shown(thread: Thread) -> BaseModel:
    return ThreadOut.model_validate(thread.model_dump(include={"id", "turns"}))


def _created(thread: Thread) -> Response:
    return json_response(_shown(thread), 201, {"location": f"/v1/threads/{thread.id}"})


def _meanwhile() -> Problem:
    detail = "Another message came to this thread meanwhile. Read the thread and send yours again."
    return Problem(409, "thread-changed", detail, retry_after=1)
