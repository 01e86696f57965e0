"""Cases: what is read, what is refused and with which words, and the split."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.case import BadCase, ExpectedIssue, check_causes, load_case, load_cases, split_of

GOOD = """
cause = "server-throttling"
acceptable = ["service-overloaded"]
rivals = ["plan-window-exhausted"]
action = ["answer", "ask"]
must = ["wait"]
[[errors]]
status = 429
[provenance]
kind = "made"
source = "for this test"
"""


def make(folder: Path, *, expected: str = GOOD, report: object = None, **files: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "expected.toml").write_text(expected)
    (folder / "report.json").write_text(json.dumps({"text": "429"} if report is None else report))
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    return folder


def test_a_case_is_read_with_its_usage(tmp_path: Path) -> None:
    case = load_case(make(tmp_path / "blue-mill", usage_json='{"five_hour": {"utilization": 3}}'))
    assert case.slug == "blue-mill"
    assert case.submission.usage == {"five_hour": {"utilization": 3}}
    assert case.expected.right == {"server-throttling", "service-overloaded"}
    assert load_case(make(tmp_path / "red-mill", usage_txt="3% used")).submission.usage == "3% used"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("must =", "musst =", "expected.toml: musst"),
        ('cause = "server-throttling"', "", "expected.toml: cause"),
        ('"ask"]', '"guess"]', "expected.toml: action.1"),
        ("status = 429", 'status = "429"', "expected.toml: errors.0.status"),
        ("status = 429", "", "checks nothing"),
        ('rivals = ["plan', 'rivals = ["service-overloaded", "plan', "a rival and right at once"),
        ('kind = "made"', 'kind = "guessed"', "provenance.kind"),
        ('must = ["wait"]', 'must = ["wait', "not valid TOML"),
        ('must = ["wait"]', 'issues = ["https://x/1"]', "expected.toml: issues.0"),
        ("[[errors]]", '[[issues]]\nurl = "x/1"\n[[errors]]', "expected.toml: issues.0.url"),
        ("[[errors]]", '[[issues]]\nurl = "https://x/1"\nrelation = "same"\n[[errors]]', "issues.0.relation"),
    ],
)
def test_a_bad_expectation_names_file_and_field(tmp_path: Path, old: str, new: str, words: str) -> None:
    folder = make(tmp_path / "blue-mill", expected=GOOD.replace(old, new))
    with pytest.raises(BadCase, match=words.replace(".", r"\.")) as bad:
        load_case(folder)
    assert "blue-mill" in str(bad.value)


def test_expected_issues_may_be_unchecked_none_or_some(tmp_path: Path) -> None:
    assert load_case(make(tmp_path / "a-mill")).expected.issues is None
    none = make(tmp_path / "b-mill", expected=f"issues = []\n{GOOD}")
    assert load_case(none).expected.issues == []
    some = GOOD.replace("[[errors]]", '[[issues]]\nurl = "https://x/1"\nrelation = "linked"\n[[errors]]')
    issues = load_case(make(tmp_path / "c-mill", expected=some)).expected.issues
    assert issues == [ExpectedIssue(url="https://x/1", relation="linked")]


def test_a_bad_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCase, match="slug"):
        load_case(make(tmp_path / "Blue_Mill"))
    with pytest.raises(BadCase, match=r"report\.json: txet"):
        load_case(make(tmp_path / "a", report={"txet": "x"}))
    with pytest.raises(BadCase, match="no file of a case"):
        load_case(make(tmp_path / "b", notes_md="x"))
    with pytest.raises(BadCase, match="keep one"):
        load_case(make(tmp_path / "c", usage_json="{}", usage_txt="x"))
    with pytest.raises(BadCase, match="stands here"):
        load_case(make(tmp_path / "d", report={"text": "x", "usage": "y"}, usage_txt="x"))
    (tmp_path / "e").mkdir()
    with pytest.raises(BadCase, match="cannot be read"):
        load_case(tmp_path / "e")


def test_no_case_is_not_a_pass(tmp_path: Path) -> None:
    with pytest.raises(BadCase, match="not a pass"):
        load_cases(tmp_path)
    with pytest.raises(BadCase, match="no such folder"):
        load_cases(tmp_path / "nowhere")


def test_one_bad_case_spoils_the_lot(tmp_path: Path) -> None:
    make(tmp_path / "good")
    make(tmp_path / "spoiled", report=[])
    with pytest.raises(BadCase, match="spoiled"):
        load_cases(tmp_path)


def test_cases_come_by_slug_and_may_name_known_causes_only(tmp_path: Path) -> None:
    for slug in ("b", "a"):
        make(tmp_path / slug)
    cases = load_cases(tmp_path)
    assert [case.slug for case in cases] == ["a", "b"]
    check_causes(cases, {"server-throttling", "service-overloaded", "plan-window-exhausted"})
    with pytest.raises(BadCase, match=r"a/expected\.toml: rivals: no cause is called plan-window"):
        check_causes(cases, {"server-throttling", "service-overloaded"})


def test_the_split_is_a_quarter_and_follows_from_the_slug() -> None:
    splits = [split_of(f"case-{number}") for number in range(2000)]
    assert 0.21 < splits.count("holdout") / len(splits) < 0.29
    # sha256("abc") begins with ba, sha256("hello") with 2c
    assert (split_of("abc"), split_of("hello")) == ("dev", "holdout")
