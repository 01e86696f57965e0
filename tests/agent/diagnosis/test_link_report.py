"""The report of an issue's links: statistics, parts, what is not passed on, what could not be seen."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from agent.causes.cause import WeighedCause
from agent.diagnosis.conclude import conclude
from agent.diagnosis.link_report import LinkReport, link_report, submission_of
from agent.issues.issue import Comment, Issue, IssueLink, RelatedIssue, TimelineEvent
from agent.report.error_report import ErrorReport

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


def to(number: int, kind: Any = "mentions", via: Any = "body") -> IssueLink:
    return IssueLink(target_repository="anthropics/claude-code", target_number=number, kind=kind, via=via)


def issue(number: int = 1, *links: IssueLink, **facts: Any) -> Issue:
    given = {
        "repository": "anthropics/claude-code",
        "url": f"https://github.com/anthropics/claude-code/issues/{number}",
        "title": f"title {number}",
        "state": "open",
        **facts,
    }
    return Issue(number=number, links=list(links), **given)


@pytest.fixture
def report_of(room: SimpleNamespace) -> Any:
    def made(root: Issue, *around: Issue, **more: Any) -> LinkReport:
        report, usage, differential = room.seed_report(), room.seed_usage(), room.differential()
        diagnosis = conclude(report, usage, [], differential, room.load_catalogue())
        answer = room.answer_of(diagnosis, report, usage, differential.ranked, [])
        answer = answer.model_copy(update=more.pop("answer", {}))
        return link_report(root, around, answer, 2, **more)

    return made


def test_an_issue_becomes_a_submission() -> None:
    made = submission_of(issue(body="It fails.", client_version="2.1.7", created_at=NOON))
    assert (made.title, made.text, made.product) == ("title 1", "It fails.", "claude-code")
    assert made.environment is not None
    assert made.environment.client_version == "2.1.7"
    assert made.source is not None
    assert (made.source.url, made.source.reported_at) == (issue().url, NOON)
    other = submission_of(issue(body="In 2.1.7 it fails", client_version="2.1.7", repository="o/n"))
    assert (other.environment, other.product) == (None, None), "what the text says it says itself"
    assert submission_of(issue(body=" ")).text == "title 1"


def test_statistics(report_of: Any) -> None:
    comments = [
        Comment(external_id=str(n), author=who, body="x") for n, who in enumerate(("ann", "bob", "bob"))
    ]
    events = [
        TimelineEvent(external_id=str(n), kind=kind)
        for n, kind in enumerate(("labeled", "closed", "labeled"))
    ]
    root = issue(
        1,
        to(2),
        to(3),
        to(4, "linked"),
        comments=comments,
        timeline=events,
        author="eve",
        reactions={"+1": 2},
    )
    found = report_of(root).statistics
    assert found.timeline == {"commented": 3, "labeled": 2, "closed": 1}
    assert (found.comments, found.participants, found.reactions) == (3, 3, {"+1": 2})
    assert found.links == {"linked": 1, "mentions": 2}
    assert report_of(issue(author="eve", comment_count=0)).statistics.participants == 1
    assert report_of(issue(author="eve", comment_count=2)).statistics.participants is None
    nothing = report_of(issue()).statistics
    assert (nothing.comments, nothing.participants, nothing.timeline) == (None, None, {})


def test_what_resolved_it_and_its_canonical_issue(report_of: Any) -> None:
    root = issue(5, state="closed", duplicate_of="anthropics/claude-code#2", created_at=NOON)
    root = root.model_copy(update={"links": [to(2, "duplicate_of", "timeline")]})
    pull = issue(9, to(2, "closes"), kind="pull", merged_at=NOON, released_in="v3")
    found = report_of(root, issue(2), pull)
    assert found.cluster is not None
    assert found.cluster.canonical == "anthropics/claude-code#2"
    assert found.resolution == "no fix is known"
    assert found.parts.fixes[0].startswith("anthropics/claude-code#2, which is the same matter: fixed by")
    assert "first in v3" in found.parts.fixes[0]
    assert [one.name for one in found.pulls] == ["anthropics/claude-code#9"]


def test_a_long_chain_of_duplicates_leads_to_what_resolved_its_end(report_of: Any) -> None:
    def duplicate(n: int) -> Issue:
        link = to(n - 1, "duplicate_of", "timeline")
        return issue(n, link, state="closed", duplicate_of=f"anthropics/claude-code#{n - 1}", created_at=NOON)

    pull = issue(9, to(2, "closes"), kind="pull", merged_at=NOON, released_in="v3")
    found = report_of(duplicate(8), *map(duplicate, range(3, 8)), issue(2, created_at=NOON), pull)
    assert found.parts.fixes[0].startswith("anthropics/claude-code#2, which is the same matter: fixed by")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Updating fixed it for me.", True),
        ("Buying extra usage fixed it for me.", False),
        ("Add credits at the console, that solved it.", False),
        ("I spoofed the user agent of Claude Code, that fixed it.", False),
        ("Use a VPN to get around the region check, that worked for me.", False),
    ],
)
def test_what_breaks_a_law_is_not_passed_on(report_of: Any, said: str, shown: bool) -> None:
    root = issue(comments=[Comment(external_id="1", author="bob", body=said)])
    assert bool(report_of(root).parts.helped) == shown


def test_what_could_not_be_seen_is_said(report_of: Any) -> None:
    root = issue(1, *(to(number) for number in range(2, 14)), comment_count=3)
    said = report_of(root, unseen=["Only what is stored was looked at."]).unseen
    assert said[0] == "Only what is stored was looked at."
    assert said[1] == "It has 3 comments, of which 0 are stored."
    assert said[2].startswith("Its timeline is not stored")
    assert said[3].endswith(" and 4 more.")
    whole = issue(timeline=[TimelineEvent(external_id="1", kind="closed")])
    assert report_of(whole).unseen == []


def test_the_root_cause_is_never_certain(report_of: Any) -> None:
    said = report_of(issue()).parts.root_cause
    assert said.startswith(("Likely", "Possibly", "Not "))


def test_a_cause_that_is_hardly_likely_is_not_named(report_of: Any) -> None:
    abstained = report_of(issue()).diagnosis.model_copy(update={"action": "abstain"})

    def said(likelihood: float) -> str:
        cause = WeighedCause(
            id="x", title="A cause", likelihood=likelihood, supports=[], against=[], unknown=[]
        )
        return str(report_of(issue(), answer={"diagnosis": abstained, "causes": [cause]}).parts.root_cause)

    assert said(0.03) == "Not known: the text shows nothing that a known cause explains."
    assert said(0.3) == "Not settled; the nearest is: A cause (30 %)."


def test_without_an_api_error_the_lines_that_tell_of_one_stand_for_it(report_of: Any) -> None:
    root = issue(body="```\nFATAL ERROR: heap out of memory\n```")
    assert report_of(root).parts.error_lines == [], "there is an API error"
    bare = report_of(root, answer={"report": ErrorReport(text="x")}).parts
    assert (bare.error_messages, bare.error_lines) == ([], ["FATAL ERROR: heap out of memory"])


def test_related_issues_are_those_that_are_not_linked(report_of: Any) -> None:
    def related(number: int) -> RelatedIssue:
        return RelatedIssue(
            repository="anthropics/claude-code", number=number, url="u", title="t", state="open",
            relation="similar", score=0.5, why="similar words",
        )  # fmt: skip

    found = report_of(issue(1, to(2)), issue(2), answer={"issues": [related(2), related(3)]}).related
    assert [one.number for one in found] == [3]
