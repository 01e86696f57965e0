"""A message joins the case, and the readers of the rooms read it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Question
from agent.causes.evidence import Evidence
from agent.causes.signs import read_sign
from agent.compose import load_catalogue
from agent.diagnosis.follow_up import asked_sign, follow_up, open_case, passed_over, redacted_case
from agent.report.error_report import Case, EnvironmentFields, ErrorReport, Submission
from agent.report.read import read
from agent.settings import Settings
from agent.usage.account import UsageAssessment
from agent.usage.assess import assess

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
VERSION = "Which version answers when you run `claude --version` in the terminal that fails?"
INSTALLS = "Is Claude Code installed more than once on this machine?"
BALANCE = "What balance does the Console show for the organisation that owns this key?"
FIRST = Submission(text="API Error: 500 api_error, since yesterday")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(Settings(causes=None))


def asked(text: str) -> Question:
    return Question(text=text, how="look", splits=[])


def seen(case: Case, catalogue: Catalogue) -> tuple[ErrorReport, UsageAssessment]:
    report = read(case, catalogue.lexicon)
    return report, assess(case, report, NOW)


def test_every_question_is_found_by_its_text_and_no_two_share_one(catalogue: Catalogue) -> None:
    entries = [entry for cause in catalogue.causes for entry in cause.questions]
    assert len({entry.text for entry in entries}) == len(entries)
    for entry in entries:
        assert asked_sign(asked(entry.text), catalogue) is entry
    assert asked_sign(None, catalogue) is None
    assert asked_sign(asked("Who are you?"), catalogue) is None


def test_a_question_with_which_or_what_takes_no_bare_yes(catalogue: Catalogue) -> None:
    for cause in catalogue.causes:
        for entry in cause.questions:
            if entry.text.split()[0] in ("Which", "What"):
                carries = "carry" in entry.text
                assert entry.yes == ("present" if carries else "unclear"), entry.text


@pytest.mark.parametrize(
    "said", ["2.1.7", "da läuft 2.1.7", "2.1.7 (Claude Code)", "claude --version\n2.1.7"]
)
def test_a_version_becomes_the_report_s(said: str, catalogue: Catalogue) -> None:
    case = follow_up(FIRST, asked(VERSION), said, catalogue)
    report, usage = seen(case, catalogue)
    assert report.value("client_version") == "2.1.7"
    assert read_sign("client.version", {"below": "2.1.36"}, Evidence(report, usage)) is True
    assert case.text is not None
    assert case.text.startswith(said)
    assert (FIRST.text or "") in case.text


def test_the_newest_version_counts(catalogue: Catalogue) -> None:
    case = follow_up(FIRST, asked(VERSION), "2.1.7", catalogue)
    case = follow_up(case, None, "I updated, it is 2.1.117 (Claude Code) now and fails", catalogue)
    assert seen(case, catalogue)[0].value("client_version") == "2.1.117"
    case = follow_up(case, None, "went from 2.1.117 to 2.1.120, the same", catalogue)
    assert seen(case, catalogue)[0].value("client_version") == "2.1.120"


@pytest.mark.parametrize(
    ("said", "present"), [("yes", True), ("nein", False), ("不知道", None), ("blue", None)]
)
def test_yes_and_no_settle_the_sign_of_the_question(
    said: str, present: bool | None, catalogue: Catalogue
) -> None:
    case = follow_up(FIRST, asked(INSTALLS), said, catalogue)
    assert [(a.question, a.present) for a in case.answers] == [(INSTALLS, present)]
    evidence = Evidence(*seen(case, catalogue), tuple(case.answers))
    assert read_sign("says", {"any": ["several-installs"]}, evidence) is present
    assert INSTALLS in evidence.asked


def test_an_amount_becomes_a_claimed_balance(catalogue: Catalogue) -> None:
    case = follow_up(FIRST, asked(BALANCE), "$0", catalogue)
    bucket = seen(case, catalogue)[1].bucket("api_credits")
    assert bucket is not None
    assert (bucket.remaining, bucket.basis) == (0.0, "claimed")


def test_a_pasted_screen_is_measured(catalogue: Catalogue) -> None:
    screen = "Current session\n███ 3% used\nResets 3pm\nCurrent week (all models)\n█████ 11% used"
    case = follow_up(FIRST, None, screen, catalogue)
    _, usage = seen(case, catalogue)
    assert [(b.name, b.used_percent, b.basis) for b in usage.buckets] == [
        ("session_5h", 3.0, "measured"),
        ("weekly_all", 11.0, "measured"),
    ]


def test_fields_of_the_message_join_the_case(catalogue: Catalogue) -> None:
    first = Submission(text="x y", usage={"session_5h": 90}, environment=EnvironmentFields(plan="pro"))
    case = follow_up(
        first, None, "here", catalogue, usage={"session_5h": 3}, environment=EnvironmentFields(auth="api_key")
    )
    report, usage = seen(case, catalogue)
    assert (report.value("plan"), report.value("auth")) == ("pro", "api_key")
    assert [b.used_percent for b in usage.buckets] == [3.0]


def test_the_newest_screen_takes_the_place_of_older_accounts(catalogue: Catalogue) -> None:
    full, low = "Current session\n█████ 100% used\nResets 3pm", "Current session\n█ 7% used\nResets 8pm"
    for first in (
        Submission(text=f"refused\n\n{full}\n\nwhy?"),
        Submission(text="refused, why?", usage=full),
        Submission(text="refused, why?", usage={"session_5h": 100}),
    ):
        for again in (
            follow_up(first, None, low, catalogue),
            follow_up(first, None, "here", catalogue, usage=low),
            follow_up(first, None, "here", catalogue, usage={"session_5h": 7}),
        ):
            buckets = seen(again, catalogue)[1].buckets
            assert [(b.name, b.used_percent, b.basis) for b in buckets] == [("session_5h", 7.0, "measured")]
            assert "why?" in (again.text or "")


def test_an_answered_figure_stands_beside_an_older_account(catalogue: Catalogue) -> None:
    first = Submission(text="x y", usage="Current session\n█ 7% used\nResets 8pm")
    buckets = seen(follow_up(first, asked(BALANCE), "$5", catalogue), catalogue)[1].buckets
    assert {(b.name, b.used_percent, b.remaining) for b in buckets} == {
        ("session_5h", 7.0, None),
        ("api_credits", None, 5.0),
    }


def test_a_question_that_the_catalogue_lost_is_still_not_asked_again(catalogue: Catalogue) -> None:
    case = follow_up(FIRST, asked("Gone?"), "yes", catalogue)
    assert [(a.question, a.sign, a.present) for a in case.answers] == [("Gone?", "", None)]
    assert passed_over(FIRST, None, catalogue) == open_case(FIRST)


def test_what_is_stored_holds_no_secret_and_reads_the_same(catalogue: Catalogue) -> None:
    key = "sk-ant-" + "api03-" + "a1B2" * 8
    first = Submission(
        title="Refused", text=f"my key {key}", error={"status": 401, "key": key}, usage={"note": key}
    )
    case = follow_up(first, asked(INSTALLS), f"yes, {key}", catalogue)
    report, _ = seen(case, catalogue)
    stored = redacted_case(case, report)
    assert key not in stored.model_dump_json()
    assert stored.answers == case.answers
    again = read(stored, catalogue.lexicon)
    assert (again.text, again.errors, again.environment) == (report.text, report.errors, report.environment)
    assert redacted_case(stored, again) == stored
