"""A table for a reviewer, in Markdown: what a pull request shows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.reports.text import MEANS, headlines, sections, tokens
from evals.results import Results
from evals.selftest import SelfTest
from evals.verdict import Verdict

MOST = 50
"""Lines of one section; the HTML report has all."""
LONGEST = 300
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#!])")


def markdown(verdict: Verdict, results: Results, selftest: SelfTest) -> str:
    """The report as text."""
    return "\n".join(_lines(verdict, results, selftest)) + "\n"


def escaped(text: str) -> str:
    """`text` on one line, with every sign that Markdown or HTML would read made plain."""
    flat = " ".join(text.split())
    short = flat if len(flat) <= LONGEST else f"{flat[: LONGEST - 3]}..."
    return _SPECIAL.sub(r"\\\1", short.replace("&", "&amp;"))


def _lines(verdict: Verdict, results: Results, selftest: SelfTest) -> Iterator[str]:
    yield f"## Evals: {verdict.word} (exit {verdict.exit})"
    yield ""
    yield f"{MEANS[verdict.word].capitalize()}."
    yield ""
    for line in (*selftest.in_words()[:1], *headlines(results), *tokens(results.rows)):
        yield f"- {escaped(line)}"
    for name, words in verdict.power.items():
        yield f"- power ({escaped(name)}): {escaped(words)}"
    for title, found in sections(verdict):
        yield ""
        yield f"### {title.capitalize()}: {len(found)}"
        yield ""
        yield from (f"- {escaped(line)}" for line in found[:MOST])
        if len(found) > MOST:
            yield f"- and {len(found) - MOST} more"
    if verdict.tests:
        yield ""
        yield "| kind | slice | score | pairs | better | worse | p, one-sided | shown to be worse |"
        yield "|---|---|---|---:|---:|---:|---:|---|"
        for test in verdict.tests:
            if test.slice == "all" or test.shown:
                cells = (test.kind, test.slice, test.score, test.pairs, test.better, test.worse)
                shown = "yes" if test.shown else "no"
                yield f"| {' | '.join(escaped(str(cell)) for cell in cells)} | {test.p:.4f} | {shown} |"
    if verdict.changed:
        yield ""
        yield f"### Other words for {len(verdict.changed)} cases"
        yield ""
        yield "| case | old action | new action | old first cause | new first cause |"
        yield "|---|---|---|---|---|"
        for change in verdict.changed[:MOST]:
            texts = [change.key]
            for name in ("action", "cause"):
                for side in (change.old, change.new):
                    first = side.causes[0][0] if side and side.causes else "none"
                    texts.append(first if name == "cause" else side.action if side else "none")
            yield f"| {' | '.join(map(escaped, texts))} |"
