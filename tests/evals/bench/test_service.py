"""The command lines of the service's figures, and the exit codes."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from evals.bench import service
from evals.bench.__main__ import main, parser
from evals.bench.conformance import Conformance
from evals.bench.server import ServerFailed


def test_what_is_asked_for_by_default() -> None:
    load = parser().parse_args(["load"])
    assert (load.seconds, load.rate, load.json) == (20, None, None)
    assert (load.cases / "first-light").is_dir()
    assert parser().parse_args(["streams"]).readers == 300
    assert parser().parse_args(["conformance", "--examples", "9"]).examples == 9


@pytest.mark.parametrize(("complete", "code"), [(7, 0), (6, 1)])
def test_a_stream_that_is_not_whole_is_a_broken_promise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], complete: int, code: int
) -> None:
    def measured(readers: int) -> Any:
        found = SimpleNamespace(readers=readers, complete=complete)
        return SimpleNamespace(**vars(found), model_dump_json=lambda indent: f"{indent} {vars(found)}")

    monkeypatch.setattr(service, "measure_streams", measured)
    assert main(["streams", "--readers", "7"]) == code
    assert "'readers': 7" in capsys.readouterr().out


def test_there_are_at_most_a_thousand_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def measured(readers: int) -> Any:
        asked.append(readers)
        return SimpleNamespace(readers=1, complete=1, model_dump_json=lambda indent: str(indent))

    monkeypatch.setattr(service, "measure_streams", measured)
    main(["streams", "--readers", "5000"])
    assert asked == [1000]


@pytest.mark.parametrize(("failures", "code"), [(0, 0), (3, 1)])
def test_conformance_says_what_the_tool_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failures: int, code: int
) -> None:
    def measured(examples: int) -> Conformance:
        return Conformance(requests=examples, failures=failures, said="the words")

    monkeypatch.setattr(service, "measure_conformance", measured)
    assert main(["conformance", "--examples", "8"]) == code
    assert capsys.readouterr().out == f"the words\n8 requests, {failures} failures\n"


@pytest.mark.parametrize(("failed", "code"), [(0, 0), (1, 1)])
def test_load_sends_the_cases_for_a_bounded_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, failed: int, code: int
) -> None:
    asked: list[Any] = []

    def measured(submissions: Any, seconds: float, rate: float | None) -> Any:
        asked.append((len(submissions) > 0, seconds, rate))
        return SimpleNamespace(real=SimpleNamespace(failed=failed), model_dump=lambda: {"a": 1})

    monkeypatch.setattr(service, "measure_load", measured)
    monkeypatch.setattr(service, "lines", lambda _found: ["said"])
    kept = tmp_path / "kept.json"
    assert main(["load", "--seconds", "99999", "--rate", "50", "--json", str(kept)]) == code
    assert asked == [(True, 600, 50)]
    assert kept.read_text() == '{\n "a": 1\n}\n'


def test_without_a_server_there_is_no_figure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(_examples: int) -> Conformance:
        raise ServerFailed("the port is taken")

    monkeypatch.setattr(service, "measure_conformance", measured)
    assert main(["conformance"]) == 2
    assert capsys.readouterr().err == "could not measure: the port is taken\n"
