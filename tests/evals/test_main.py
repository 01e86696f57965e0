"""The command: exit 0, 1 and 2, and a help that lists only what exists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.__main__ import main, parser

EXPECTED = """
cause = "{cause}"
action = ["answer", "ask", "handoff", "abstain"]
[provenance]
kind = "made"
source = "for this test"
"""
TEXT = 'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'


def folder(root: Path, cause: str) -> Path:
    case = root / "blue-mill"
    case.mkdir(parents=True)
    (case / "report.json").write_text(json.dumps({"text": TEXT, "product": "claude-code"}))
    (case / "expected.toml").write_text(EXPECTED.format(cause=cause))
    return root


def test_it_holds_breaks_or_cannot_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = folder(tmp_path / "good", "service-overloaded"), folder(tmp_path / "bad", "pdf-rejected")
    out = tmp_path / "results.json"
    assert main(["run", "--cases", str(good), "--out", str(out)]) == 0
    assert json.loads(out.read_text())["rows"][0]["slug"] == "blue-mill"
    assert main(["run", "--cases", str(bad), "-v"]) == 1
    assert main(["run", "--cases", str(good), "--against", str(out)]) == 0
    capsys.readouterr()
    (tmp_path / "none").mkdir()
    for arguments in (
        ["--cases", str(tmp_path / "none")],
        ["--cases", str(good), "--filter", "no-such"],
        ["--cases", str(good), "--against", str(tmp_path / "missing.json")],
        ["--cases", str(folder(tmp_path / "odd", "no-such-cause"))],
    ):
        assert main(["run", *arguments]) == 2
        assert capsys.readouterr().err.startswith("could not run: ")


@pytest.mark.parametrize("command", ["run", "record", "accept"])
def test_each_command_has_its_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert command in parser().format_help()
    with pytest.raises(SystemExit) as done:
        main([command, "--help"])
    assert done.value.code == 0
    assert f"python -m evals {command}" in capsys.readouterr().out
