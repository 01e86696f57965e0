"""The Markdown rendering."""

from __future__ import annotations

import random
import re
from types import SimpleNamespace

import pytest
from markdown_it import MarkdownIt

from agent.causes.cause import FixVersion, Question
from agent.diagnosis.conclude import conclude
from agent.diagnosis.render import HEADINGS, render_markdown

CONTRACT = [
    "Summary (TL;DR)", "What the error says", "What the account shows", "Likely causes", "Guidance",
    "Example", "Notes", "Recommendation", "Related issues", "Evidence",
]  # fmt: skip


def headings(markdown: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(markdown)
    return [tokens[i + 1].content for i, t in enumerate(tokens) if t.type == "heading_open"]


def all_types(markdown: str) -> set[str]:
    tokens = MarkdownIt("commonmark").parse(markdown)
    return {t.type for t in tokens} | {c.type for t in tokens for c in t.children or []}


def addresses(markdown: str) -> set[str]:
    tokens = MarkdownIt("commonmark").parse(markdown)
    return {
        str(c.attrs["href"])
        for t in tokens
        for c in t.children or []
        if c.type == "link_open" and "href" in c.attrs
    }


def test_the_headings_of_the_contract_and_no_others(room: SimpleNamespace):
    assert list(HEADINGS) == CONTRACT
    assert headings(render_markdown(room.answer_of(room.seed_diagnosis()))) == CONTRACT


def test_the_seed_in_full(room: SimpleNamespace):
    diagnosis = room.seed_diagnosis()
    said = render_markdown(room.answer_of(diagnosis))
    for part in (*room.IDS, "**Answer**, likely, 68 %.", "Verdict: contradiction", "If a person is needed"):
        assert part in said
    assert all(f"**{e.id}**" in said for e in diagnosis.evidence)
    assert len(re.findall(r"^\d+\. .*\(E1, ", said, re.M)) == len(diagnosis.guidance)
    assert re.search(r"## Example\n\n```\nclaude --version", said)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "](http://evil)",
        "[a](http://evil)",
        "``` ` ``",
        "\n# heading\n",
        "- x\n\n## y",
    ],
)
def test_text_of_others_is_never_markup(room: SimpleNamespace, text: str):
    report = room.seed_report(errors=[room.event(text, type=text, request_ids=[text])], source_url=text)
    usage = room.seed_usage(plan=text)
    causes = room.differential(**room.SEED)
    issue = room.generated_issues(random.Random(3))[:1]
    issues = [
        i.model_copy(update={"title": text, "why": text, "repository": text, "url": text}) for i in issue
    ]
    diagnosis = conclude(report, usage, issues, causes, room.load_catalogue(), (text,))
    said = render_markdown(room.answer_of(diagnosis, report, usage, causes.ranked, issues))
    assert headings(said) == CONTRACT
    assert not all_types(said) & {"html_inline", "html_block", "image", "code_block", "hr"}
    assert not any("evil" in address for address in addresses(said))


def test_generated_answers_keep_their_shape(room: SimpleNamespace):
    catalogue = room.load_catalogue()
    for seed in range(120):
        rng = random.Random(seed)
        report, usage, issues = (
            room.generated_report(rng),
            room.generated_usage(rng),
            room.generated_issues(rng),
        )
        differential = room.generated_differential(rng, rng.choice(catalogue.causes).id)
        diagnosis = conclude(report, usage, issues, differential, catalogue)
        said = render_markdown(room.answer_of(diagnosis, report, usage, differential.ranked, issues))
        assert headings(said) == CONTRACT, seed
        assert not all_types(said) & {"html_inline", "html_block", "image"}, seed
        assert not any("evil" in address for address in addresses(said)), seed


def test_an_empty_answer_says_so_under_every_heading(room: SimpleNamespace):
    report = room.seed_report(errors=[], environment={}, conflicts=[])
    usage = room.seed_usage(buckets=[], contradictions=[], lane="unknown")
    diagnosis = conclude(report, usage, [], room.differential(), room.load_catalogue())
    said = render_markdown(room.answer_of(diagnosis, report, usage, []))
    assert headings(said) == CONTRACT
    assert not re.search(r"^## .*\n\n(?=## |\Z)", said, re.M)
    assert "**Not concluded**, nothing to weigh." in said


def test_costs_questions_and_fix_versions_are_shown(room: SimpleNamespace):
    diagnosis = room.seed_diagnosis()
    paid = diagnosis.guidance[0].model_copy(update={"cost": "charges", "reversible": False})
    fix = FixVersion(version="2.1.206", relation="improves_message", line="says it", source="https://x.org")
    question = Question(text="Which?", how="claude --version", splits=[])
    change = {"guidance": [paid], "fix_versions": [fix], "question": question}
    said = render_markdown(room.answer_of(diagnosis.model_copy(update=change)))
    assert "**Costs money.** This cannot be undone." in said
    assert "Version 2.1.206 (improves message): says it" in said
    assert "**Question:** Which? How to find out: `claude --version`" in said
