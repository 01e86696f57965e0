from __future__ import annotations

import pytest

from agent.report.error_report import EnvironmentFields, ErrorReport, Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read


def reading(text: str, lexicon: Lexicon, product: str | None = None) -> ErrorReport:
    return read(Submission(text=text, product=product), lexicon)


@pytest.mark.parametrize(
    ("text", "field", "value", "source"),
    [
        ("╭─── Claude Code v2.1.7 ───╯", "client_version", "2.1.7", "banner"),
        ("Claude Code Version: 2.0.30", "client_version", "2.0.30", "form"),
        ("$ claude --version\n2.1.7 (Claude Code)", "client_version", "2.1.7", "command"),
        ("user-agent: claude-cli/2.1.7 (external, cli)", "client_version", "2.1.7", "user-agent"),
        (
            "- Platform: win32 - Terminal: vscode - Version: 2.0.70 - Feedback ID:",
            "client_version",
            "2.0.70",
            "log",
        ),
        ("- Platform: win32 - Terminal: vscode - Version: 2.0.70", "platform", "windows", "log"),
        ("- Platform: win32 - Terminal: vscode - Version: 2.0.70", "surface", "vscode", "log"),
        ("It happens in WSL on my work laptop.", "platform", "linux", "prose"),
        ("I am on macOS Tahoe.", "platform", "darwin", "prose"),
        ("Plan: Max 20x", "plan", "max-20x", "form"),
        ("I have the Claude Pro plan since May.", "plan", "pro", "prose"),
        ("Opus 4.6 (1M context) · Claude Max", "model", "Opus 4.6 (1M context)", "prose"),
        ("with claude-opus-4-6[1m] selected", "model", "claude-opus-4-6[1m]", "prose"),
        ("CLAUDE_CODE_USE_BEDROCK=1 is exported", "auth", "bedrock", "log"),
        ("export ANTHROPIC_BASE_URL=http://127.0.0.1:4000/v1", "base_url", "http://127.0.0.1:4000/v1", "log"),
        ("I am using opencode v1.2 with it.", "client", "opencode", "prose"),
    ],
)
def test_a_reading_and_where_it_was_read(
    text: str, field: str, value: str, source: str, lexicon: Lexicon
) -> None:
    found = reading(text, lexicon).environment[field]
    assert (found.value, found.source) == (value, source)
    assert found.span is not None


def test_readings_that_disagree_are_a_conflict(lexicon: Lexicon) -> None:
    report = reading("╭─── Claude Code v2.1.7 ───╯\n\nClaude Code Version: 2.1.90", lexicon)
    (conflict,) = report.conflicts
    assert conflict.field == "client_version"
    assert {r.value for r in conflict.readings} == {"2.1.7", "2.1.90"}


def test_the_box_says_latest_and_the_banner_shows_an_old_version(lexicon: Lexicon) -> None:
    box = "- [x] I am using the latest version of Claude Code"
    report = reading(f"{box}\n\n╭─── Claude Code v2.1.7 ───╯", lexicon)
    (conflict,) = report.conflicts
    assert [(r.value, r.source) for r in conflict.readings] == [("2.1.7", "banner"), ("latest", "checkbox")]


def test_a_field_wins_and_a_denied_program_is_not_the_client(lexicon: Lexicon) -> None:
    fields = EnvironmentFields(client_version="2.1.9", platform="win32", plan="Max 5x")
    report = read(Submission(text="I do not use opencode. macOS.", environment=fields), lexicon)
    assert report.value("client_version") == "2.1.9"
    assert report.value("platform") == "windows"
    assert report.value("plan") == "max-5x"
    assert report.value("client") == "claude-code"


def test_the_product_names_the_client(lexicon: Lexicon) -> None:
    assert reading("Nothing works.", lexicon, "claude-code").value("client") == "claude-code"
