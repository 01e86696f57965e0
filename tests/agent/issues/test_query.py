"""What a report is looked up by."""

from __future__ import annotations

from agent.issues.query import MOST_TERMS, build_query, telling, words
from agent.report.error_report import ErrorEvent, ErrorReport
from agent.report.lexicon import Lexicon, Synonym


def event(message: str, signature: str | None) -> ErrorEvent:
    return ErrorEvent(
        status=400,
        type="invalid_request_error",
        message=message,
        group=None,
        request_ids=[],
        signature=signature,
        retryable=False,
        provider="anthropic",
        spans=[],
    )


def test_signatures_come_once_and_in_order() -> None:
    errors = [event("a", "first"), event("b", None), event("c", "second"), event("d", "first")]
    assert build_query(ErrorReport(text="x", errors=errors)).signatures == ["first", "second"]


def test_title_and_identifiers_stand_before_prose() -> None:
    prose = " ".join(f"ordinary{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
    text = f"{prose} and then NODE_EXTRA_CA_CERTS was set"
    query = build_query(ErrorReport(text=text, title="Certificate refused by the proxy"))
    assert set(query.terms[:3]) == {"Certificate", "refused", "proxy"}
    assert "NODE_EXTRA_CA_CERTS" in query.terms[:4]
    assert len(query.terms) == MOST_TERMS


def test_ids_numbers_links_and_stop_words_are_no_terms() -> None:
    text = (
        "please see https://example.org/some_page req_011CZqwT95fczsmYtLxPyNk9 0123456789abcdef0123 400 529"
    )
    assert words(text) == []


def test_a_word_of_every_thread_tells_less_than_an_identifier() -> None:
    assert telling("error") < telling("certificate") < telling("tool_result")


def test_a_drifted_term_brings_its_other_name() -> None:
    synonym = Synonym(canonical="extra usage", terms=["usage credits"])
    lexicon = Lexicon(messages=[], statements=[], synonyms=[synonym])
    report = ErrorReport(text="-", title="Out of usage credits")
    assert "extra usage" in build_query(report, lexicon).terms
    assert "extra usage" not in build_query(report).terms


def test_an_empty_report_asks_for_nothing() -> None:
    query = build_query(ErrorReport(text=""))
    assert (query.signatures, query.terms, query.exclude) == ([], [], None)


def test_the_forms_of_a_word_take_one_place() -> None:
    report = ErrorReport(text="the commands changed, a command changes, changing Commands")
    assert build_query(report).terms == ["changed", "commands"]
