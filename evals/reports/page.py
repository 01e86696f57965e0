"""One HTML page without any asset: the verdict, and old and new answer side by side where they differ."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from html import escape

from evals.compare import Changed
from evals.reports.text import MEANS, headlines, sections, tokens
from evals.results import Results
from evals.selftest import SelfTest
from evals.verdict import Verdict

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:84rem;padding:0 1rem;color:#1a1a1a}
h1 span{padding:.1rem .6rem;border-radius:.3rem;background:#e8e8e8}
.x0 span{background:#cfeccf}.x1 span,.x2 span{background:#f6caca}.x3 span,.x4 span{background:#f7e6b5}
table{border-collapse:collapse;width:100%;margin:.6rem 0}
td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top}
td.side{width:50%;overflow-wrap:anywhere}
del{background:#fbdcdc;text-decoration:none}ins{background:#d8f2d8;text-decoration:none}
details{margin:.4rem 0}summary{cursor:pointer}li{overflow-wrap:anywhere}
"""


def page(verdict: Verdict, results: Results, selftest: SelfTest) -> str:
    """The report as text. Whatever a user or a model wrote is escaped."""
    return "\n".join(_lines(verdict, results, selftest)) + "\n"


def _lines(verdict: Verdict, results: Results, selftest: SelfTest) -> Iterator[str]:
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield f"<title>Evals: {escape(verdict.word)}</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    yield f'<h1 class="x{verdict.exit}">Evals: <span>{escape(verdict.word)}</span></h1>'
    yield f"<p>{escape(MEANS[verdict.word].capitalize())}. Exit code {verdict.exit}.</p>"
    head = [*headlines(results), *tokens(results.rows)]
    head += [f"power ({name}): {words}" for name, words in verdict.power.items()]
    yield from _list(head)
    for title, found in sections(verdict):
        yield f"<h2>{escape(title.capitalize())}: {len(found)}</h2>"
        yield from _list(found)
    yield from _tests(verdict)
    if verdict.changed:
        yield f"<h2>Old and new words of {len(verdict.changed)} cases</h2>"
        for change in verdict.changed:
            yield from _sides(change)
    yield f"<details><summary>{escape(selftest.in_words()[0])}</summary>"
    yield from _list(selftest.in_words()[1:])
    yield "</details>\n</body>\n</html>"


def _list(lines: list[str]) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{escape(line)}</li>" for line in lines)
    yield "</ul>"


def _tests(verdict: Verdict) -> Iterator[str]:
    if not verdict.tests:
        return
    names = ("kind", "slice", "score", "pairs", "better", "worse", "p, one-sided", "shown to be worse")
    yield (
        "<h2>Scores that moved</h2>\n<table>\n<tr>" + "".join(f"<th>{name}</th>" for name in names) + "</tr>"
    )
    for test in verdict.tests:
        shown = "yes" if test.shown else "no"
        cells = (
            test.kind,
            test.slice,
            test.score,
            test.pairs,
            test.better,
            test.worse,
            f"{test.p:.4f}",
            shown,
        )
        yield "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells) + "</tr>"
    yield "</table>"


def _sides(change: Changed) -> Iterator[str]:
    """Two columns; lines that stand on one side only are marked."""
    old = change.old.lines() if change.old else ["no answer"]
    new = change.new.lines() if change.new else ["no answer"]
    yield f"<details open><summary>{escape(change.key)}</summary>\n<table><tr><th>old</th><th>new</th></tr>"
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left, right = "<br>".join(map(escape, old[a:b])), "<br>".join(map(escape, new[c:d]))
        if what != "equal":
            left, right = (f"<del>{left}</del>" if left else ""), (f"<ins>{right}</ins>" if right else "")
        yield f'<tr><td class="side">{left}</td><td class="side">{right}</td></tr>'
    yield "</table></details>"
