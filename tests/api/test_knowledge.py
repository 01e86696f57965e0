"""What can be asked without a diagnosis: causes, one cause, what a paste says."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Cause
from agent.compose import load_catalogue
from agent.settings import Settings


@pytest.fixture
def catalogue(service_settings: Settings) -> Catalogue:
    return load_catalogue(service_settings)


def test_the_list_is_the_catalogue(http: TestClient, catalogue: Catalogue) -> None:
    told = http.get("/v1/causes").json()
    assert told["digest"] == catalogue.digest
    assert [(row["id"], row["title"], row["confirmed"]) for row in told["causes"]] == [
        (cause.id, cause.title, cause.confirmed) for cause in catalogue.causes
    ]


def test_every_listed_cause_is_given_in_full(http: TestClient, catalogue: Catalogue) -> None:
    for row in http.get("/v1/causes").json()["causes"]:
        whole = http.get(f"/v1/causes/{row['id']}")
        assert whole.status_code == 200
        assert Cause.model_validate(whole.json()) == catalogue.by_id[row["id"]]


def test_an_unknown_cause_is_404_and_a_near_one_is_named(http: TestClient) -> None:
    refused = http.get("/v1/causes/legacy-client-misclasified")
    assert (refused.status_code, refused.headers["content-type"]) == (404, "application/problem+json")
    assert "legacy-client-misclassified" in refused.json()["detail"]
    assert "nearest" not in http.get("/v1/causes/zzz").json()["detail"]


@pytest.mark.parametrize("odd", ["%00", "..%2f..%2fetc", "<script>", "x" * 5_000, "%F0%9F%98%80"])
def test_an_odd_id_is_only_unknown(http: TestClient, odd: str) -> None:
    refused = http.get(f"/v1/causes/{odd}")
    assert refused.status_code == 404
    assert refused.headers["content-type"] == "application/problem+json"


def parse(http: TestClient, body: Any) -> Any:
    return http.post("/v1/parse", json=body)


def test_a_paste_is_read_and_nothing_is_stored(http: TestClient, refusal: str) -> None:
    told = parse(http, {"text": refusal, "usage": "Current session: 3% used"})
    assert told.status_code == 200
    (error,) = told.json()["report"]["errors"]
    assert (error["status"], error["request_ids"]) == (400, ["req_011CZqwT95fczsmYtLxPyNk9"])
    assert told.json()["usage"]["buckets"]
    assert http.get("/v1/diagnoses").json()["diagnoses"] == []


def test_a_large_paste_is_read_as_a_small_one(http: TestClient, refusal: str) -> None:
    small = parse(http, {"text": refusal}).json()["report"]["errors"]
    large = parse(http, {"text": refusal + "\n" + "nothing to see here\n" * 10_000}).json()["report"][
        "errors"
    ]
    assert [error["signature"] for error in large] == [error["signature"] for error in small]


@pytest.mark.parametrize(
    "body", [{}, {"text": " "}, {"text": 5}, {"text": "x", "more": 1}, {"error": []}, []]
)
def test_a_report_that_says_nothing_is_refused(http: TestClient, body: Any) -> None:
    assert parse(http, body).status_code == 422
