from __future__ import annotations

from agent.report.lexicon import Lexicon


def test_drifted_terms_become_canonical(lexicon: Lexicon) -> None:
    drifted = "Usage credits ran out; try /usage-credits."
    assert lexicon.canonical(drifted) == "extra usage ran out; try /extra-usage."


def test_a_term_inside_a_word_is_left_alone(lexicon: Lexicon) -> None:
    assert lexicon.canonical("myusage credits") == "myusage credits"


def test_a_signature_names_its_template(lexicon: Lexicon) -> None:
    assert lexicon.by_signature["overloaded"].status == 529
