"""Decisions and votes."""

from __future__ import annotations

from fastapi.testclient import TestClient


def made(http: TestClient) -> str:
    location: str = http.post("/v1/diagnoses", json={"text": "529 overloaded"}).headers["location"]
    return location


def test_a_decision_is_kept_with_who_and_when(http: TestClient) -> None:
    path = made(http)
    decided = http.post(
        f"{path}/decision", json={"verdict": "edit", "text": "Wait.", "cause": "service-overloaded"}
    )
    assert decided.status_code == 201
    assert decided.json()["by"] == "local"
    assert http.get(path).json()["decision"] == decided.json()
    assert http.post(f"{path}/decision", json={"verdict": "maybe"}).status_code == 422
    unknown = http.post(f"{path}/decision", json={"verdict": "edit", "cause": "service-overload"})
    assert unknown.status_code == 409
    assert "service-overloaded" in unknown.json()["detail"]
    assert http.post("/v1/diagnoses/dx_0/decision", json={"verdict": "approve"}).status_code == 404


def test_a_reader_has_one_vote(http: TestClient) -> None:
    path = made(http)
    for works in (True, False):
        assert http.put(f"{path}/votes", json={"works": works, "comment": "tried"}).status_code == 200
    votes = http.get(path).json()["votes"]
    assert [(vote["reader"], vote["works"]) for vote in votes] == [("local", False)]
    assert http.put(f"{path}/votes", json={"works": "yes"}).status_code == 422
    assert http.put("/v1/diagnoses/dx_0/votes", json={}).status_code == 404
