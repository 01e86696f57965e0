from __future__ import annotations

from agent.report.form import read_form
from agent.report.terminal import plain

FORM = """### Preflight Checklist
- [x] I am using the latest version of Claude Code
### Claude Model
Opus
### Is this a regression?
Yes, this worked in a previous version
### Last Working Version
_No response_
### Claude Code Version
2.1.7 (Claude Code)
### Operating System
macOS
"""


def test_a_form_is_read_in_markdown_flattened_and_rendered() -> None:
    rendered = FORM.replace("### ", "").replace("- [x]", "  •").replace("\n", "\n\n")
    for text in (FORM, FORM.replace("\n", " "), rendered):
        form = read_form(plain(text))
        assert form.template["is_regression"] is True
        assert form.template["claude_model"] == "Opus"
        assert "last_working_version" not in form.template
        assert form.answers["claude_code_version"].value.startswith("2.1.7")
        assert form.template["checks"]["latest_version"] is True
        assert form.latest is not None


def test_an_empty_box_is_not_ticked() -> None:
    form = read_form(plain(FORM.replace("[x]", "[ ]")))
    assert form.template["checks"]["latest_version"] is False
    assert form.latest is None


def test_prose_is_no_form() -> None:
    assert read_form(plain("My operating system is macOS and the platform is fine.")).template == {}
