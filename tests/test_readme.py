from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from api.cli import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_output_in_the_readme_is_what_the_first_command_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"sqlite:///{tmp_path / 'fresh.sqlite3'}")
    monkeypatch.delenv("CASEWORKER_CAUSES", raising=False)
    first = re.search(r"&& caseworker (.*)$", README, re.M)
    shown = re.search(r"^```text\n(.*?)^```$", README, re.M | re.S)
    assert first is not None
    assert shown is not None
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(first[1]))
    assert ended.value.code in (0, None)
    assert capsys.readouterr().out.rstrip("\n") == shown[1].rstrip("\n")


def test_the_readme_names_the_two_commands_and_stays_short() -> None:
    tests = re.search(r'^pip install -q -c constraints.txt -e "\.\[test\]" && (pytest.*)$', README, re.M)
    assert tests is not None
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert run.endswith(f"\n{tests[1]}\n"), "its own tests are run as the README says, and end it"
    assert len(README.splitlines()) < 150
