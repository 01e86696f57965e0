"""Every error is a problem: one shape, a request id, and of a fault not a word but in the log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from agent.errors import AgentError, BadInput, SchemaTooOld, StoreUnavailable, TooLarge
from agent.log import configure_logging
from api.door import Door, Gate
from api.metrics import Metrics
from api.problems import MEDIA_TYPE, Problem, from_error, install, unknown_id

WORDS = "what the user wrote"
MEMBERS = {"type", "title", "status", "detail", "request_id"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A service without a database: a path with two methods, and one that breaks."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(Door, gate=Gate(), metrics=Metrics())
    install(app)

    @app.get("/things/{number}")
    async def read(number: int) -> int:
        return number

    @app.put("/things/{number}")
    async def write(number: int) -> int:
        return number

    @app.get("/broken")
    async def broken() -> None:
        raise LookupError(WORDS)

    @app.get("/teapot")
    async def refused() -> None:
        fault = {"pointer": "/lid", "detail": "is on"}
        raise Problem(503, "no-tea", "Later.", retry_after=7, errors=[fault], headers={"allow": "GET"})

    with TestClient(app) as opened:
        yield opened
    configure_logging("warning")


def test_unknown_paths_and_methods(client: TestClient) -> None:
    missing = client.get("/nowhere", headers={"x-request-id": "r-1"})
    assert (missing.status_code, missing.headers["content-type"]) == (404, MEDIA_TYPE)
    assert missing.json().keys() == MEMBERS
    assert missing.json()["request_id"] == missing.headers["x-request-id"] == "r-1"
    refused = client.post("/things/1")
    assert (refused.status_code, refused.headers["content-type"]) == (405, MEDIA_TYPE)
    assert refused.headers["allow"] == "GET, PUT", "the methods of every route of the path"
    assert refused.json()["title"] == "Method Not Allowed"


def test_a_parameter_that_cannot_be_read_is_named(client: TestClient) -> None:
    bad = client.get("/things/many").json()
    assert bad["status"] == 400
    assert [(fault["parameter"], fault["in"]) for fault in bad["errors"]] == [("number", "path")]


def test_a_problem_carries_what_it_was_given(client: TestClient) -> None:
    answer = client.get("/teapot")
    assert (answer.status_code, answer.headers["retry-after"], answer.headers["allow"]) == (503, "7", "GET")
    assert answer.json()["type"] == "urn:caseworker:problem:no-tea"
    assert answer.json()["retry_after"] == 7
    assert answer.json()["errors"] == [{"pointer": "/lid", "detail": "is on"}]


def test_a_fault_is_logged_under_its_request_id_and_not_shown(client: TestClient, capsys: Any) -> None:
    configure_logging("info")
    answer = client.get("/broken", headers={"x-request-id": "find-me"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, MEDIA_TYPE)
    assert answer.headers["x-request-id"] == "find-me"
    assert answer.json()["type"] == "urn:caseworker:problem:internal"
    assert "LookupError" not in answer.text
    log = capsys.readouterr().err
    assert WORDS not in answer.text + log
    fault = next(line for line in log.splitlines() if "LookupError" in line)
    assert "request_id=find-me" in fault
    assert "test_problems.py:" in fault, "the log says where it broke"
    assert any("status=500" in line and "request_id=find-me" in line for line in log.splitlines())


@pytest.mark.parametrize(
    ("error", "status", "slug", "again"),
    [
        (TooLarge(size=9, limit=5), 413, "too-large", None),
        (BadInput("The cursor is not one."), 400, "bad-input", None),
        (
            StoreUnavailable(where="postgresql://box/db", why="connection refused"),
            503,
            "store-unavailable",
            5,
        ),
        (SchemaTooOld(where="postgresql://box/db"), 500, "internal", None),
        (AgentError(), 500, "internal", None),
    ],
)
def test_errors_of_the_house(error: AgentError, status: int, slug: str, again: int | None) -> None:
    problem = from_error(error)
    assert (problem.status, problem.slug, problem.retry_after) == (status, slug, again)
    assert ("box" in problem.detail) is False, "where the database is concerns no client"


def test_an_id_that_is_not_there_and_one_of_somebody_else_read_the_same() -> None:
    assert unknown_id("thread").body() == unknown_id("thread").body()
    assert "thread" in unknown_id("thread").detail
