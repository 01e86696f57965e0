"""Streams: the order, the ids, going on after an id, ids that nobody had."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.runs import DIAGNOSIS, DONE

ORDER = ["report", "usage", "issues", "causes", "diagnosis", "done"]


def events(text: str) -> list[tuple[int, str, Any]]:
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.split("\n") if not line.startswith(":"))
        if fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


@pytest.fixture
def streamed(http: TestClient, refusal: str) -> Any:
    return http.post("/v1/diagnoses", json={"text": refusal}, headers={"accept": "text/event-stream"})


def test_a_stream_says_each_room_then_the_diagnosis_once(http: TestClient, streamed: Any) -> None:
    assert streamed.status_code == 200
    said = events(streamed.text)
    assert [name for _, name, _ in said] == ORDER
    assert [number for number, _, _ in said] == [1, 2, 3, 4, DIAGNOSIS, DONE]
    stored = http.get(streamed.headers["location"]).json()
    whole = {name: data for _, name, data in said[:5]} | said[5][2]
    assert whole == {key: stored[key] for key in whole}


def test_a_reader_goes_on_where_it_broke_off(http: TestClient, streamed: Any) -> None:
    path = streamed.headers["location"] + "/events"
    whole = events(http.get(path).text)
    assert whole == events(streamed.text)
    rest = events(http.get(path, headers={"last-event-id": "4"}).text)
    assert rest == whole[4:]
    assert http.get(path, headers={"last-event-id": str(DONE)}).text == ""


@pytest.mark.parametrize("given", [str(DONE + 1), "99999999", "-1", "x", "1" * 30])
def test_an_id_that_no_event_had_is_refused(http: TestClient, streamed: Any, given: str) -> None:
    refused = http.get(streamed.headers["location"] + "/events", headers={"last-event-id": given})
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")


def test_events_of_an_unknown_diagnosis(http: TestClient) -> None:
    assert http.get("/v1/diagnoses/dx_0/events").status_code == 404
