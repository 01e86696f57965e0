"""`/v1/links`: forms, refusals, and that nothing but the configured host is ever asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.settings import Settings
from api.app import create_app
from tests.agent.github.forge import Forge, serving
from tests.api.test_auth import key
from tests.api.test_link_answer import ISSUES

URL = "https://github.com/anthropics/claude-code/issues/45095"
PROBLEM = "urn:caseworker:problem:"


@pytest.fixture
def filled(http: TestClient) -> TestClient:
    rows = json.loads(ISSUES.read_text("utf-8"))
    body = {"issues": rows, "repository": "anthropics/claude-code"}
    assert http.post("/v1/issues:import", json=body).json() == {"imported": 4, "rejected": []}
    return http


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch) -> Iterator[Forge]:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    found = Forge()
    with serving(found):
        found.issue(1, 1, body="see #2")
        found.issue(2, 2)
        yield found


def opened(settings: Settings, **options: Any) -> TestClient:
    return TestClient(create_app(settings, **options), base_url="http://localhost", client=("127.0.0.1", 1))


def test_json_by_default(filled: TestClient) -> None:
    for named in (URL, "anthropics/claude-code#45095"):
        answer = filled.post("/v1/links", json={"url": named})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        found = answer.json()
        assert found["issue"]["name"] == "anthropics/claude-code#45095"
        assert found["causes"][0]["id"] == "legacy-client-misclassified"
        assert found["unseen"][0] == "Only what is stored was looked at; GitHub was not asked."


@pytest.mark.parametrize(
    ("more", "accept", "media", "start"),
    [
        ({"format": "markdown"}, "application/json", "text/markdown", "# anthropics/claude-code"),
        ({}, "text/markdown", "text/markdown", "# anthropics/claude-code"),
        ({"format": "mermaid", "depth": 1}, "*/*", "text/vnd.mermaid", "flowchart LR"),
        ({"format": "json"}, "text/markdown", "application/json", '{"issue"'),
    ],
)
def test_other_forms(filled: TestClient, more: dict[str, Any], accept: str, media: str, start: str) -> None:
    answer = filled.post("/v1/links", json={"url": URL, **more}, headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == media
    assert answer.text.startswith(start)


def test_a_form_that_is_not_there(filled: TestClient) -> None:
    assert filled.post("/v1/links", json={"url": URL}, headers={"accept": "image/png"}).status_code == 406


def test_depth(filled: TestClient) -> None:
    near = filled.post("/v1/links", json={"url": URL, "depth": 1}).json()["links"]
    far = filled.post("/v1/links", json={"url": URL, "depth": 3.0}).json()["links"]
    assert max(thread["distance"] for thread in near["threads"]) == 1
    assert len(far["threads"]) > len(near["threads"])


@pytest.mark.parametrize(
    ("body", "pointer", "why"),
    [
        ({}, "/url", "required"),
        ({"url": 7}, "/url", "string"),
        ({"url": "https://gitlab.com/o/n/issues/1"}, "/url", "not an issue of github.com"),
        ({"url": "http://169.254.169.254/o/n/issues/1"}, "/url", "not an issue of github.com"),
        ({"url": "http://localhost:8700/o/n/issues/1"}, "/url", "not an issue of github.com"),
        ({"url": "https://github.com/o/n/pull/1"}, "/url", "is a pull request"),
        ({"url": "nonsense"}, "/url", "names no issue"),
        ({"url": "x" * 600}, "/url", "500"),
        ({"url": URL, "depth": 0}, "/depth", "greater"),
        ({"url": URL, "depth": 9}, "/depth", "less"),
        ({"url": URL, "depth": 1.5}, "/depth", "integer"),
        ({"url": URL, "depth": True}, "/depth", "integer"),
        ({"url": URL, "format": "pdf"}, "/format", "mermaid"),
    ],
)
def test_a_malformed_body(http: TestClient, body: dict[str, Any], pointer: str, why: str) -> None:
    refused = http.post("/v1/links", json=body)
    assert (refused.status_code, refused.json()["type"]) == (422, PROBLEM + "malformed-body")
    (fault,) = refused.json()["errors"]
    assert fault["pointer"] == pointer
    assert why in fault["detail"]


def test_what_is_not_there_is_a_404(filled: TestClient) -> None:
    for named, why in (("o/n#1", "not stored"), ("anthropics/claude-code#45300", "it is a pull request")):
        refused = filled.post("/v1/links", json={"url": named})
        assert (refused.status_code, refused.json()["type"]) == (404, PROBLEM + "no-such-issue")
        assert why in refused.json()["detail"]


def test_nothing_is_asked_unless_a_setting_allows_it(service_settings: Settings, forge: Forge) -> None:
    settings = service_settings.model_copy(update={"github_url": forge.url})
    with opened(settings) as http:
        assert http.post("/v1/links", json={"url": "o/n#1"}).status_code == 404
    assert forge.requests == []


def test_with_the_setting_only_the_host_that_is_set_is_asked(
    service_settings: Settings, forge: Forge
) -> None:
    other = Forge()
    with serving(other) as elsewhere:
        settings = service_settings.model_copy(update={"github_url": forge.url, "links_online": True})
        with opened(settings) as http:
            for url in (f"{elsewhere}/o/n/issues/1", "https://github.com/o/n/issues/1"):
                assert http.post("/v1/links", json={"url": url}).status_code == 422
            assert forge.requests == []
            found = http.post("/v1/links", json={"url": f"{forge.url}/o/n/issues/1"}).json()
            assert [thread["name"] for thread in found["links"]["threads"]] == ["o/n#1", "o/n#2"]
            forge.gone = {3: 410}
            for url, why in (("o/n#3", "it was deleted"), ("no/body#1", "no repository no/body")):
                refused = http.post("/v1/links", json={"url": url})
                assert refused.status_code == 404
                assert why in refused.json()["detail"]
        assert other.requests == []


def test_a_redirect_to_another_host_is_not_followed(service_settings: Settings, forge: Forge) -> None:
    other = Forge()
    with serving(other) as elsewhere:
        other.issue(1, 1)
        forge.answer = lambda _path, _query: (302, {}, {"location": f"{elsewhere}/repos/o/n/issues/1"})  # type: ignore[method-assign]
        settings = service_settings.model_copy(update={"github_url": forge.url, "links_online": True})
        with opened(settings) as http:
            refused = http.post("/v1/links", json={"url": "o/n#1"})
        assert refused.status_code == 404
        assert "points to another host" in refused.json()["detail"]
        assert other.requests == []


def test_a_reader_makes_nobody_read_github(service_settings: Settings, forge: Forge) -> None:
    settings = service_settings.model_copy(update={"github_url": forge.url, "links_online": True})
    reader, agent = key(settings, "reader"), key(settings, "agent")
    with TestClient(create_app(settings), base_url="http://box", client=("10.0.0.9", 1)) as far:
        assert far.post("/v1/links", json={"url": "o/n#1"}).status_code == 401
        assert far.post("/v1/links", json={"url": "o/n#1"}, headers=reader).status_code == 404
        assert forge.requests == []
        assert far.post("/v1/links", json={"url": "o/n#1"}, headers=agent).status_code == 200
        assert far.post("/v1/links", json={"url": "o/n#1"}, headers=reader).status_code == 200


def test_a_diagnosis_leads_from_a_duplicate_to_its_canonical_issue(filled: TestClient, refusal: str) -> None:
    report = {"text": refusal, "source": {"reported_at": "2026-04-08T17:00:00Z"}}
    found = filled.post("/v1/diagnoses", json=report).json()["issues"]
    numbers = [issue["number"] for issue in found]
    assert 45203 in numbers
    (duplicate,) = [issue for issue in found if issue["number"] == 45203]
    assert "a duplicate of anthropics/claude-code#45039 (open), fixed by" in duplicate["why"]
    assert 45039 in numbers
