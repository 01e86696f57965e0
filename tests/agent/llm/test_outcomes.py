"""Outcomes of stop reasons and refusals, without a server."""

from __future__ import annotations

import typing

import pytest

from agent.diagnosis.model import Outcome
from agent.llm.outcomes import STOPS, WHYS, of_another_model, of_refusal, of_stop, why_refused
from agent.llm.own_refusal import OwnRefusal

UNKNOWN = OwnRefusal(None, None, None, None, None)


def test_every_stop_reason_of_the_sdk_has_an_outcome() -> None:
    from anthropic.types import StopReason

    assert set(typing.get_args(StopReason)) == set(STOPS)


def test_every_type_of_error_of_the_sdk_has_an_outcome_of_its_own() -> None:
    from anthropic.types.shared import ErrorType

    of_agents = {"memory_precondition_failed_error", "memory_path_conflict_error", "conflict_error"}
    known = set(typing.get_args(ErrorType)) - of_agents
    assert all(of_refusal(200, kind, None) != "provider_error" for kind in known - {"api_error"})


def test_a_reply_without_a_stop_reason_broke_off() -> None:
    assert of_stop(None)[0] == "broken_stream"
    assert of_stop("unheard of")[0] == "provider_error"
    assert of_stop("refusal", "not a category")[1] == "The model declined to answer."


@pytest.mark.parametrize(
    ("status", "kind", "known", "outcome"),
    [
        (529, "api_error", None, "overloaded"),
        (200, "overloaded_error", None, "overloaded"),
        (200, None, None, "provider_error"),
        (418, None, None, "bad_request"),
        (599, None, None, "provider_error"),
        (400, "invalid_request_error", UNKNOWN._replace(group="usage-limits"), "billing"),
        (400, "invalid_request_error", UNKNOWN._replace(group="authentication"), "bad_key"),
        (400, "invalid_request_error", UNKNOWN._replace(signature="prompt-too-long"), "context_exceeded"),
        (429, "rate_limit_error", UNKNOWN._replace(group="usage-limits", retryable=True), "rate_limited"),
        (
            429,
            "rate_limit_error",
            OwnRefusal("hit-monthly-spend-limit", "usage-limits", False, None, None),
            "billing",
        ),
    ],
)
def test_the_message_decides_then_status_and_type(
    status: int, kind: str | None, known: OwnRefusal | None, outcome: Outcome
) -> None:
    assert of_refusal(status, kind, known) == outcome


def test_only_a_missing_model_sends_us_to_another_one() -> None:
    assert of_another_model(404, None)
    assert of_another_model(400, UNKNOWN._replace(signature="endpoint-model-unknown"))
    assert not of_another_model(400, UNKNOWN)


def test_a_cause_is_said_to_be_likely() -> None:
    assert why_refused("billing", UNKNOWN) == WHYS["billing"]
    named = why_refused("billing", UNKNOWN._replace(title="The credit is gone."))
    assert named == f"{WHYS['billing']} Likely cause: The credit is gone."
