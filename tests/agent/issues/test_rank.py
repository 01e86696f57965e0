"""Which of the hits are shown, in which order, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.compose import load_lexicon
from agent.issues import rank as room
from agent.issues.issue import Collection, Forward, Issue, IssueHit, IssueQuery, OwnLink, RelatedIssue
from agent.issues.rank import MOST_RELATED
from agent.issues.ranking import Ranking
from agent.report.error_report import ErrorEvent, ErrorReport, Reading, Submission
from agent.report.read import read

DAY = datetime(2026, 4, 8, 12, tzinfo=UTC)
REPO = "anthropics/claude-code"
QUERY = IssueQuery(weights={"tool_use": 3.0, "escap": 2.0, "bug": 1.0}, title=["tool_use", "escap"])
RANKING = Ranking(weights={"all_anywhere": 10.0}, slope=1.0, offset=-6.0, floor=0.5)
COUNTS = Collection(docs=1_000, having={"tool_use": 5, "escap": 20, "bug": 900})


def rank(report: ErrorReport, hits: list[IssueHit], ranking: Ranking | None = RANKING) -> list[RelatedIssue]:
    return room.rank(report, hits, QUERY, ranking)


def hit(
    number: int,
    *,
    same: bool = True,
    score: float = 1.0,
    tokens: tuple[str, ...] = (),
    own_link: OwnLink | None = None,
    **facts: Any,
) -> IssueHit:
    known: dict[str, Any] = {"title": "t", "state": "closed", "created_at": DAY, **facts}
    issue = Issue(repository=REPO, number=number, url=f"https://github.com/{REPO}/issues/{number}", **known)
    forward = Forward(title=[], body=dict.fromkeys(tokens, 1), size=len(tokens))
    return IssueHit(
        issue=issue, same_signature=same, text_score=score, forward=forward, collection=COUNTS,
        matched_terms=list(tokens), own_link=own_link,
    )  # fmt: skip


def report(text: str = "it fails", **facts: Any) -> ErrorReport:
    version = Reading(value="2.1.7", source="banner")
    known: dict[str, Any] = {"environment": {"client_version": version}, "reported_at": DAY, **facts}
    return ErrorReport(text=text, product="claude-code", **known)


def test_exact_signature_first_then_version_then_date() -> None:
    late = datetime(2026, 6, 1, tzinfo=UTC)
    strong = ("tool_use", "escap")
    hits = [
        hit(1, same=False, score=30, tokens=strong, client_version="2.1.7"),
        hit(2, created_at=late, client_version="2.1.90"),
        hit(3, created_at=late, client_version="2.1.8"),
        hit(4, created_at=DAY, client_version="2.1.8"),
        hit(5, created_at=DAY, client_version="1.0.3"),
    ]
    assert [found.number for found in rank(report(), hits)] == [4, 3, 5, 2, 1]


def test_why_is_said_in_plain_words() -> None:
    found = rank(report(), [hit(45069, client_version="2.1.12", labels=["invalid", "stale"])])
    assert found[0].why == "same message, client 2.1.12, the same day; closed as invalid"
    assert found[0].relation == "same-signature"
    assert 0 < found[0].score <= 1


def test_why_names_same_version_platform_distance_and_outcome() -> None:
    environment = {
        "client_version": Reading(value="2.1.7", source="banner"),
        "platform": Reading(value="darwin", source="form"),
    }
    earlier = datetime(2026, 3, 15, tzinfo=UTC)
    shown = hit(
        7, client_version="2.1.7", labels=["platform:macos"], created_at=earlier, outcome="a new login helped"
    )
    found = rank(report(environment=environment), [shown])
    assert (
        found[0].why == "same message, also client 2.1.7, also on macOS, 3 weeks earlier; a new login helped"
    )


def test_without_a_date_of_the_report_the_thread_gives_its_own() -> None:
    assert rank(report(reported_at=None), [hit(7)])[0].why == "same message, 8 April 2026; closed"


def test_weak_hits_are_not_shown() -> None:
    weak = [hit(1, same=False, score=30, tokens=("bug",)), hit(2, same=False, score=9), hit(3, same=False)]
    assert rank(report(), weak) == []


def test_strong_words_without_the_message_are_similar_and_named() -> None:
    found = rank(report(), [hit(n, same=False, tokens=("tool_use", "escap")) for n in range(1, 9)])
    assert len(found) == 3
    assert found[0].relation == "similar"
    assert found[0].why.startswith("same identifier tool_use, ")


def test_without_weights_only_the_same_message_counts() -> None:
    hits = [hit(1, same=False, tokens=("tool_use", "escap")), hit(2)]
    assert [found.number for found in rank(report(), hits, None)] == [2]


def test_own_thread_is_never_related() -> None:
    source = f"https://github.com/Anthropics/Claude-Code/issues/{45095}"
    assert rank(report(source_url=source), [hit(45095)]) == []


def test_a_stored_copy_of_the_report_is_never_related() -> None:
    request_id = "req_011CZqwT95fczsmYtLxPyNk9"
    event = ErrorEvent(
        status=400, type=None, message="m", group=None, request_ids=[request_id], signature="s",
        retryable=None, provider="anthropic", spans=[],
    )  # fmt: skip
    words = (
        "every prompt since this morning is refused although the plan has room for much more of it today, "
        * 2
    )
    assert rank(report(errors=[event]), [hit(1, body=f"... {request_id} ...")]) == []
    assert rank(report(text=f"Title\n\n{words}"), [hit(2, body=words)]) == []
    assert len(rank(report(), [hit(2, body=words)])) == 1


def test_a_thread_that_shows_the_same_long_message_is_no_copy_of_the_report() -> None:
    message = (
        "Third-party apps now draw from your extra usage, not your plan limits. We've added a credit to "
        "get you started. Claim it at claude.ai/settings/usage and keep going."
    )
    text = f"Since today it says:\n{message}\nand my plan is hardly used at all, as the page of it shows."
    found = read(Submission(text=text), load_lexicon())
    assert found.errors[0].spans
    assert len(rank(found, [hit(1, body=message), hit(2, body=f"{message}\nHow do I claim it?")])) == 2
    assert rank(found, [hit(3, body=text)]) == []


def test_of_a_log_of_errors_only_so_many_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = [f"error {number}: " + "the server says so. " * 7 for number in range(3)]
    text = "\n".join(errors)
    spans = [(start := text.index(error), start + len(error)) for error in errors]
    event = ErrorEvent(
        status=400, type=None, message="m", group=None, request_ids=[], signature="s", retryable=None,
        provider="anthropic", spans=[*spans, *spans],
    )  # fmt: skip
    hits = [hit(number, body=error) for number, error in enumerate(errors, 1)]
    assert len(rank(report(text, errors=[event]), hits)) == 3
    monkeypatch.setattr(room, "_MOST_ERRORS", 2)
    assert [found.number for found in rank(report(text, errors=[event]), hits)] == [1, 2]


def test_a_named_thread_is_linked_or_a_duplicate() -> None:
    found = rank(report("as in #11, duplicate of #12"), [hit(n, same=False) for n in (11, 12, 13)])
    assert {(f.number, f.relation) for f in found} == {(11, "linked"), (12, "duplicate")}


def test_at_most_eight_and_each_thread_once() -> None:
    hits = [hit(number) for number in range(1, 30)] + [hit(1)]
    found = rank(report(), hits)
    assert len(found) == MOST_RELATED
    assert len({f.number for f in found}) == MOST_RELATED


def test_the_order_of_the_hits_does_not_matter() -> None:
    hits = [hit(number, score=number % 3) for number in range(1, 20)]
    assert rank(report(), hits) == rank(report(), hits[::-1])


def test_what_is_known_of_the_reports_own_thread_tells_relations_apart() -> None:
    hits = [
        hit(1, own_link="duplicate"),
        hit(2),
        hit(3, same=False, own_link="duplicate"),
        hit(4, own_link="linked"),
        hit(5, same=False, own_link="linked"),
        hit(6, same=False, tokens=("tool_use", "escap")),
        hit(7, same=False),
    ]
    found = {one.number: (one.relation, one.why.split(", ")[:2]) for one in rank(report(), hits)}
    duplicate, linked = room._OWN["duplicate"], room._OWN["linked"]
    assert found == {
        1: ("duplicate", ["same message", duplicate]),
        2: ("same-signature", ["same message", "the same day; closed"]),
        3: ("duplicate", [duplicate, "the same day; closed"]),
        4: ("same-signature", ["same message", linked]),
        5: ("linked", [linked, "the same day; closed"]),
        6: ("similar", found[6][1]),
    }


def test_the_reports_own_words_and_what_is_known_do_not_fight() -> None:
    text = f"Duplicate of {REPO}#5, see also {REPO}#8"
    hits = [hit(5, same=False, own_link="linked"), hit(8, same=False, own_link="duplicate")]
    found = {one.number: (one.relation, one.why) for one in rank(report(text), hits)}
    assert found[5] == ("duplicate", "named in the report as the same case, the same day; closed")
    assert found[8] == ("duplicate", f"{room._OWN['duplicate']}, the same day; closed")


def test_a_known_duplicate_stands_among_those_of_the_same_message() -> None:
    known = hit(1, same=False, own_link="duplicate", client_version="2.1.7")
    found = rank(report(), [hit(2, client_version="1.0"), known, hit(3, same=False, own_link="linked")])
    assert [one.number for one in found] == [1, 2, 3]
    assert found[0].score > 0.8
