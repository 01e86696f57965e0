"""The bench of the road round a model call measures what it says it does."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

import pytest

from agent.report.error_report import Submission
from evals.bench import model
from evals.bench.latency import Spread
from evals.bench.model import Overhead, measure_model, run

pytestmark = pytest.mark.anyio
REPORT = Submission(text="API Error: 529 Overloaded")


def figure(milliseconds: float) -> Spread:
    return Spread(runs=2, p50_ms=milliseconds, p95_ms=milliseconds, max_ms=milliseconds)


def overhead(around: float) -> Overhead:
    one = figure(1)
    return Overhead(
        reports=1,
        worded=1,
        plain=one,
        whole=one,
        calls=one,
        around=figure(around),
        first_event=one,
        first_draft=one,
    )


async def test_every_run_asks_the_model_and_what_is_around_it_is_the_rest() -> None:
    before = dict(os.environ)
    found = await measure_model([REPORT], 3)
    assert (found.reports, found.worded, found.whole.runs) == (1, 3, 3)
    assert found.whole.max_ms >= found.around.max_ms > 0
    assert found.calls.p50_ms > 0
    assert found.plain.runs == 3
    assert found.first_event.p50_ms < found.whole.p50_ms
    assert found.first_draft.p50_ms >= 0
    assert {k: v for k, v in os.environ.items() if "LANG" not in k} == {
        k: v for k, v in before.items() if "LANG" not in k
    }


@pytest.mark.parametrize(("around", "code"), [(24.0, 0), (26.0, 1)])
def test_a_median_beyond_its_limit_is_said(
    around: float,
    code: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def measured(*_: object) -> Overhead:
        return overhead(around)

    monkeypatch.setattr(model, "measure_model", measured)
    monkeypatch.setattr(model, "load_cases", lambda _: [])
    assert run(Namespace(cases=tmp_path, runs=3)) == code
    shown = capsys.readouterr()
    assert ("around: p50 beyond 25 ms" in shown.err) == bool(code)
    assert '"around"' in shown.out


def test_what_cannot_be_measured_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Namespace(cases=tmp_path / "none", runs=3)) == 2
    assert "could not measure" in capsys.readouterr().err
