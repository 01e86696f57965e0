"""The bench's command: one JSON document, and exit 2 where it cannot measure."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import pytest

from evals.bench.__main__ import main, parser


def test_it_prints_one_document_or_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["latency", "-n", "3", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document) == {"latency", "help_cpu_s", "batch"}
    assert document["latency"]["diagnose"]["runs"] == 3
    assert main(["latency", "-n", "2"]) == 0
    assert "bare graph, same shape" in capsys.readouterr().out


def test_it_says_why_it_cannot_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["latency", "--cases", str(tmp_path)]) == 2
    assert main(["latency", "-n", "1"]) == 2
    assert capsys.readouterr().err.count("could not measure: ") == 2


def test_the_readme_lists_every_measurement() -> None:
    (commands,) = (each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    text = (Path(__file__).parents[3] / "evals" / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Measuring")[2].partition("## Results")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == set(commands.choices)
