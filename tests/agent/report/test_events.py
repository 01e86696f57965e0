from __future__ import annotations

import pytest

from agent.report.error_report import Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read


@pytest.mark.parametrize(
    ("status", "kind", "message", "retryable"),
    [
        (429, "rate_limit_error", "slow down", True),
        (529, "overloaded_error", "x", True),
        (500, "api_error", "x", True),
        (413, "request_too_large", "x", False),
        (429, "rate_limit_error", "You're out of extra usage", False),
    ],
)
def test_what_may_be_tried_again(status: int, kind: str, message: str, retryable: bool) -> None:
    text = f'API Error: {status} {{"error":{{"type":"{kind}","message":"{message}"}}}}'
    (event,) = read(Submission(text=text), Lexicon(messages=[], statements=[], synonyms=[])).errors
    assert event.retryable is retryable


def test_a_loose_request_id_belongs_to_the_only_error(lexicon: Lexicon) -> None:
    text = 'request ID req_011Ca5k61REPFRbReL4GVit1.\nAPI Error: 500 {"error":{"message":"x"}}'
    (event,) = read(Submission(text=text), lexicon).errors
    assert event.request_ids == ["req_011Ca5k61REPFRbReL4GVit1"]


def test_other_errors_stay_apart(lexicon: Lexicon) -> None:
    body = '{{"error":{{"type":"api_error","message":"{}"}}}}'
    text = "\n".join(f"{status} {body.format(said)}" for status, said in ((500, "a"), (500, "b"), (502, "a")))
    assert len(read(Submission(text=text), lexicon).errors) == 3
