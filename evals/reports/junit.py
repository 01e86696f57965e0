"""JUnit XML: one test case a row, one more for each recording, one for each fault of the self-test."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from evals.reports.xml_text import readable
from evals.results import Results
from evals.selftest import SelfTest
from evals.verdict import Verdict, state_in_words


def junit(verdict: Verdict, results: Results, selftest: SelfTest) -> str:
    """The report as text."""
    top = Element("testsuites", name="evals")
    suite = SubElement(top, "testsuite", name=f"verdict: {verdict.word}")
    for row in results.rows:
        case = _case(suite, row.kind, row.key)
        lines = [line for line in (*verdict.blocks, *verdict.unproven) if f"case {row.key} " in line]
        if lines:
            _failure(case, lines)
    for entry in results.recordings:
        case = _case(suite, "recordings", entry.file or entry.slug)
        if entry.red:
            _failure(case, [state_in_words(entry)])
        elif entry.declared is not None:
            SubElement(case, "skipped", message=readable(entry.declared))
    overall = _case(suite, "gate", "verdict")
    rest = [*verdict.unfit, *(line for line in (*verdict.blocks, *verdict.unproven) if ": case " not in line)]
    if rest or verdict.exit:
        _failure(overall, rest or [f"verdict: {verdict.word}"])
    for kill in selftest.kills:
        case = _case(suite, "selftest", kill.operator)
        if kill.survivors:
            SubElement(case, "system-out").text = readable(f"survived: {', '.join(kill.survivors)}")
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    indent(top)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(top, encoding="unicode") + "\n"


def _case(suite: Element, kind: str, name: str) -> Element:
    return SubElement(suite, "testcase", classname=f"evals.{kind}", name=readable(name))


def _failure(case: Element, lines: list[str]) -> None:
    SubElement(case, "failure", message=readable(lines[0])).text = readable("\n".join(lines))
