"""The counts: what is counted, under which labels, and that several processes add up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.metrics import SHARED_FOLDER, Metrics

ROOT = Path(__file__).resolve().parents[2]
TWO_PROCESSES = """
import os, sys
from api.metrics import Metrics
counts = Metrics()
counts.answered("GET", "/x", 200, 0.01)
child = os.fork()
if not child:
    counts.answered("GET", "/x", 200, 0.01)
    os._exit(0)
os.waitpid(child, 0)
sys.stdout.buffer.write(counts.text())
"""


def test_requests_and_their_seconds() -> None:
    counts = Metrics()
    counts.answered("GET", "/x", 200, 0.03)
    counts.answered("GET", "/x", 200, 0.3)
    counts.answered("GET", "/x", 503, 3.0)
    text = counts.text().decode()
    assert 'caseworker_http_requests_total{method="GET",route="/x",status="200"} 2.0' in text
    assert 'caseworker_http_requests_total{method="GET",route="/x",status="503"} 1.0' in text
    assert 'caseworker_http_request_seconds_bucket{le="0.05",route="/x"} 1.0' in text
    assert 'caseworker_http_request_seconds_count{route="/x"} 3.0' in text


def test_two_apps_do_not_share_their_counts() -> None:
    counts = Metrics()
    counts.answered("GET", "/x", 200, 0.1)
    assert '"/x"' not in Metrics().text().decode()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_the_counts_of_several_processes_are_added_up(tmp_path: Path) -> None:
    env = {**os.environ, SHARED_FOLDER: str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", TWO_PROCESSES], cwd=ROOT, env=env, capture_output=True, text=True, check=True
    )
    assert 'caseworker_http_requests_total{method="GET",route="/x",status="200"} 2.0' in done.stdout


def test_the_service_counts_by_route_and_shows_no_text_of_users(http: TestClient) -> None:
    made = http.post("/v1/diagnoses", json={"text": "529 overloaded, says Zaphod"}).json()
    http.get(f"/v1/diagnoses/{made['id']}")
    http.get("/no/such/Zaphod")
    http.request("ZAPHOD", "/healthz")
    answer = http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    text = answer.text
    assert "zaphod" not in text.lower()
    assert made["id"] not in text, "a label for each id would grow without end"
    assert 'requests_total{method="GET",route="/v1/diagnoses/{diagnosis_id}",status="200"} 1.0' in text
    assert 'requests_total{method="GET",route="none",status="404"} 1.0' in text
    assert 'method="other"' in text
    action = made["diagnosis"]["action"]
    assert f'caseworker_diagnoses_total{{action="{action}",mode="plain"}} 1.0' in text
    assert 'caseworker_room_seconds_count{node="weigh"} 1.0' in text
    assert "caseworker_runs 0.0" in text
