"""Which steps are shown, and in which order."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.causes.cause import Step
from agent.diagnosis.steps import for_platform, guidance
from agent.report.error_report import Reading

MAC = Step(step="Run `which -a claude`.", why="short", kind="check", platforms=["darwin", "linux"])
WINDOWS = Step(step="Run `where claude`.", why="a longer why", kind="check", platforms=["windows"])
ALL = Step(step="Run `/status`.", why="w", kind="check")
PAID = Step(step="Raise the cap.", why="More room.", cost="charges")


def shown(room: SimpleNamespace, steps: list[Step], action="answer", platform="darwin", **usage):
    cause = room.load_catalogue().by_id["plan-window-exhausted"].model_copy(update={"steps": steps})
    report = room.seed_report(
        environment={"platform": Reading(value=platform, source="form")} if platform else {}
    )
    settings = {"verdict": "consistent", "contradictions": [], **usage}
    return guidance(
        action,
        report,
        room.seed_usage(**settings),
        room.differential(plan_window_exhausted=0.9 if action == "answer" else 0.3),
        room.make_catalogue([cause]),
        [],
    )


@pytest.mark.parametrize(
    ("platform", "steps"),
    [("darwin", [MAC, ALL]), ("linux", [MAC, ALL]), ("windows", [WINDOWS, ALL])],
)
def test_only_the_steps_of_the_platform(platform: str, steps: list[Step]):
    assert for_platform([MAC, WINDOWS, ALL], platform) == steps


def test_variants_are_merged_where_the_platform_is_unknown():
    merged = for_platform([MAC, WINDOWS, ALL], None)
    assert [s.step for s in merged] == [
        "On macOS and Linux: Run `which -a claude`. On Windows: Run `where claude`.",
        "Run `/status`.",
    ]
    assert merged[0].why == "a longer why"


def test_three_variants_make_one_line_and_unlike_steps_stay_apart():
    three = [Step(step=f"Do {p}.", why="w", platforms=[p]) for p in ("darwin", "linux", "windows")]
    assert [s.step for s in for_platform(three, None)] == [
        "On macOS: Do darwin. On Linux: Do linux. On Windows: Do windows."
    ]
    apart = [MAC, WINDOWS.model_copy(update={"kind": "remedy"})]
    assert for_platform(apart, None) == apart
    named = [MAC.model_copy(update={"step": "On Linux and macOS run it."}), WINDOWS]
    assert for_platform(named, None)[0].step.startswith("On Linux and macOS run it. On Windows: ")


def test_paid_steps_come_last_and_name_their_cost(room: SimpleNamespace):
    found = shown(room, [PAID, ALL])
    assert [s.cost for s in found] == ["free", "charges"]
    assert found[1].why == "More room. This costs money."


def test_paid_steps_are_held_back(room: SimpleNamespace):
    assert [s.step for s in shown(room, [PAID, ALL], verdict="contradiction")] == [ALL.step]
    assert [s.step for s in shown(room, [PAID, ALL], action="abstain")] == [ALL.step]


def test_a_free_step_that_asks_for_money_is_held_back(room: SimpleNamespace):
    liar = Step(step="Buy more credits.", why="w")
    assert shown(room, [liar]) == []
    assert shown(room, [liar.model_copy(update={"kind": "check"})], action="ask") == []


def test_without_an_answer_only_checks_stand(room: SimpleNamespace):
    remedy = Step(step="Reinstall it.", why="w")
    assert [s.step for s in shown(room, [remedy, ALL], action="ask")] == [ALL.step]


def test_the_same_check_of_two_causes_stands_once(room: SimpleNamespace):
    causes = [
        room.load_catalogue().by_id[name].model_copy(update={"steps": steps})
        for name, steps in (
            ("service-overloaded", [ALL, MAC]),
            ("service-incident", [ALL.model_copy(update={"step": "First run `/status`, please."})]),
        )
    ]
    found = guidance(
        "ask",
        room.seed_report(),
        room.seed_usage(),
        room.differential(service_overloaded=0.4, service_incident=0.38),
        room.make_catalogue(causes),
        [],
    )
    assert [s.step for s in found] == [ALL.step, MAC.step]
