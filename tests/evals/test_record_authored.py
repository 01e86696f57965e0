"""`record --authored`: words keyed to what the road asks now, and keyed anew where that changed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agent.llm.recordings import read, request_key
from evals.__main__ import main
from evals.places import Places
from tests.small_suite import small_suite

OVERLOADED = """
case = "blue-mill"
why = "the provider is overloaded, so the plain words stay"
[[replies]]
step = "draft"
fault = "overloaded"
"""
FAITHFUL = """
case = "blue-mill"
why = "the plain words come back, so the draft stands"
[[replies]]
step = "draft"
faithful = true
"""


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = small_suite(tmp_path)
    places.authored.mkdir()
    (places.authored / "a.toml").write_text(OVERLOADED)
    (places.authored / "b.toml").write_text(FAITHFUL)
    return places


def record(places: Places) -> int:
    return main(["record", "--root", str(places.root), "--authored", str(places.authored)])


def test_two_of_one_case_are_two_trials_and_stay_as_they_are(places: Places, capsys: Any) -> None:
    assert record(places) == 0
    first, second = (read(places.recordings / name) for name in ("blue-mill.json", "blue-mill.t1.json"))
    assert (first.kind, second.kind) == ("authored", "authored")
    assert first.calls[0].response == {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "Overloaded"},
        "request_id": None,
    }
    assert second.provenance.model_returned == "authored"
    assert second.provenance.why == "the plain words come back, so the draft stands"
    assert (second.calls[0].response or {})["model"] == "authored"
    kept = (places.recordings / "blue-mill.json").read_bytes()
    capsys.readouterr()
    assert record(places) == 0
    assert "0 recordings written" in capsys.readouterr().err
    assert (places.recordings / "blue-mill.json").read_bytes() == kept
    assert main(["run", "--cases", str(places.cases)]) == 0
    assert "authored │ 2" in capsys.readouterr().out


def test_a_changed_request_is_keyed_anew_and_the_words_stay(places: Places, capsys: Any) -> None:
    assert record(places) == 0
    path = places.recordings / "blue-mill.t1.json"
    before = read(path).calls[0]
    data = json.loads(path.read_text())
    system = data["calls"][0]["request"]["system"][0]
    system["text"] = system["text"] + "One more rule."
    data["calls"][0]["request_sha256"] = request_key(data["calls"][0]["request"])
    path.write_text(json.dumps(data))
    capsys.readouterr()
    assert record(places) == 0
    said = capsys.readouterr().err
    assert "blue-mill.t1.json: keyed anew, the words are the same; changed in the request: prompt" in said
    assert "1 recordings written" in said
    after = read(path).calls[0]
    assert (after.request_sha256, after.response) == (before.request_sha256, before.response)


def test_new_words_are_said_to_be_new(places: Places, capsys: Any) -> None:
    assert record(places) == 0
    (places.authored / "a.toml").write_text(OVERLOADED.replace('"overloaded"', '"rate_limited"'))
    assert record(places) == 0
    assert "blue-mill.json: the words are new" in capsys.readouterr().err


def test_words_that_do_not_fit_the_road_are_not_kept(places: Places, capsys: Any) -> None:
    (places.authored / "b.toml").write_text(FAITHFUL + '[[replies]]\nstep = "repair"\ntext = "x"\n')
    assert record(places) == 1
    assert "does not ask for the repair" in capsys.readouterr().err
    assert [path.name for path in places.recordings.iterdir()] == ["blue-mill.json"]


def test_files_of_no_case_are_an_error(places: Places, capsys: Any) -> None:
    (places.authored / "b.toml").unlink()
    (places.authored / "a.toml").write_text(OVERLOADED.replace("blue-mill", "green-mill"))
    assert record(places) == 2
    assert "no file belongs to one of the 2 chosen cases" in capsys.readouterr().err
