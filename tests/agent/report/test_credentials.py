from __future__ import annotations

import pytest

from agent.report.credentials import auth_readings, base_url_readings, model_readings, plan_of, plan_readings
from agent.report.form import read_form
from agent.report.terminal import plain


def test_plans_by_name() -> None:
    names = ["Max 20x", "max (5x)", "Max", "Team", "Enterprise", "pro", "free"]
    assert [plan_of(name) for name in names] == [
        "max-20x",
        "max-5x",
        "max",
        "team",
        "enterprise",
        "pro",
        "free",
    ]


@pytest.mark.parametrize(
    ("text", "kind"), [("via AWS Bedrock", "bedrock"), ("using an API key", "api_key"), ("no bedrock", None)]
)
def test_kinds_of_credential(text: str, kind: str | None) -> None:
    screen = plain(text)
    assert [found[0] for found in auth_readings(screen, read_form(screen))] == ([kind] if kind else [])


def test_a_figure_is_no_model_and_a_denied_plan_no_plan() -> None:
    screen = plain("Sonnet 2% and Opus 4.6; not a Pro user. ANTHROPIC_BASE_URL=https://x.test/v1.")
    assert [found[0] for found in model_readings(screen, read_form(screen))] == ["Opus 4.6"]
    assert list(plan_readings(screen)) == []
    assert [found[0] for found in base_url_readings(screen)] == ["https://x.test/v1"]
