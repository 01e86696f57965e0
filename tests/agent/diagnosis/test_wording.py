"""Words for likelihoods, figures and facts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from agent.diagnosis.diagnosis import ModelCost, Provenance
from agent.diagnosis.render import render_markdown, render_text
from agent.diagnosis.wording import (
    bucket_text,
    contradiction_text,
    error_title,
    likelihood_word,
    model_text,
    percent,
    platform_of,
    sentence,
    short,
    utc,
)
from agent.report.error_report import Reading
from agent.usage.account import Bucket


@pytest.mark.parametrize(
    ("likelihood", "confirmed", "word"),
    [
        (0.9, True, "very likely"),
        (0.9, False, "likely"),
        (0.85, True, "very likely"),
        (0.84, True, "likely"),
        (0.4, False, "likely"),
        (0.39, True, "possibly"),
    ],
)
def test_likelihood_in_a_word(likelihood: float, confirmed: bool, word: str):
    assert likelihood_word(likelihood, confirmed) == word


def test_percent_and_sentence_and_short():
    assert percent(0.684) == "68 %"
    assert sentence("a cause ") == "a cause."
    assert sentence("Is it?") == "Is it?"
    assert short("a  b\nc", 10) == "a b c"
    assert short("x" * 20, 10) == "x" * 7 + "..."


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("darwin", "darwin"), ("macOS 15", "darwin"), ("Ubuntu 24.04", "linux"), ("WSL2", "linux"),
        ("win32", "windows"), ("Windows 11", "windows"), ("Anthropic API", None), ("rewind", None),
    ],
)  # fmt: skip
def test_platform(room: SimpleNamespace, value: str, name: str | None):
    assert (
        platform_of(room.seed_report(environment={"platform": Reading(value=value, source="form")})) == name
    )


def test_platform_unknown(room: SimpleNamespace):
    assert platform_of(room.seed_report(environment={})) is None


def test_error_title(room: SimpleNamespace):
    assert error_title(room.event()) == "400 invalid_request_error"
    assert error_title(room.event(status=None, type=None)) == "out of extra usage"
    assert error_title(room.event(status=None, type=None, signature=None)) == "message without status"


def test_bucket_in_a_line():
    bucket = Bucket(
        name="extra_usage_balance",
        used_percent=2.0,
        used=1.5,
        limit=50,
        remaining=139.55,
        currency="CAD",
        resets_at=datetime(2026, 4, 9, 2, tzinfo=timezone(timedelta(hours=2))),
        basis="measured",
    )
    assert bucket_text(bucket) == (
        "extra usage balance: 2 % used, 1.5 CAD used, limit 50 CAD, 139.55 CAD left, "
        "resets 2026-04-09 00:00 UTC (measured)"
    )
    assert bucket_text(Bucket(name="session_5h", basis="claimed")).endswith("named, no figure (claimed)")


def test_moments():
    assert utc(datetime(2026, 4, 9, 2, tzinfo=UTC)) == "2026-04-09 02:00 UTC"
    assert utc(datetime(2026, 4, 9, 2)) == "2026-04-09 02:00"  # noqa: DTZ001 (a reading without a zone)


def test_contradiction_in_words(room: SimpleNamespace):
    assert contradiction_text(room.seed_usage().contradictions[0]) == (
        "0 % of the plan is used. The request was not counted on the plan."
    )


def test_what_a_model_cost_is_said_only_where_one_was_paid(room: SimpleNamespace):
    plain = room.answer_of(room.seed_diagnosis())
    assert model_text(plain) == ""
    cost = ModelCost(input_tokens=5200, output_tokens=640, usd=0.0168)
    paid = plain.model_copy(
        update={"cost": cost, "provenance": Provenance(catalogue="x", model="claude-sonnet-5-5")}
    )
    figures = "5200 tokens in, 640 out, $0.0168."
    assert model_text(paid) == f"Plain words; claude-sonnet-5-5 was asked: {figures}"
    worded = paid.model_copy(update={"mode": "model"})
    assert model_text(worded) == f"Worded by claude-sonnet-5-5: {figures}"
    assert f"Model\n  Worded by claude-sonnet-5-5: {figures}" in render_text(worded)
    assert "640 out" in render_markdown(worded)
    assert "tokens" not in render_text(plain)
