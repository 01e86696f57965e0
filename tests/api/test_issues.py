"""Stored issues over HTTP: added by an admin, bad rows named, found again."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.compose import open_services
from agent.diagnosis.diagnosis import Role
from agent.settings import Settings
from api.app import create_app
from api.auth import new_key

ROW = {
    "number": 7,
    "title": "Zebra import stalls",
    "body": "A quagga appears.",
    "html_url": "https://github.com/o/n/issues/7",
    "state": "open",
}


def add(http: TestClient, *rows: Any, headers: dict[str, str] | None = None, **more: Any) -> Any:
    return http.post("/v1/issues:import", json={"issues": list(rows), **more}, headers=headers)


def search(http: TestClient, q: str, **more: Any) -> Any:
    return http.get("/v1/issues", params={"q": q, **more})


def test_too_many_at_once_are_told_to_come_in_parts(http: TestClient) -> None:
    refused = add(http, {**ROW, "body": "x" * 7_000_000})
    assert refused.status_code == 413
    assert "6000000 bytes" in refused.json()["detail"]
    assert refused.json()["detail"].endswith("or fewer rows.")


def test_what_is_imported_is_found(http: TestClient) -> None:
    assert search(http, "quagga").json() == {"issues": []}
    assert add(http, ROW).json() == {"imported": 1, "rejected": []}
    (found,) = search(http, "quagga").json()["issues"]
    assert (found["repository"], found["number"], found["title"]) == ("o/n", 7, "Zebra import stalls")
    assert "quagga" in found["why"]


def test_an_issue_is_found_by_its_address(http: TestClient) -> None:
    add(http, ROW)
    for address in ("o/n#7", "https://github.com/O/n/issues/7?x=1#issuecomment-2"):
        (found,) = search(http, address).json()["issues"]
        assert (found["number"], found["why"]) == (7, "the issue that was asked for")
    assert search(http, "o/n#8").json() == {"issues": []}
    assert search(http, "o/n#999999999999").json() == {"issues": []}


def test_a_known_issue_is_updated(http: TestClient) -> None:
    add(http, ROW)
    add(http, {**ROW, "title": "Zebra import is quick", "state": "closed"})
    (found,) = search(http, "zebra").json()["issues"]
    assert (found["title"], found["state"]) == ("Zebra import is quick", "closed")


def test_rows_bring_their_comments_and_timeline(http: TestClient, service_settings: Settings) -> None:
    row = {
        **ROW,
        "comments": [{"id": 1, "body": "Duplicate of #2", "user": {"login": "bob"}}],
        "timeline": [{"id": 2, "event": "closed"}],
    }
    assert http.post("/v1/issues:import", json={"issues": [row, {"number": "x"}]}).json()["imported"] == 1
    with sqlite3.connect(service_settings.database_url.removeprefix("sqlite:///")) as plain:
        found = [
            plain.execute(f"SELECT count(*) FROM issue_{name}").fetchone()[0]
            for name in ("comments", "timeline", "links")
        ]
    plain.close()
    assert found == [1, 1, 1]


def test_bad_rows_are_named_and_the_others_kept(http: TestClient) -> None:
    told = add(http, {"number": "seven", "title": "x"}, ROW, {**ROW, "title": " "}, repository="o/n").json()
    assert told["imported"] == 1
    assert [row["row"] for row in told["rejected"]] == [0, 2]
    assert told["rejected"][0]["reason"].startswith("number: ")
    assert told["rejected"][1]["reason"].startswith("title: ")
    assert len(search(http, "quagga").json()["issues"]) == 1


def test_rows_that_name_no_repository_get_the_given_one(http: TestClient) -> None:
    bare = {"number": 3, "title": "Okapi"}
    assert add(http, bare).json()["rejected"][0]["reason"].startswith("repository: ")
    assert add(http, bare, repository="own/repo").json()["imported"] == 1
    assert search(http, "okapi").json()["issues"][0]["repository"] == "own/repo"


@pytest.mark.parametrize(
    "body",
    [{}, {"issues": {}}, {"issues": ["x"]}, {"issues": [], "more": 1}, {"issues": [], "repository": "../x"},
     {"issues": [{}] * 5_001}, []],
)  # fmt: skip
def test_a_malformed_body_is_refused(http: TestClient, body: Any) -> None:
    refused = http.post("/v1/issues:import", json=body)
    assert refused.status_code == 422
    assert refused.json()["errors"]


@pytest.mark.parametrize(
    "query", ["", "q=", "q=%20", "q=x&limit=0", "q=x&limit=101", "q=x&more=1", "q=" + "x" * 2001]
)
def test_a_bad_query_is_refused(http: TestClient, query: str) -> None:
    refused = http.get(f"/v1/issues?{query}")
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")


def test_a_search_gives_the_same_message_first_and_no_more_than_asked(http: TestClient, refusal: str) -> None:
    found = search(http, refusal, limit=2).json()["issues"]
    assert len(found) == 2
    assert found[0]["why"].startswith("same error message")
    assert found[0]["score"] >= found[1]["score"]


def test_words_of_a_query_language_are_words(http: TestClient) -> None:
    add(http, ROW)
    for odd in ('"', "quagga AND (", "NEAR(", "*", "title:quagga", "quagga'; DROP TABLE issues; --"):
        assert search(http, odd).status_code == 200, odd
    assert len(search(http, "quagga").json()["issues"]) == 1


@pytest.fixture
def keyed(service_settings: Settings) -> Iterator[tuple[TestClient, dict[Role, dict[str, str]]]]:
    roles: tuple[Role, ...] = ("reader", "agent", "admin")
    made = {role: new_key("") for role in roles}

    async def keep() -> None:
        async with open_services(service_settings) as services:
            for role in roles:
                await services.keys.create(role, role, made[role].secret_hash, made[role].prefix)

    asyncio.run(keep())
    headers = {role: {"authorization": f"Bearer {made[role].shown}"} for role in roles}
    with TestClient(create_app(service_settings), base_url="http://box", client=("10.0.0.9", 1)) as client:
        yield client, headers


def test_only_an_admin_adds_and_everybody_searches(
    keyed: tuple[TestClient, dict[Role, dict[str, str]]],
) -> None:
    http, headers = keyed
    for role in ("reader", "agent"):
        refused = add(http, ROW, headers=headers[role])  # type: ignore[index]
        assert refused.status_code == 403
        assert "admin" in refused.json()["detail"]
    assert add(http, ROW).status_code == 401
    read = {"params": {"q": "quagga"}, "headers": headers["reader"]}
    assert http.get("/v1/issues", **read).json() == {"issues": []}  # type: ignore[arg-type]
    assert add(http, ROW, headers=headers["admin"]).status_code == 200
    assert len(http.get("/v1/issues", **read).json()["issues"]) == 1  # type: ignore[arg-type]
