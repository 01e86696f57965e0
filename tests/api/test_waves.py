"""`/v1/waves`: bursts over HTTP, for every role, and a diagnosis that says it is part of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.settings import Settings
from api.app import create_app
from tests.api.test_auth import key

MESSAGE = "The quagga cannot be saddled before noon."


def report(number: int, version: str) -> dict[str, Any]:
    return {
        "text": f'API Error: 400 {{"type":"error","error":{{"type":"invalid_request_error",'
        f'"message":"{MESSAGE}"}},"request_id":"req_quagga{number:012d}"}}\nmy private words {number}',
        "environment": {"client_version": version, "platform": "darwin", "plan": "max"},
        "source": {"reported_at": f"2026-04-07T10:{number:02d}:00Z"},
    }


@pytest.fixture
def far(service_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(service_settings), base_url="http://box", client=("10.0.0.9", 1)) as client:
        yield client


def test_reports_become_a_wave_and_the_next_one_says_so(http: TestClient) -> None:
    said = []
    for number in range(7):
        made = http.post("/v1/diagnoses", json=report(number, "2.1.7")).json()
        evidence = [e for e in made["diagnosis"]["evidence"] if e["text"].startswith("wave of this error")]
        said.append(len(evidence))
        assert "private words" not in str(evidence)
    assert said == [0, 0, 0, 0, 0, 1, 1]
    assert "6 others on 7 April 2026 (6 reports)" in evidence[0]["text"]
    assert "platforms: macOS 6" in evidence[0]["text"]
    told = http.get("/v1/waves", params={"since": "2026-04-07"}).json()
    (wave,) = [wave for wave in told["waves"] if wave["reports"]]
    assert (wave["count"], wave["reports"], wave["issues"]) == (7, 7, 0)
    assert wave["plans"] == {"max": 7}
    assert {member["client_version"] for member in wave["members"]} == {"2.1.7"}
    assert "private words" not in str(told)


def test_the_packaged_wave_is_there_from_the_start(http: TestClient) -> None:
    found = {wave["signature"]: wave for wave in http.get("/v1/waves").json()["waves"]}
    assert found["out-of-extra-usage"]["first_seen"] == "2026-04-08T00:00:00Z"
    assert found["out-of-extra-usage"]["message"].startswith("You're out of extra usage")
    assert http.get("/v1/waves", params={"since": "1d"}).json()["waves"] == []


@pytest.mark.parametrize("query", ["since=soon", "since=2026-99-01", "since=" + "9" * 90, "until=3"])
def test_a_bad_query_is_a_problem(http: TestClient, query: str) -> None:
    refused = http.get(f"/v1/waves?{query}")
    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_reader_sees_counts_and_issues_and_no_report_of_others(
    service_settings: Settings, far: TestClient
) -> None:
    reader, agent = (key(service_settings, role) for role in ("reader", "agent"))
    for number in range(6):
        far.post("/v1/diagnoses", json=report(number, "2.1.7"), headers=agent)
    for headers, members in ((reader, 0), (agent, 6)):
        waves = far.get("/v1/waves", headers=headers).json()["waves"]
        (wave,) = [wave for wave in waves if wave["reports"]]
        assert (wave["reports"], len(wave["members"])) == (6, members)
    assert far.get("/v1/waves").status_code == 401
