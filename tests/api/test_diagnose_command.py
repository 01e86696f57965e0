from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import BadInput, TooLarge
from api.diagnose_command import Typed, submission_of

LIMIT = 1000


@pytest.fixture
def paste(tmp_path: Path) -> str:
    file = tmp_path / "paste.txt"
    file.write_text("API Error: 500")
    return str(file)


def test_every_option_lands_in_its_field(tmp_path: Path, paste: str) -> None:
    error, usage = tmp_path / "error.json", tmp_path / "usage.json"
    error.write_text('{"type":"error"}')
    usage.write_text('{"five_hour": {"utilization": 3}}')
    typed = Typed(paste, "T", str(error), str(usage), "https://x.test/1", ["plan=max", "product=claude-code"])
    found = submission_of(typed, LIMIT)
    assert found.text == "API Error: 500"
    assert (found.title, found.error, found.product) == ("T", '{"type":"error"}', "claude-code")
    assert found.usage == {"five_hour": {"utilization": 3}}
    assert found.source is not None
    assert found.source.url == "https://x.test/1"
    assert found.environment is not None
    assert found.environment.plan == "max"


def test_options_win_over_a_json_file_and_leave_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps({"text": "x", "title": "old", "environment": {"plan": "pro", "auth": "key"}}))
    found = submission_of(Typed(str(file), title="new", sets=["plan=max"]), LIMIT)
    assert found.title == "new"
    assert found.environment is not None
    assert (found.environment.plan, found.environment.auth) == ("max", "key")


def test_an_account_that_is_no_json_is_taken_as_pasted(tmp_path: Path, paste: str) -> None:
    usage = tmp_path / "usage.txt"
    usage.write_text("{ Current session 3% used")
    assert submission_of(Typed(paste, usage=str(usage)), LIMIT).usage == "{ Current session 3% used"


def test_an_error_alone_or_an_address_alone_is_enough(paste: str) -> None:
    assert submission_of(Typed(error=paste), LIMIT).error == "API Error: 500"
    assert submission_of(Typed(url="https://x.test/1"), LIMIT).text is None


@pytest.mark.parametrize("part", ["file", "error", "usage"])
def test_each_file_is_held_to_the_limit(tmp_path: Path, paste: str, part: str) -> None:
    large = tmp_path / "large.txt"
    large.write_text("x" * (LIMIT + 1))
    with pytest.raises(TooLarge, match=f"at most {LIMIT}"):
        submission_of(Typed(**{"file": paste, part: str(large)}), LIMIT)


def test_a_number_is_no_account(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text('{"text": "x", "usage": 5}')
    with pytest.raises(BadInput, match="usage: must be text, an object or a list"):
        submission_of(Typed(str(file)), LIMIT)
