"""What a report is looked up by."""

from __future__ import annotations

from datetime import UTC, datetime

from agent.issues.query import MOST_SENTENCES, MOST_TERMS, MOST_WEIGHTS, build_query, telling, words
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


def test_what_is_read_as_sentences_is_the_beginning() -> None:
    assert build_query(ErrorReport(text="A title\nand more")).text == "A title\nand more"
    assert len(build_query(ErrorReport(text="word " * 900)).text) == MOST_SENTENCES


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


def test_tokens_of_the_title_weigh_more_than_of_error_lines_and_these_more_than_prose() -> None:
    text = "I was compiling\nerror: expected identifier\nnothing helped me"
    query = build_query(ErrorReport(text=text, title="Parser regression"))
    weights = query.weights
    assert weights["parser"] > weights["identifi"] > weights["compil"] > 0
    assert query.title == ["parser", "regress"]
    assert {"identifi", "expect"} <= set(query.errors) < set(query.body)
    assert "compil" not in query.errors
    assert query.length == len(query.body)


def test_a_repeated_token_weighs_more_but_not_as_often_as_it_is_repeated() -> None:
    weights = build_query(ErrorReport(text="mutex mutex mutex mutex channel")).weights
    assert weights["channel"] < weights["mutex"] < 2 * weights["channel"]


def test_at_most_two_hundred_tokens_are_asked_for_the_heaviest() -> None:
    text = " ".join(f"word{number}x" for number in range(900))
    query = build_query(ErrorReport(text=text, title="needle"))
    assert len(query.weights) == MOST_WEIGHTS
    assert "needl" in query.weights
    assert query.length > MOST_WEIGHTS


def test_a_query_knows_where_and_when_it_was_filed() -> None:
    filed = datetime(2026, 4, 8, tzinfo=UTC)
    report = ErrorReport(text="x", source_url="https://github.com/o/n/issues/7", reported_at=filed)
    query = build_query(report)
    assert (query.repository, query.exclude, query.at, query.before) == ("o/n", ("o/n", 7), filed, None)
    assert build_query(ErrorReport(text="x", product="claude-code")).repository == "anthropics/claude-code"


def test_a_title_that_opens_the_text_counts_once() -> None:
    apart = build_query(ErrorReport(text="nothing helped", title="Parser regression"))
    opened = build_query(ErrorReport(text="Parser regression\n\nnothing helped", title="Parser regression"))
    assert opened.weights == apart.weights
    assert (opened.length, opened.body) == (apart.length, apart.body)
