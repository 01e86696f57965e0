"""The gate over a small copied tree: what turns it red, with which exit code and words."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from agent.llm.recordings import write
from evals.__main__ import main
from evals.case import load_case
from evals.fixtures import recorded
from evals.gate import read
from evals.run import road

ROOT = Path(__file__).parents[2]
CASES = ("first-light", "gilded-cove", "saffron-lantern")
RECORDED = "first-light"
TODAY = datetime.now(UTC).date()

Said = pytest.CaptureFixture[str]


def gap(slug: str, until: date) -> str:
    since = TODAY - timedelta(days=30)
    return (
        f'[[gap]]\nslug = "{slug}"\nreason = "not recorded for this test"\nsince = {since}\nuntil = {until}\n'
    )


def backlog(root: Path, *, until: date = TODAY + timedelta(days=30), but: str = RECORDED) -> None:
    gaps = [gap(slug, until) for slug in CASES if slug != but]
    (root / "backlog.toml").write_text("\n".join(gaps))


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A suite of three cases, one of them recorded, that a person has accepted."""
    root = tmp_path_factory.mktemp("suite")
    for slug in CASES:
        shutil.copytree(ROOT / "evals" / "cases" / slug, root / "cases" / slug)

    async def record() -> None:
        async with road() as context:
            write(await recorded(load_case(root / "cases" / RECORDED), context), root / "recordings")

    asyncio.run(record())
    backlog(root)
    assert main(["accept", "--root", str(root), "--reviewer", "A. Reviewer"]) == 0
    return root


@pytest.fixture
def suite(accepted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(accepted, tmp_path / "suite"))


def gate(root: Path, *more: str) -> int:
    return main(["gate", "--root", str(root), *more])


def test_what_was_accepted_passes_and_the_reports_say_so(suite: Path, tmp_path: Path, capsys: Said) -> None:
    files = {name: tmp_path / f"r.{name}" for name in ("junit", "markdown", "html")}
    options = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    kept = tmp_path / "results.json"
    assert gate(suite, "--out", str(kept), *options) == 0
    said = capsys.readouterr().out
    assert "verdict: same (exit 0)" in said
    assert "No live recording exists" in said
    assert "(100 %; the four laws 100 %), 0 false alarms against itself" in said
    assert [row.kind for row in read(kept).results.rows].count("authored") == 1
    made = {name: path.read_text() for name, path in files.items()}
    assert main(["report", str(kept), "--root", str(suite), *options]) == 0
    assert {name: path.read_text() for name, path in files.items()} == made


def test_a_recording_that_was_edited_by_hand(suite: Path, capsys: Said) -> None:
    path = suite / "recordings" / f"{RECORDED}.json"
    path.write_text(path.read_text().replace("end_turn", "max_tokens"))
    assert gate(suite) == 3
    assert (
        f"{RECORDED}.json is edited: not what its digest says: calls[0].response" in capsys.readouterr().out
    )


def test_a_recording_that_was_deleted(suite: Path, capsys: Said) -> None:
    (suite / "recordings" / f"{RECORDED}.json").unlink()
    assert gate(suite) == 3
    assert f"{RECORDED}.json is missing: the lock knows it, and the file is gone" in capsys.readouterr().out


def test_a_recording_of_no_case(suite: Path, capsys: Said) -> None:
    shutil.copy(suite / "recordings" / f"{RECORDED}.json", suite / "recordings" / "no-such-case.json")
    assert gate(suite) == 3
    assert "no-such-case.json is orphan: no case has this name" in capsys.readouterr().out


def test_a_case_with_no_recording_and_no_declaration(suite: Path, capsys: Said) -> None:
    (suite / "backlog.toml").write_text(gap("gilded-cove", TODAY + timedelta(days=1)))
    assert gate(suite) == 3
    assert "saffron-lantern (no recording) is missing" in capsys.readouterr().out


def test_a_gap_that_outlived_its_day(suite: Path, capsys: Said) -> None:
    backlog(suite, until=TODAY - timedelta(days=1))
    assert gate(suite) == 3
    assert "its gap was declared until" in capsys.readouterr().out


def test_no_case_at_all_and_a_case_that_cannot_be_read(suite: Path, capsys: Said) -> None:
    (suite / "cases" / "gilded-cove" / "expected.toml").write_text("cause =")
    assert gate(suite) == 2
    assert "gilded-cove" in capsys.readouterr().err
    shutil.rmtree(suite / "cases")
    (suite / "cases").mkdir()
    assert gate(suite) == 2
    assert "no cases is not a pass" in capsys.readouterr().err


def test_a_suite_that_nobody_accepted(suite: Path, capsys: Said) -> None:
    (suite / "baselines" / "baseline.json").unlink()
    assert gate(suite) == 2
    assert "python -m evals accept writes one" in capsys.readouterr().err


def test_a_check_that_flips_and_waivers_of_two_ages(suite: Path, capsys: Said) -> None:
    path = suite / "cases" / "gilded-cove" / "expected.toml"
    path.write_text(path.read_text().replace("tags = ", 'must = ["no such point"]\ntags = '))
    assert gate(suite) == 1
    assert "diagnosis: case gilded-cove now breaks must" in capsys.readouterr().out
    waiver = (
        '[[waiver]]\ncase = "gilded-cove"\nroom = "diagnosis"\nresult = "must"\n'
        'reason = "the point is new"\nwho = "B. Reviewer"\nuntil = {}\n'
    )
    (suite / "waivers.toml").write_text(waiver.format(TODAY))
    assert gate(suite) == 0
    assert "[waived by B. Reviewer until" in capsys.readouterr().out
    (suite / "waivers.toml").write_text(waiver.format(TODAY - timedelta(days=1)))
    assert gate(suite) == 1
    assert "[the waiver of B. Reviewer ended on" in capsys.readouterr().out


def test_cases_that_differ_are_unproven_until_a_person_accepts(suite: Path, capsys: Said) -> None:
    path = suite / "baselines" / "baseline.json"
    path.write_text(path.read_text().replace('"causes.brier": 0.', '"causes.brier": 0.9'))
    assert gate(suite) == 4
    assert "accept --reviewer NAME settles it" in capsys.readouterr().out
    assert main(["accept", "--root", str(suite), "--reviewer", "A. Reviewer"]) == 0
    assert gate(suite) == 0


@pytest.fixture
def tree(tmp_path: Path, suite: Path) -> Path:
    """A copy of the program with the small suite in place of the whole one."""
    top = tmp_path / "tree"
    for name in ("agent", "prompts"):
        shutil.copytree(ROOT / name, top / name, ignore=shutil.ignore_patterns("__pycache__"))
    kept = shutil.ignore_patterns("__pycache__", "cases", "recordings", "baselines", "*.toml")
    shutil.copytree(ROOT / "evals", top / "evals", ignore=kept)
    shutil.copytree(suite, top / "evals", dirs_exist_ok=True)
    return top


def run(tree: Path, command: str = "gate") -> tuple[int, str]:
    """The gate of the copied program, in a process of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("CASEWORKER", "ANTHROPIC"))}
    done = subprocess.run(
        [sys.executable, "-m", "evals", command],
        cwd=tree,
        env=environment | {"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_a_prompt_that_was_edited_without_recording_anew(tree: Path) -> None:
    assert run(tree)[0] == 0
    edit(tree / "prompts" / "system.md", "Short, plain sentences", "Long, winding sentences")
    code, said = run(tree)
    assert code == 3
    assert f"{RECORDED}.json is stale" in said
    assert "prompt" in said
    assert "next: python -m evals record" in said


def test_a_cause_whose_weight_was_changed(tree: Path) -> None:
    """The true cause of one case loses what speaks for it."""
    expected = tomllib.loads((tree / "evals" / "cases" / RECORDED / "expected.toml").read_text())
    path = tree / "agent" / "causes" / "known" / f"{expected['cause']}.toml"
    lines = [
        "present = -6.5" if line.startswith("present = ") and "-" not in line else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(lines) + "\n")
    code, said = run(tree)
    assert code == 1, said
    assert f"causes: case {RECORDED} now " in said
    assert "(it was first)" in said


def test_a_grader_made_to_always_pass(tree: Path) -> None:
    edit(tree / "evals" / "graders.py", "value=top is not None and top.id in expected.right,", "value=True,")
    code, said = run(tree)
    assert code == 2
    assert "self-test: causes.acceptable notices 0.00% of what is spoiled" in said
    assert "swap the first cause" in said
    assert run(tree, "selftest")[0] == 2


def test_a_law_that_sleeps(tree: Path) -> None:
    edit(
        tree / "evals" / "graders.py",
        'value=not broken, reason="; ".join(broken) or "kept"',
        'value=law == "honest" or not broken, reason="kept"',
    )
    code, said = run(tree, "selftest")
    assert code == 2
    assert "diagnosis.honest" in said


def test_the_baseline_is_small(accepted: Path) -> None:
    rows = json.loads((accepted / "baselines" / "baseline.json").read_text())["rows"]
    assert len(rows) == len(CASES) + 1
    assert all(len(json.dumps(row)) < 12_000 for row in rows)
