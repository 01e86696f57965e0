"""Diagnoses over HTTP: made in three forms, kept, listed, made later."""

from __future__ import annotations

import time
from typing import Any

from fastapi.testclient import TestClient

PATH = "/v1/diagnoses"


def made(http: TestClient, text: str, **headers: str) -> Any:
    return http.post(PATH, json={"text": text, "id": "mine"}, headers=headers)


def test_a_diagnosis_is_made_kept_and_given_again(http: TestClient, refusal: str) -> None:
    answer = made(http, refusal)
    assert answer.status_code == 201
    diagnosis = answer.json()
    assert answer.headers["location"] == f"{PATH}/{diagnosis['id']}"
    again = http.get(answer.headers["location"]).json()
    assert {key: again[key] for key in diagnosis} == diagnosis
    assert (again["state"], again["decision"], again["votes"]) == ("done", None, [])


def test_markdown_has_the_headings(http: TestClient, refusal: str) -> None:
    answer = made(http, refusal, accept="text/markdown")
    assert answer.status_code == 201
    assert answer.headers["content-type"].startswith("text/markdown")
    assert "## Summary (TL;DR)" in answer.text
    assert http.get(answer.headers["location"], headers={"accept": "text/markdown"}).text == answer.text


def test_later_means_202_and_then_done(http: TestClient, refusal: str) -> None:
    accepted = made(http, refusal, prefer="wait=1, respond-async")
    assert accepted.status_code == 202
    assert accepted.headers["preference-applied"] == "respond-async"
    until = time.monotonic() + 20
    while (found := http.get(accepted.headers["location"])).status_code == 202 and time.monotonic() < until:
        assert found.json()["state"] == "running"
        time.sleep(0.05)
    assert found.status_code == 200
    assert found.json()["id"] == accepted.json()["id"]


def test_the_list_is_narrowed_and_paged(http: TestClient, refusal: str) -> None:
    ids = [made(http, refusal).json()["id"] for _ in range(3)]
    first = http.get(PATH, params={"limit": 2}).json()
    rest = http.get(PATH, params={"limit": 2, "cursor": first["next"]}).json()
    assert [row["id"] for row in first["diagnoses"] + rest["diagnoses"]] == ids[::-1]
    assert rest["next"] is None
    assert len(http.get(PATH, params={"request_id": "req_011CZqwT95fczsmYtLxPyNk9"}).json()["diagnoses"]) == 3
    assert http.get(PATH, params={"client_id": "another"}).json()["diagnoses"] == []


def test_bad_parameters_and_ids(http: TestClient) -> None:
    for query in ("limit=0", "limit=x", "cursor=x", "foo=1", "since=yesterday"):
        assert http.get(f"{PATH}?{query}").status_code == 400, query
    assert http.get(f"{PATH}/dx_0").status_code == 404
    assert http.get(f"{PATH}/dx_0", headers={"accept": "image/png"}).status_code == 406
