"""The plain text for a terminal."""

from __future__ import annotations

import random
import re
from types import SimpleNamespace

from agent.causes.cause import Question
from agent.diagnosis.conclude import conclude
from agent.diagnosis.screen import MOST_NOTES, render_text


def test_the_seed_fits_a_screen_and_says_what_matters(room: SimpleNamespace):
    said = render_text(room.answer_of(room.seed_diagnosis()))
    assert said.count("\n") <= 60
    assert said.startswith("Answer: likely, 68 % (legacy-client-misclassified)\n")
    for part in (
        *room.IDS,
        "claude update",
        "Do not buy or claim extra usage",
        "latest (checkbox), 2.1.7 (banner)",
    ):
        assert part in said
    assert said.index("claude update") < said.index("If a person is needed")
    assert "2 times" in said


def test_no_line_is_wider_than_asked_but_for_what_cannot_be_broken(room: SimpleNamespace):
    for width in (60, 80, 120):
        for line in render_text(room.answer_of(room.seed_diagnosis()), width=width).splitlines():
            assert len(line) <= width or re.search(r"https://|\S{40,}", line), line


def test_nothing_of_a_sender_moves_the_cursor(room: SimpleNamespace):
    catalogue = room.load_catalogue()
    for seed in range(60):
        rng = random.Random(seed)
        report, usage, issues = (
            room.generated_report(rng),
            room.generated_usage(rng),
            room.generated_issues(rng),
        )
        differential = room.generated_differential(rng, rng.choice(catalogue.causes).id)
        diagnosis = conclude(report, usage, issues, differential, catalogue)
        said = render_text(room.answer_of(diagnosis, report, usage, differential.ranked, issues), width=10)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", said)


def test_an_example_is_shown_where_the_steps_do_not_hold_it(room: SimpleNamespace):
    diagnosis = room.seed_diagnosis()
    assert "Example" not in render_text(room.answer_of(diagnosis))
    assert "\nExample\n  claude --version\n" in render_text(
        room.answer_of(diagnosis.model_copy(update={"guidance": []}))
    )


def test_question_and_costs_are_shown(room: SimpleNamespace):
    diagnosis = room.seed_diagnosis()
    paid = diagnosis.guidance[0].model_copy(update={"cost": "may_charge", "reversible": False})
    question = Question(text="Which version?", how="claude --version", splits=[])
    said = render_text(
        room.answer_of(diagnosis.model_copy(update={"guidance": [paid], "question": question}))
    )
    assert "[may cost money] [cannot be undone]" in said.replace("\n     ", " ")
    assert "Question\n  Which version?\n  how to find out: claude --version\n" in said


def test_the_last_note_is_never_cut_off(room: SimpleNamespace):
    notes = [f"note {i}" for i in range(20)] + ["the store is away"]
    said = render_text(room.answer_of(room.seed_diagnosis().model_copy(update={"notes": notes})))
    assert said.count("  - ") == MOST_NOTES
    assert "the store is away" in said


def test_an_empty_answer(room: SimpleNamespace):
    report = room.seed_report(errors=[], environment={}, conflicts=[])
    usage = room.seed_usage(buckets=[], contradictions=[], lane="unknown")
    diagnosis = conclude(report, usage, [], room.differential(), room.load_catalogue())
    said = render_text(room.answer_of(diagnosis, report, usage, []))
    assert said.startswith("Not concluded\nThe cause is not known")


def test_many_errors_are_counted(room: SimpleNamespace):
    report = room.seed_report(errors=[room.event(f"message {i}") for i in range(9)])
    assert "  and 5 other errors" in render_text(room.answer_of(room.seed_diagnosis(), report))
