"""Reading cause files: a clear refusal for each kind of mistake, and a team's own files win."""

from __future__ import annotations

import pytest

from agent.causes.catalogue import parse_catalogue, parse_cause
from agent.errors import BadCatalogue
from agent.report.lexicon import Lexicon

LEXICON = Lexicon(messages=[], statements=[], synonyms=[])
GOOD = """
id = "a-cause"
title = "A cause"
explanation = "It is so."
summary = "It is likely so."
recommendation = "Look."
confirmed = false
[[steps]]
step = "Look."
why = "To see."
[[sources]]
url = "https://example.org"
says = "so"
grade = "C"
[[signs]]
sign = "says"
args = { any = ["x"] }
present = 1.0
says = "x"
"""


def test_a_good_file_is_read() -> None:
    assert parse_cause(GOOD, "a.toml").signs[0].present == 1.0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('sign = "says"', 'sign = "sings"'), "no sign is called 'sings'; known signs"),
        (('any = ["x"]', 'every = ["x"]'), "sign says: it needs any"),
        (('id = "a-cause"', 'id = "A cause"'), "id:"),
        (("confirmed = false", ""), "confirmed: Field required"),
        (("confirmed = false", "confirmed = false\nweight = 3"), "weight: Extra inputs"),
        (('title = "A cause"', "title ="), "not valid TOML"),
    ],
)
def test_a_bad_file_is_refused_with_its_name_and_reason(change: tuple[str, str], words: str) -> None:
    with pytest.raises(BadCatalogue) as refusal:
        parse_cause(GOOD.replace(*change), "bad.toml")
    assert "bad.toml" in str(refusal.value)
    assert words in str(refusal.value)


def test_a_file_without_sources_is_refused() -> None:
    without = GOOD[: GOOD.index("[[sources]]")] + GOOD[GOOD.index("[[signs]]") :]
    with pytest.raises(BadCatalogue, match="source"):
        parse_cause(without, "bad.toml")


def test_two_files_with_one_id_are_refused() -> None:
    with pytest.raises(BadCatalogue, match="stands in a"):
        parse_catalogue(LEXICON, {"a.toml": GOOD, "b.toml": GOOD}, "")


def test_a_teams_own_file_wins_and_it_is_said() -> None:
    own = GOOD.replace('title = "A cause"', 'title = "Ours"')
    both = parse_catalogue(LEXICON, {"a.toml": GOOD}, "", {"ours.toml": own})
    assert both.by_id["a-cause"].title == "Ours"
    assert both.replaced == ["a-cause"]


def test_the_digest_names_the_knowledge() -> None:
    one = parse_catalogue(LEXICON, {"a.toml": GOOD}, "")
    other = parse_catalogue(LEXICON, {"a.toml": GOOD.replace("1.0", "1.5")}, "")
    assert one.digest != other.digest
    assert one.digest == parse_catalogue(LEXICON, {"b.toml": GOOD}, "").digest
