"""Markdown: the table, and nothing that a user wrote is read as markup."""

from __future__ import annotations

from typing import Any

from evals.reports.markdown import escaped, markdown


def test_the_report_has_verdict_findings_and_changed_cases(told: Any) -> None:
    text = markdown(*told)
    assert text.startswith("## Evals: worse (exit 1)")
    assert "### Worse: 1" in text
    assert "### Recordings: 1" in text
    assert "| blue-mill | answer | answer | service-overloaded | service-overloaded |" in text


def test_no_markup_of_a_user_gets_through(told: Any) -> None:
    text = markdown(*told)
    assert "<script>" not in text
    assert "[l](" not in text
    assert escaped("a|b\n`c` <d> & " + "x" * 400).startswith("a\\|b \\`c\\` \\<d\\> &amp; x")
    assert escaped("x" * 400).endswith("...")
