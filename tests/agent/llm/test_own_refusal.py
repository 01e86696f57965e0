"""Our own refusals go through the rooms that read those of users."""

from __future__ import annotations

import pytest

from agent.causes.catalogue import Catalogue
from agent.llm.own_refusal import NEVER_OURS, own_refusal
from tests.agent.llm.conftest import NOW

CREDIT = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."


@pytest.mark.parametrize(
    ("status", "kind", "message", "signature", "cause"),
    [
        (400, "invalid_request_error", CREDIT, "credit-balance-too-low", "api-credits-exhausted"),
        (529, "overloaded_error", "Overloaded", "overloaded", "service-overloaded"),
        (404, "not_found_error", "model: claude-x", "model-not-found", "model-not-found"),
        (401, "authentication_error", "invalid x-api-key", "invalid-api-key", None),
    ],
)
def test_a_refusal_is_read_and_its_cause_named_where_it_stands_out(
    catalogue: Catalogue, status: int, kind: str, message: str, signature: str, cause: str | None
) -> None:
    error = {
        "status": status,
        "type": kind,
        "message": message,
        "request_id": "req_011CTestOfARefusal0000000",
    }
    found = own_refusal(error, catalogue, NOW)
    assert found is not None
    assert (found.signature, found.cause) == (signature, cause)
    assert (found.title is None) == (cause is None)


def test_words_that_say_nothing_name_no_cause(catalogue: Catalogue) -> None:
    found = own_refusal({"status": None, "type": None, "message": "", "request_id": None}, catalogue, NOW)
    assert found is None or found.cause is None


def test_what_can_never_be_ours_is_in_the_catalogue(catalogue: Catalogue) -> None:
    assert catalogue.by_id.keys() >= NEVER_OURS
