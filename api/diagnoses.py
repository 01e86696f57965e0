"""`/v1/diagnoses`: made, streamed, listed, read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from agent.diagnosis.diagnosis import Action, Answer, DiagnosisFilter, StoredDiagnosis
from agent.diagnosis.render import render_markdown
from api.accept import EVENTS, JSON, MARKDOWN, choose
from api.auth import AnyCaller, Caller
from api.body import checked, read_body
from api.deps import WithRuns, WithServices, WithSettings, json_response, request_body
from api.described import STREAM, TEXT, described, read_headers
from api.idempotency import claimed, key_of
from api.problems import Problem, unknown_id
from api.runs import Asked, Run, stored_events
from api.schemas import DiagnosisList, Moment, ReportIn, RunStatus, StoredAnswer
from api.stream import stream_response

router = APIRouter(tags=["diagnoses"])
_FORMS = (JSON, MARKDOWN, EVENTS)


class Wanted(BaseModel):
    """What a list of diagnoses is narrowed to, and which part of it is given."""

    model_config = ConfigDict(extra="forbid")

    cause: str | None = Field(None, max_length=100, description="The id of the first cause")
    action: Action | None = Field(None, description="What the diagnosis does")
    signature: str | None = Field(None, max_length=200, description="The signature of one of its errors")
    request_id: str | None = Field(None, max_length=200, description="A request id of one of its errors")
    client_id: str | None = Field(None, max_length=200, description="The id that its sender gave it")
    since: Moment | None = Field(None, description="Made at this moment or later")
    cursor: str | None = Field(None, max_length=400, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=200, description="At most so many")


@router.post(
    "/v1/diagnoses",
    operation_id="create_diagnosis",
    summary="Diagnose a report",
    status_code=201,
    responses={
        200: {"description": "The run's events (Accept: text/event-stream)", "content": {EVENTS: STREAM}},
        201: {"model": Answer, "description": "The diagnosis", "content": {MARKDOWN: TEXT}},
        202: {"model": RunStatus, "description": "It is being made (Prefer: respond-async)"},
        **described(400, 401, 403, 406, 408, 409, 413, 415, 422, 500, 503, 504),
    },
    openapi_extra={**request_body(ReportIn), **read_headers("Prefer", "Idempotency-Key")},
)
async def create(
    request: Request, caller: AnyCaller, services: WithServices, settings: WithSettings, runs: WithRuns
) -> Response:
    """A report in, a diagnosis out: as JSON, as Markdown, or as the stream of its run.

    The same `Idempotency-Key` with the same body gives the same diagnosis again; with another body 422.
    """
    form = choose(request.headers.get("accept"), _FORMS)
    later = form == JSON and _prefers_later(request)
    key = key_of(request)
    body = await read_body(request)
    submission = checked(ReportIn, body.value)
    runs.check_room()
    if key is not None:
        earlier = await claimed(key, caller, body, services, wait=0 if later else settings.run_seconds)
        if earlier is not None:
            return await _again(earlier, form, later, settings.keep_alive_seconds)
    run = runs.new(caller.stamp)
    asked = Asked(submission, len(body.raw), key, begun=later)
    if later:
        await _begin(run, asked, services)
    runs.start(run, asked)
    if later:
        return _accepted(RunStatus(id=run.id, state="running", created_at=run.created_at))
    if form == EVENTS:
        return stream_response(run.follow(), settings.keep_alive_seconds, {"location": _path(run.id)})
    return _made(await run.result(), form)


@router.get(
    "/v1/diagnoses",
    operation_id="list_diagnoses",
    summary="List diagnoses",
    response_model=DiagnosisList,
    responses=described(400, 401, 403, 500, 503),
)
async def page(caller: AnyCaller, services: WithServices, wanted: Annotated[Wanted, Query()]) -> Response:
    """The newest first. A reader sees their own."""
    narrowed = DiagnosisFilter(owner=caller.owner, **wanted.model_dump(exclude={"cursor", "limit"}))
    found = await services.diagnoses.page(narrowed, cursor=wanted.cursor, limit=wanted.limit)
    return json_response(DiagnosisList(diagnoses=found.items, next=found.next))


@router.get(
    "/v1/diagnoses/{diagnosis_id}",
    operation_id="get_diagnosis",
    summary="Read a diagnosis",
    responses={
        200: {
            "model": StoredAnswer | RunStatus,
            "description": "The diagnosis, or that it came to nothing",
            "content": {MARKDOWN: TEXT},
        },
        202: {"model": RunStatus, "description": "It is still being made"},
        **described(401, 403, 404, 406, 500, 503),
    },
)
async def read(diagnosis_id: str, request: Request, caller: AnyCaller, services: WithServices) -> Response:
    """The diagnosis as JSON, with its decision and votes, or as Markdown."""
    form = choose(request.headers.get("accept"), (JSON, MARKDOWN))
    stored = await find(diagnosis_id, caller, services)
    if stored.answer is None:
        status = status_of(stored)
        return _accepted(status) if stored.state == "running" else json_response(status)
    if form == MARKDOWN:
        return _markdown(stored.answer, 200, {})
    return json_response(with_votes(stored))


async def find(diagnosis_id: str, caller: Caller, services: Any) -> StoredDiagnosis:
    """The stored diagnosis, if this caller may see it. Raises `Problem` 404."""
    stored: StoredDiagnosis | None = await services.diagnoses.get(diagnosis_id, owner=caller.owner)
    if stored is None:
        raise unknown_id("diagnosis")
    return stored


def with_votes(stored: StoredDiagnosis) -> StoredAnswer:
    """A finished diagnosis as it is read."""
    answer: Any = stored.answer
    fields = {name: getattr(answer, name) for name in type(answer).model_fields}
    return StoredAnswer.model_construct(**fields, state="done", decision=stored.decision, votes=stored.votes)


def status_of(stored: StoredDiagnosis) -> RunStatus:
    """One that has no answer: running, or failed and why."""
    return RunStatus.model_validate(stored.model_dump(include={"id", "state", "created_at", "problem"}))


def _prefers_later(request: Request) -> bool:
    given = ",".join(request.headers.getlist("prefer")).lower()
    return "respond-async" in (part.split(";")[0].strip() for part in given.split(","))


async def _begin(run: Run, asked: Asked, services: Any) -> None:
    """A row that says that it is being made, before anybody is told its address."""
    await services.diagnoses.begin(run.id, owner=run.owner, submission={}, created_at=run.created_at)
    if asked.key is not None:
        await services.idempotency.finish(asked.key, run.owner or "", run.id)


async def _again(stored: StoredDiagnosis, form: str, later: bool, pause: float) -> Response:
    """The answer to a request that was answered before."""
    again = {"idempotency-replayed": "true", "location": _path(stored.id)}
    if form == EVENTS and stored.state != "running":
        return stream_response(stored_events(stored), pause, again)
    if stored.answer is not None:
        return _made(stored.answer, form, again)
    if stored.state == "running" and later:
        return _accepted(status_of(stored), again)
    if stored.state == "running":
        raise Problem(409, "still-running", "The same request is still being answered.", retry_after=1)
    told = status_of(stored).problem
    raise Problem(
        told.status if told else 500, "failed-before", told.detail if told else "It came to nothing."
    )


def _path(diagnosis_id: str) -> str:
    return f"/v1/diagnoses/{diagnosis_id}"


def _made(answer: Answer, form: str, headers: dict[str, str] | None = None) -> Response:
    held = {"location": _path(answer.id), **(headers or {})}
    if form == MARKDOWN:
        return _markdown(answer, 201, held)
    return json_response(answer, 201, held)


def _markdown(answer: Answer, status: int, headers: dict[str, str]) -> Response:
    return Response(render_markdown(answer).encode(), status, headers, media_type=MARKDOWN)


def _accepted(status: RunStatus, headers: dict[str, str] | None = None) -> Response:
    held = {"location": _path(status.id), "retry-after": "1", **(headers or {})}
    return json_response(status, 202, {**held, "preference-applied": "respond-async"})
