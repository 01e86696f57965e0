"""Which model is asked is a rule over confidence and disagreement."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.diagnosis.draft import SecondOpinion
from agent.diagnosis.escalation import is_close, rung

AGREES = SecondOpinion(cause="legacy-client-misclassified", clear=True)


def test_only_causes_that_are_near_each_other_are_close(room: SimpleNamespace) -> None:
    assert is_close(room.ranked(legacy_client_misclassified=0.3, service_incident=0.19))
    assert not is_close(room.ranked(legacy_client_misclassified=0.3, service_incident=0.18))
    assert not is_close(room.ranked(legacy_client_misclassified=0.1, service_incident=0.09))
    assert not is_close(room.ranked(legacy_client_misclassified=0.9))
    assert not is_close([])


@pytest.mark.parametrize(
    ("opinion", "contradiction", "failed", "wanted"),
    [
        (AGREES, False, False, "draft"),
        (AGREES, True, False, "strong"),
        (AGREES, False, True, "strong"),
        (None, False, False, "strong"),
        (SecondOpinion(cause="legacy-client-misclassified", clear=False), False, False, "strong"),
        (SecondOpinion(cause="service-incident", clear=True), False, False, "strong"),
        (SecondOpinion(cause="none", clear=True), False, False, "strong"),
    ],
)
def test_close_causes_go_up_unless_the_second_opinion_agrees(
    room: SimpleNamespace, opinion: SecondOpinion | None, contradiction: bool, failed: bool, wanted: str
) -> None:
    close = room.ranked(legacy_client_misclassified=0.3, service_incident=0.25)
    assert rung(close, opinion, contradiction=contradiction, failed=failed) == wanted


def test_a_clear_case_stays_with_the_ordinary_model(room: SimpleNamespace) -> None:
    clear = room.ranked(legacy_client_misclassified=0.9)
    assert rung(clear, None, contradiction=True) == "draft"
    assert rung(clear, None, failed=True) == "strong"
