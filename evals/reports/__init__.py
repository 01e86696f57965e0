"""Reports of a verdict: for a terminal, a CI server, a reviewer and a browser."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evals.files import write_whole
from evals.reports.junit import junit
from evals.reports.markdown import markdown
from evals.reports.page import page
from evals.results import Results
from evals.selftest import SelfTest
from evals.verdict import Verdict

MADE_BY = {"junit": junit, "markdown": markdown, "html": page}


def write_reports(
    verdict: Verdict, results: Results, selftest: SelfTest, files: Mapping[str, Path | None]
) -> None:
    """Write each report that has a file, whole or not at all."""
    for name, path in files.items():
        if path is not None:
            write_whole(path, MADE_BY[name](verdict, results, selftest))
