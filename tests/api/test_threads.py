"""Conversations over HTTP: shapes, streams, owners, limits, and two messages at once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.errors import StoreUnavailable
from agent.graph import stream
from agent.settings import Settings
from agent.store.schema import upgrade
from agent.store.threads import SqlThreads
from api.app import create_app

SEED = "\nMy plan is at 0% of my limit. Claude Code on Max."


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    found = Settings(database_url=f"sqlite:///{tmp_path}/threads.sqlite3", causes=None, log_level="error")
    upgrade(found.database_url)
    return found


def opened(stack: ExitStack, settings: Settings, **options: Any) -> TestClient:
    app = create_app(settings, **options)
    return stack.enter_context(TestClient(app, base_url="http://localhost", client=("127.0.0.1", 5000)))


@pytest.fixture
def http(settings: Settings) -> Iterator[TestClient]:
    with ExitStack() as stack:
        yield opened(stack, settings)


def begun(http: TestClient, body: Any = None) -> str:
    made = http.post("/v1/threads", json=body or {})
    assert made.status_code == 201, made.text
    found: str = made.json()["id"]
    assert made.headers["location"] == f"/v1/threads/{found}"
    return found


def say(http: TestClient, thread: str, content: str, **more: Any) -> Any:
    return http.post(f"/v1/threads/{thread}/messages", json={"content": content, **more})


def events(text: str) -> list[tuple[str, int, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if fields:
            found.append((fields["event"], int(fields["id"]), json.loads(fields["data"])))
    return found


def test_an_empty_thread_has_the_shape_of_the_contract(http: TestClient) -> None:
    made = http.post("/v1/threads", json={})
    assert made.status_code == 201
    assert made.json() == {"id": made.json()["id"], "turns": []}


def test_a_conversation(http: TestClient, refusal: str) -> None:
    thread = begun(http)
    first = say(http, thread, refusal + SEED)
    assert first.status_code == 201
    body = first.json()
    assert body.keys() == {"turn", "reply", "diagnosis_id", "changed"}
    assert body["reply"].keys() == {"text", "action", "question"}
    assert (body["turn"], body["reply"]["action"], body["changed"]) == (2, "ask", [])
    assert body["reply"]["question"]["how"] in body["reply"]["text"]
    second = say(http, thread, "2.1.7").json()
    assert (second["turn"], second["reply"]["action"], second["reply"]["question"]) == (4, "answer", None)
    assert second["changed"][0].startswith("You run 2.1.7")
    kept = http.get(f"/v1/diagnoses/{second['diagnosis_id']}").json()
    assert kept["causes"][0]["id"] == "legacy-client-misclassified"
    last = say(http, thread, "that fixed it, thanks").json()
    assert (last["reply"]["action"], last["diagnosis_id"]) == ("closed", second["diagnosis_id"])
    turns = http.get(f"/v1/threads/{thread}").json()["turns"]
    assert [turn["turn"] for turn in turns] == [1, 2, 3, 4, 5, 6]
    assert [turn["role"] for turn in turns] == ["user", "caseworker"] * 3
    assert turns[2]["content"] == "2.1.7"
    assert turns[3]["reply"] == second["reply"]
    assert turns[3]["content"] == second["reply"]["text"]


def test_a_thread_that_begins_with_a_report_has_its_first_diagnosis(http: TestClient, refusal: str) -> None:
    made = http.post("/v1/threads", json={"title": "Refused", "text": refusal + SEED}).json()
    user, reply = made["turns"]
    assert (user["role"], reply["role"], reply["reply"]["action"]) == ("user", "caseworker", "ask")
    assert refusal in user["content"]
    assert http.get(f"/v1/diagnoses/{reply['diagnosis_id']}").status_code == 200
    assert http.get(f"/v1/threads/{made['id']}").json() == made
    assert say(http, made["id"], "2.1.7").json()["turn"] == 4


def test_a_message_as_a_stream_ends_with_the_reply(http: TestClient, refusal: str) -> None:
    thread = begun(http)
    shown = http.post(
        f"/v1/threads/{thread}/messages",
        json={"content": refusal + SEED},
        headers={"accept": "text/event-stream"},
    )
    assert shown.headers["content-type"].startswith("text/event-stream")
    said = events(shown.text)
    assert [name for name, _, _ in said] == ["report", "usage", "issues", "causes", "diagnosis", "done"]
    assert [number for _, number, _ in said] == sorted({number for _, number, _ in said})
    done = said[-1][2]
    assert (done["turn"], done["reply"]["action"]) == (2, "ask")
    assert http.get(f"/v1/threads/{thread}").json()["turns"][1]["reply"] == done["reply"]


def test_no_secret_is_kept(http: TestClient, settings: Settings, refusal: str, tmp_path: Path) -> None:
    key = "sk-ant-" + "api03-" + "q7Xz" * 8
    thread = begun(http)
    shown = say(http, thread, f"{refusal}{SEED} key {key}", usage={"note": key}, environment={"model": key})
    assert shown.status_code == 201
    assert say(http, thread, f"2.1.7 {key}").status_code == 201
    assert key not in http.get(f"/v1/threads/{thread}").text
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("threads.sqlite3*"))
    assert stored
    assert key.encode() not in stored


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 422, "/content"),
        ({"content": " \n"}, 422, "/content"),
        ({"content": 5}, 422, "/content"),
        ({"contnt": "x"}, 422, "did you mean content?"),
        ({"content": "x", "environment": {"client": "y"}}, 422, "client_version"),
        ({"content": "x", "usage": 5}, 422, "/usage"),
        ([], 422, "JSON object"),
    ],
)
def test_a_malformed_message_names_its_fields(http: TestClient, body: Any, status: int, says: str) -> None:
    thread = begun(http)
    shown = http.post(f"/v1/threads/{thread}/messages", json=body)
    assert (shown.status_code, shown.headers["content-type"]) == (status, "application/problem+json")
    assert says in shown.json()["detail"]
    assert http.get(f"/v1/threads/{thread}").json()["turns"] == []


def test_other_faults_are_problems_too(http: TestClient) -> None:
    thread = begun(http)
    path = f"/v1/threads/{thread}/messages"
    assert http.post(path, content=b"{", headers={"content-type": "application/json"}).status_code == 400
    assert http.post(path, content=b"x", headers={"content-type": "text/plain"}).status_code == 415
    assert http.post(path, json={"content": "x"}, headers={"accept": "image/png"}).status_code == 406
    assert http.post("/v1/threads", json={"titel": "x"}).status_code == 422
    assert http.get("/v1/threads/th_nobody").status_code == 404
    missing = say(http, "th_nobody", "x")
    assert (missing.status_code, missing.json()["detail"]) == (404, "There is no thread with this id.")


def test_a_case_may_not_outgrow_the_limit(settings: Settings, refusal: str) -> None:
    small = settings.model_copy(update={"max_body_bytes": 3_000})
    with ExitStack() as stack:
        http = opened(stack, small)
        thread = begun(http)
        assert say(http, thread, refusal + "x" * 2_000).status_code == 201
        assert say(http, thread, "y" * 2_000).status_code == 413
        assert len(http.get(f"/v1/threads/{thread}").json()["turns"]) == 2


def test_a_thread_has_an_end(http: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.threads.MOST_TURNS", 4)
    thread = begun(http)
    assert [say(http, thread, "hello there").status_code for _ in range(3)] == [201, 201, 409]


async def _slow(*args: Any) -> Any:
    """The road with a stop on it, so that two messages meet."""
    await asyncio.sleep(0.4)
    async for step in stream(*args):
        yield step


@pytest.mark.parametrize("servers", [1, 2])
def test_of_two_messages_at_once_one_wins(settings: Settings, refusal: str, servers: int) -> None:
    with ExitStack() as stack:
        clients = [opened(stack, settings, walk=_slow) for _ in range(servers)]
        thread = begun(clients[0])
        say(clients[0], thread, refusal + SEED)
        with ThreadPoolExecutor(2) as pool:
            sent = [
                pool.submit(say, clients[i % servers], thread, said)
                for i, said in enumerate(["2.1.7", "yes"])
            ]
            answers = [each.result() for each in sent]
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        lost = next(answer for answer in answers if answer.status_code == 409)
        assert lost.headers["retry-after"] == "1"
        assert lost.json()["retry_after"] == 1
        turns = clients[0].get(f"/v1/threads/{thread}").json()["turns"]
        assert [turn["turn"] for turn in turns] == [1, 2, 3, 4]
        kept = {row["id"] for row in clients[0].get("/v1/diagnoses").json()["diagnoses"]}
        assert kept == {turn["diagnosis_id"] for turn in turns} - {None}, "the one that lost left nothing"
        assert say(clients[0], thread, "2.1.7").status_code == 201


def test_readers_see_their_own_threads_only(settings: Settings, refusal: str) -> None:
    from api.auth import new_key

    with ExitStack() as stack:
        http = opened(stack, settings)
        services = http.app.state.services  # type: ignore[attr-defined]
        shown = {}
        for name, role in (("one", "reader"), ("two", "reader"), ("three", "agent")):
            made = new_key(settings.key_pepper.get_secret_value())
            http.portal.call(services.keys.create, name, role, made.secret_hash, made.prefix)  # type: ignore[union-attr]
            shown[name] = {"authorization": f"Bearer {made.shown}"}
        http.app.state.doorkeeper._any = (0.0, False)  # type: ignore[attr-defined]
        assert http.post("/v1/threads", json={}).status_code == 401
        thread = http.post("/v1/threads", json={}, headers=shown["one"]).json()["id"]
        path = f"/v1/threads/{thread}"
        codes = {name: http.get(path, headers=key).status_code for name, key in shown.items()}
        assert codes == {"one": 200, "two": 404, "three": 200}
        said = {"content": refusal + SEED}
        assert http.post(f"{path}/messages", json=said, headers=shown["two"]).status_code == 404
        by_agent = http.post(f"{path}/messages", json=said, headers=shown["three"])
        assert by_agent.status_code == 201
        theirs = http.get(f"/v1/diagnoses/{by_agent.json()['diagnosis_id']}", headers=shown["one"])
        assert theirs.status_code == 200


def test_a_thread_of_another_tenant_is_not_found(settings: Settings) -> None:
    with ExitStack() as stack:
        thread = begun(opened(stack, settings))
        other = opened(stack, settings.model_copy(update={"tenant": "other"}))
        assert other.get(f"/v1/threads/{thread}").status_code == 404
        assert say(other, thread, "x").status_code == 404


def test_a_message_that_fails_leaves_no_turn(settings: Settings, refusal: str) -> None:
    async def broken(*_: Any) -> Any:
        raise ValueError("planted")
        yield

    with ExitStack() as stack:
        http = opened(stack, settings, walk=broken)
        thread = begun(http)
        assert say(http, thread, refusal).status_code == 500
        streamed = http.post(
            f"/v1/threads/{thread}/messages", json={"content": "x"}, headers={"accept": "text/event-stream"}
        )
        assert [name for name, _, _ in events(streamed.text)] == ["problem"]
        assert http.get(f"/v1/threads/{thread}").json()["turns"] == []


@pytest.mark.parametrize("fault", [StoreUnavailable(where="x", why="planted"), ValueError("planted")])
def test_a_turn_that_cannot_be_written_is_told_and_leaves_no_diagnosis(
    settings: Settings, refusal: str, monkeypatch: pytest.MonkeyPatch, capsys: Any, fault: Exception
) -> None:
    async def lost(*_: Any) -> bool:
        raise fault

    slug = "store-unavailable" if isinstance(fault, StoreUnavailable) else "internal"
    with ExitStack() as stack:
        http = opened(stack, settings)
        thread = begun(http)
        monkeypatch.setattr(SqlThreads, "append", lost)
        path = f"/v1/threads/{thread}/messages"
        streamed = http.post(path, json={"content": refusal}, headers={"accept": "text/event-stream"})
        last = events(streamed.text)[-1]
        assert (last[0], last[2]["type"]) == ("problem", f"urn:caseworker:problem:{slug}")
        refused = say(http, thread, refusal)
        assert refused.json()["type"] == f"urn:caseworker:problem:{slug}"
        assert http.get("/v1/diagnoses").json()["diagnoses"] == []
    assert "planted" not in capsys.readouterr().err
