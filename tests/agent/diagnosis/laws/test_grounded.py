"""Grounded: what is named without ground is caught, and the extractors see whole things."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from agent.causes.cause import FixVersion, Question
from agent.diagnosis.laws.case import Part
from agent.diagnosis.laws.grounded import cause_text, evidence_text, named, stands_in, ungrounded


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("below 2.1.36, or v2.1.7.", [("number", "2.1.36"), ("number", "2.1.7")]),
        ("at 0 % and 99.5%", [("number", "0"), ("number", "99.5")]),
        ("costs $50 or CA$139.55 or 1,000", [("number", "50"), ("number", "139.55"), ("number", "1,000")]),
        ("a 1M context of 200k", [("number", "1M"), ("number", "200k")]),
        ("Run `claude --version`, then /status.", [("command", "claude --version"), ("command", "/status")]),
        ("``a ` b``", [("command", "a ` b")]),
        ("and/or ~/.claude/projects </b>", []),
        ("Unset ANTHROPIC_API_KEY.", [("environment variable", "ANTHROPIC_API_KEY")]),
        ("API and TLS", []),
        ("See https://a.example.com/x?y=1.", [("URL", "https://a.example.com/x?y=1")]),
        ("at claude.ai/settings/usage.", [("URL", "claude.ai/settings/usage")]),
        ("id req_011CZqwT95fczsmYtLxPyNk9 here", [("request id", "req_011CZqwT95fczsmYtLxPyNk9")]),
        ("id f8e3e09c9db9db59aa1f846a", [("request id", "f8e3e09c9db9db59aa1f846a")]),
        ("2026-04-08 12:00", [("number", "2026"), ("number", "04"), ("number", "08"), ("number", "12:00")]),
        ("1900x1900", []),
    ],
)
def test_named(text: str, things: list[tuple[str, str]]):
    found = named(text)
    assert sorted(found) == sorted(things) or (text.startswith("id f8") and things[0] in found)


@pytest.mark.parametrize(
    ("kind", "thing", "text", "stands"),
    [
        ("number", "2.1.3", "below 2.1.36", False),
        ("number", "2.1.36", "below v2.1.36.", True),
        ("number", "1.36", "2.1.36", False),
        ("number", "0", "0 % used", True),
        ("number", "0", "10 %", False),
        ("number", "1,000", "1000 tokens", True),
        ("number", "5", "5.5 models", False),
        ("URL", "https://claude.ai", "https://claude.ai.evil.example", False),
        ("URL", "https://claude.ai/settings", "see claude.ai/settings/usage", True),
        ("URL", "https://evil.example", "https://good.example", False),
        ("command", "claude update", "run `claude update` now", True),
        ("command", "claude up", "run `claude update` now", False),
        ("environment variable", "API_KEY", "ANTHROPIC_API_KEY", False),
        ("request id", "req_011", "req_0112", False),
    ],
)
def test_stands_in_as_a_whole(kind: str, thing: str, text: str, stands: bool):
    assert stands_in(kind, thing, text) is stands


PLANTED = [
    "Likely: update to 9.8.7.",
    "Likely: run `claude frobnicate`.",
    "Likely: run /frobnicate.",
    "Likely: see https://evil.example/fix.",
    "Likely: see docs.evil-fixes.com.",
    "Likely: set FROBNICATE_MODE.",
    "Likely: quote req_011CZqaaaaaaaaaaaaaaaaaa.",
    "Likely: quote f8e3e09c9db9db59aa1f846a.",
    "Likely: 87 % of the users are hit.",
    "Likely: it takes 17 minutes.",
]


@pytest.mark.parametrize("text", PLANTED)
@pytest.mark.parametrize("place", ["summary", "recommendation", "example", "step", "why"])
def test_what_is_made_up_is_found(room: SimpleNamespace, text: str, place: str):
    d = room.seed_diagnosis()
    change: dict[str, object] = {place: text}
    if place in ("step", "why"):
        change = {"guidance": [d.guidance[0].model_copy(update={place: text})]}
    found = room.seed_findings(d.model_copy(update=change))
    assert found
    assert {law for law, _ in found} == {"grounded"}


def test_a_step_stands_on_what_it_cites_not_on_the_whole_ledger(room: SimpleNamespace):
    d = room.seed_diagnosis()
    cause = room.load_catalogue().by_id["legacy-client-misclassified"]
    evidence = next(e.id for e in d.evidence if room.IDS[0] in e.text)
    text = f"Quote {room.IDS[0]}."
    cited, whole = evidence_text(e for e in d.evidence if e.id == evidence), evidence_text(d.evidence)
    assert ungrounded(Part("guidance[0].step", text, (evidence,)), cited, [cause]) == []
    assert ungrounded(Part("guidance[0].step", text, ()), "", [cause])
    assert ungrounded(Part("summary", text), whole, []) == []


def test_a_question_may_lean_on_any_weighed_cause(room: SimpleNamespace):
    other = room.load_catalogue().by_id["prompt-content-misclassified"].questions[0]
    asked = Question(text=other.text, how=other.how, splits=["prompt-content-misclassified"])
    d = room.seed_diagnosis().model_copy(update={"question": asked})
    assert room.seed_findings(d) == []
    made_up = asked.model_copy(update={"how": "`claude frobnicate`"})
    assert room.seed_findings(d.model_copy(update={"question": made_up})) == [("grounded", "question.how")]


def test_a_citation_must_exist(room: SimpleNamespace):
    d = room.seed_diagnosis()
    step = d.guidance[0].model_copy(update={"cites": ["E1", "E999"]})
    assert room.seed_findings(d.model_copy(update={"guidance": [step]})) == [("grounded", "guidance[0].step")]


def test_an_evidence_id_stands_once(room: SimpleNamespace):
    d = room.seed_diagnosis()
    assert room.seed_findings(d.model_copy(update={"evidence": [*d.evidence, d.evidence[0]]})) == [
        ("grounded", "evidence")
    ]


def test_a_request_id_of_the_handoff_stands_in_the_report(room: SimpleNamespace):
    d = room.seed_diagnosis()
    person = d.handoff.model_copy(update={"request_ids": [*d.handoff.request_ids, "req_1"]})
    assert room.seed_findings(d.model_copy(update={"handoff": person})) == [
        ("grounded", "handoff.request_ids")
    ]


def test_a_fix_version_stands_in_the_changelog_evidence(room: SimpleNamespace):
    fix = FixVersion(version="2.1.206", relation="fixes", line="l", source="https://example.org")
    d = room.seed_diagnosis().model_copy(update={"fix_versions": [fix]})
    assert room.seed_findings(d) == [("grounded", "fix_versions[0]")]


def test_texts_keep_their_ends_apart(room: SimpleNamespace):
    cause = room.load_catalogue().by_id["legacy-client-misclassified"]
    assert cause.summary in cause_text(cause)
    assert all(source.url in cause_text(cause) for source in cause.sources)
    evidence = room.seed_diagnosis().evidence[:2]
    assert evidence_text(evidence) == f"{evidence[0].text} | {evidence[1].text} |".rstrip(" |")
