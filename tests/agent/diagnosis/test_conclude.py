"""The door of the room: real causes, generated reports, and the seed."""

from __future__ import annotations

import random
from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from agent.causes.cause import Question
from agent.diagnosis.conclude import conclude
from agent.diagnosis.ground import SAFE_SUMMARY, check
from agent.diagnosis.laws.money import LOOK_ALIKES, asks_to_pay

GENERATED = 10_000
"""Generated reports, each cause first in an equal share of them."""
FIRST_AT_LEAST = 50


def test_generated_reports_break_no_law(room: SimpleNamespace):
    catalogue = room.load_catalogue()
    first, actions = Counter[str](), Counter[str]()
    rounds = -(-GENERATED // len(catalogue.causes))

    @settings(
        max_examples=rounds,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32))
    def one_round(seed: int) -> None:
        for cause in catalogue.causes:
            rng = random.Random(f"{seed} {cause.id}")
            report, usage = room.generated_report(rng), room.generated_usage(rng)
            differential = room.generated_differential(rng, cause.id)
            issues = room.generated_issues(rng)
            diagnosis = conclude(report, usage, issues, differential, catalogue, ("note of the run",))
            found = check(diagnosis, report, usage, differential.ranked, catalogue)
            assert found == [], (seed, cause.id, found)
            first[cause.id] += 1
            actions[diagnosis.action] += 1

    one_round()
    assert sum(first.values()) >= GENERATED
    assert min(first.values()) >= FIRST_AT_LEAST
    # The generator must reach every action, or the figure above would say little.
    assert set(actions) == {"answer", "ask", "handoff", "abstain"}


def test_nothing_of_a_cause_file_is_lost_to_a_law(room: SimpleNamespace):
    """Where the laws had to mend an answer, the cause file says something that it must not say."""
    catalogue = room.load_catalogue()
    report = room.seed_report(errors=[room.event("Overloaded")], conflicts=[])
    usage = room.seed_usage(buckets=[], contradictions=[], lane="unknown", verdict="unknown")
    for cause in catalogue.causes:
        alone = room.differential(**{cause.id.replace("-", "_"): 0.9})
        diagnosis = conclude(report, usage, [], alone, catalogue)
        shown = [s.step for s in diagnosis.guidance]
        wanted = [
            s.step
            for s in cause.steps
            if (
                s.cost == "free"
                or (not cause.misrouted and not cause.needs_person and cause.id not in LOOK_ALIKES)
            )
            and (not s.platforms or "darwin" in s.platforms)
        ]
        assert sorted(shown) == sorted(wanted), cause.id
        assert set(cause.notes) <= set(diagnosis.notes), cause.id
        assert cause.summary.rstrip(".") in diagnosis.summary, cause.id
        assert diagnosis.example == (cause.example.strip() if cause.example else None), cause.id
        if not asks_to_pay(cause.recommendation):
            assert diagnosis.recommendation.startswith(cause.recommendation.rstrip(".")), cause.id


def test_the_seed(room: SimpleNamespace):
    diagnosis = room.seed_diagnosis()
    assert diagnosis.action == "answer"
    assert diagnosis.summary.startswith("Likely cause: ")
    assert "The message names a billing lane, not a spent limit." in diagnosis.summary
    assert diagnosis.notes[0].startswith("Do not buy or claim extra usage before the free checks.")
    assert {s.cost for s in diagnosis.guidance} == {"free"}
    assert not any(asks_to_pay(s.step) for s in diagnosis.guidance)
    assert diagnosis.recommendation.startswith("Update")
    assert diagnosis.handoff is not None
    assert diagnosis.handoff.request_ids == room.IDS
    assert diagnosis.confidence == 0.68
    assert any("more than one client version: latest" in note for note in diagnosis.notes)
    assert room.seed_findings(diagnosis) == []


def test_ask_gives_the_question_and_free_checks_only(room: SimpleNamespace):
    question = Question(
        text="Which version runs in the terminal that fails?",
        how="claude --version",
        splits=["legacy-client-misclassified"],
    )
    close = {"legacy_client_misclassified": 0.34, "server_misrouted_to_extra_usage": 0.32}
    diagnosis = conclude(
        room.seed_report(), room.seed_usage(), [], room.differential(question, **close), room.load_catalogue()
    )
    catalogue = room.load_catalogue()
    checks = {s.step for c in close for s in catalogue.by_id[c.replace("_", "-")].steps if s.kind == "check"}
    assert diagnosis.action == "ask"
    assert diagnosis.question == question
    assert question.text in diagnosis.summary
    assert question.text in diagnosis.recommendation
    assert diagnosis.guidance
    assert {s.step for s in diagnosis.guidance} <= checks
    assert diagnosis.example is None


def test_nothing_known_abstains_and_says_what_to_send(room: SimpleNamespace):
    report = room.seed_report(errors=[], environment={}, conflicts=[], reported_at=None)
    usage = room.seed_usage(buckets=[], contradictions=[], lane="unknown", verdict="unknown")
    diagnosis = conclude(
        report, usage, [], room.differential(), room.load_catalogue(), ("the store is away",)
    )
    assert diagnosis.action == "abstain"
    assert diagnosis.confidence == 0.0
    assert "not known" in diagnosis.summary
    assert "no API error was found" in diagnosis.summary
    assert diagnosis.recommendation.startswith("Send what is missing: the full error text")
    assert diagnosis.notes == ["the store is away"]
    assert diagnosis.guidance == []
    assert diagnosis.handoff is not None


def test_notes_of_the_run_come_through_untouched(room: SimpleNamespace):
    note = "The database at sqlite:///elsewhere could not be opened; 7 threads were not searched."
    diagnosis = conclude(
        room.seed_report(),
        room.seed_usage(),
        [],
        room.differential(**room.SEED),
        room.load_catalogue(),
        (note,),
    )
    assert diagnosis.notes[-1] == note


@pytest.mark.parametrize(
    "planted",
    [
        {"summary": "Support will refund you. It is likely an old client."},
        {"summary": "It is certainly an old client."},
        {"recommendation": "Spoof the user agent of the official client."},
        {"recommendation": "Buy extra usage and go on."},
        {"notes": ["You will get your money back."]},
        {"example": "export NODE_TLS_REJECT_UNAUTHORIZED=0"},
    ],
)
def test_a_cause_file_that_breaks_a_law_does_not_reach_the_reader(
    room: SimpleNamespace, planted: dict[str, object]
):
    cause = room.load_catalogue().by_id["legacy-client-misclassified"].model_copy(update=planted)
    catalogue = room.make_catalogue([cause])
    alone = room.differential(legacy_client_misclassified=0.9)
    diagnosis = conclude(room.seed_report(), room.seed_usage(), [], alone, catalogue)
    said = diagnosis.model_dump_json(exclude={"evidence"})
    for value in planted.values():
        text = value[0] if isinstance(value, list) else str(value)
        assert text not in said
    assert check(diagnosis, room.seed_report(), room.seed_usage(), alone.ranked, catalogue) == []
    assert diagnosis.summary != SAFE_SUMMARY or "summary" in planted
    assert diagnosis.guidance


def test_a_question_that_breaks_a_law_is_not_asked(room: SimpleNamespace):
    question = Question(
        text="Have you tried to buy extra usage?", how="Buy credits", splits=["service-incident"]
    )
    close = {"service_incident": 0.34, "service_overloaded": 0.32}
    diagnosis = conclude(
        room.seed_report(), room.seed_usage(), [], room.differential(question, **close), room.load_catalogue()
    )
    assert diagnosis.action == "abstain"
    assert diagnosis.question is None
    assert diagnosis.summary == SAFE_SUMMARY


def test_misrouted_and_look_alike_causes_pass_the_scorer(room: SimpleNamespace):
    score = room.score_tool()
    catalogue = room.load_catalogue()
    for cause in sorted(score.CHECKED):
        for likelihood in (0.3, 0.6, 0.9):
            alone = room.differential(**{cause.replace("-", "_"): likelihood})
            d = conclude(room.seed_report(), room.seed_usage(verdict="unknown"), [], alone, catalogue)
            texts = [*(s.step for s in d.guidance), d.recommendation, d.summary]
            assert [t for t in texts if score.paid(t)] == [], cause
            assert {s.cost for s in d.guidance} <= {"free"}, cause
