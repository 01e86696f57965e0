"""Prompts are files with declared fields; what is missing, unknown or unused is an error."""

from __future__ import annotations

import os
import re
import tomllib
from pathlib import Path

import pytest

import prompts
from agent.compose import load_catalogue
from agent.settings import Settings
from prompts.prompt import NAMES, BadPrompt, Prompt, parse_prompt, parse_prompts

HEAD = '+++\npurpose = "x"\nfields = ["a"]\n+++\n'
SNAPSHOTS = Path(__file__).parent / "snapshots"
FILLED = {
    "system": {},
    "triage": {},
    "diagnose": {"action": "ask", "language": "German", "data": '{"evidence":"E1"}'},
    "follow_up": {
        "action": "answer",
        "language": "English",
        "asked": '{"asked":"Which?"}',
        "data": '{"evidence":"E1"}',
    },
    "repair": {"findings": '{"where":"summary[0]","what":"it cites E9"}'},
}
CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("no head", "must begin with a front matter"),
        ('+++\npurpose = "x"\nfields = []\n+++\nHello {{a}}', "uses a, which fields does not declare"),
        (HEAD + "Hello", "declares a and does not use it"),
        (HEAD + "Hello {{a}} and {{ b", "stands alone"),
        ("+++\nfields = [\n+++\nHello", "not valid TOML"),
        ('+++\nfields = ["a"]\n+++\n{{a}}', "purpose must say"),
        ('+++\npurpose = "x"\nfields = "a"\n+++\n{{a}}', "must be a list of names"),
        ('+++\npurpose = "x"\nfields = ["a"]\nmodel = "y"\n+++\n{{a}}', "no key model"),
        ('+++\npurpose = "x"\nfields = []\ncanary = "k"\n+++\nHello', "does not hold its canary"),
    ],
)
def test_a_bad_file_is_refused_with_its_name(source: str, why: str) -> None:
    with pytest.raises(BadPrompt, match=why) as refused:
        parse_prompt("diagnose", source)
    assert str(refused.value).startswith("diagnose.md")


def test_names_are_strict_when_a_prompt_is_rendered() -> None:
    prompt = parse_prompt("p", HEAD + "Hello {{a}}")
    assert prompt.render(a="you") == "Hello you\n"
    for wrong in ({}, {"a": "x", "b": "y"}, {"b": "y"}):
        with pytest.raises(BadPrompt):
            prompt.render(**wrong)


def test_a_value_is_not_looked_at_again() -> None:
    prompt = parse_prompt("p", HEAD + "Hello {{a}}")
    assert prompt.render(a="{{a}} {{b}} \\1") == "Hello {{a}} {{b}} \\1\n"


def test_the_set_holds_exactly_the_prompts_that_are_asked_for() -> None:
    sources = {f"{name}.md": HEAD + "{{a}}" for name in NAMES}
    assert parse_prompts(sources)["system"].fields == ("a",)
    for wrong in ({**sources, "extra.md": HEAD + "{{a}}"}, {"system.md": HEAD + "{{a}}"}):
        with pytest.raises(BadPrompt, match="the prompts must be"):
            parse_prompts(wrong)


def test_the_digest_changes_with_every_word_of_every_file() -> None:
    sources = {f"{name}.md": HEAD + "{{a}}" for name in NAMES}
    seen = {parse_prompts(sources).digest}
    for name in sources:
        seen.add(parse_prompts({**sources, name: HEAD + "{{a}}!"}).digest)
    assert len(seen) == len(sources) + 1


def test_the_packaged_system_texts_are_the_same_bytes_in_each_request() -> None:
    loaded = prompts.load()
    assert loaded["system"].fields == loaded["triage"].fields == ()
    assert len(loaded.canaries) == 2
    assert loaded.digest == prompts.load().digest


@pytest.mark.parametrize("name", NAMES)
def test_a_snapshot_shows_what_a_model_is_given(name: str) -> None:
    rendered = prompts.load()[name].render(**FILLED[name])
    file = SNAPSHOTS / f"{name}.txt"
    if os.environ.get("CASEWORKER_WRITE_SNAPSHOTS"):
        file.write_text(rendered, encoding="utf-8")
    assert rendered == file.read_text(encoding="utf-8"), (
        f"prompts/{name}.md changed: read the difference, then run with CASEWORKER_WRITE_SNAPSHOTS=1"
    )


def given_away(prompt: Prompt) -> list[str]:
    """What a prompt says of a case: its slug, a phrase it is graded by, an exact figure of its report."""
    text = prompt.text.lower()
    found = []
    for folder in sorted(CASES.iterdir()):
        expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
        points = list(expected.get("must", []))
        related = expected.get("issues", [])
        points += [issue[name] for issue in related for name in ("url", "says") if name in issue]
        points += [i for error in expected.get("errors", []) for i in error.get("request_ids", [])]
        points += [error["message"] for error in expected.get("errors", []) if error.get("message")]
        points += [expected.get("provenance", {}).get("source") or folder.name, folder.name]
        found += [p for p in points if re.search(rf"(?<!\w){re.escape(p.lower())}(?!\w)", text)]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_no_prompt_gives_an_answer_away(name: str) -> None:
    assert not given_away(prompts.load()[name])


@pytest.mark.parametrize("name", NAMES)
def test_no_prompt_names_a_cause(name: str) -> None:
    text = prompts.load()[name].text
    assert not [cause.id for cause in load_catalogue(Settings(causes=None)).causes if cause.id in text]


def test_a_prompt_that_gives_an_answer_away_is_caught() -> None:
    assert given_away(Prompt("p", "x", (), "First run `claude --version`.", ""))
    assert given_away(Prompt("p", "x", (), "As in first-light.", ""))
