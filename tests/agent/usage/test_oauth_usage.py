"""The usage body."""

from __future__ import annotations

from agent.usage.figures import Figures
from agent.usage.oauth_usage import is_oauth_usage, read_oauth_usage


def test_only_a_body_of_the_service_is_one() -> None:
    assert is_oauth_usage({"five_hour": {}})
    assert not is_oauth_usage({"session_5h": {}})


def test_a_model_window_without_a_name_of_its_own_is_kept() -> None:
    figures = Figures()
    assert read_oauth_usage({"five_hour": None, "seven_day_fable": {"utilization": 7}}, figures)
    assert [(b.name, b.used_percent) for b in figures.buckets] == [("weekly_other", 7)]
