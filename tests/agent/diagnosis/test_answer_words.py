"""Yes, no, not known and solved, in several languages."""

from __future__ import annotations

import pytest

from agent.diagnosis.answer_words import is_unknown, says_solved, version_moved_to, yes_or_no


@pytest.mark.parametrize(
    "said",
    ["yes", "Yes.", "yep, two of them", "well, yes", "it does", "ja", "Ja, genau",
     "oui", "sí", "是的", "有", "对", "да", "はい", "Exactly", "correct", "i do"],
)  # fmt: skip
def test_a_yes(said: str) -> None:
    assert yes_or_no(said) is True


@pytest.mark.parametrize(
    "said",
    ["no", "No, it fails there too", "nope", "it doesn’t", "it does not", "not set", "nein, auch da nicht",
     "keine", "non", "没有", "不是", "不能，那里也失败", "нет", "いいえ", "nothing is set", "off",
     "i have none"],
)  # fmt: skip
def test_a_no(said: str) -> None:
    assert yes_or_no(said) is False


@pytest.mark.parametrize(
    "said",
    ["", "2.1.7", "maybe", "yes and no", "jein", "no?", "yes? how do I see that", "on my laptop it works",
     "right now it fails", "i don't know", "weiß nicht", "不知道", "nobody", "yesterday it worked", "Januar",
     "normal", "so what"],
)  # fmt: skip
def test_neither(said: str) -> None:
    assert yes_or_no(said) is None


@pytest.mark.parametrize(
    "said",
    ["I don’t know", "no idea", "not sure", "idk", "keine Ahnung", "weiß ich nicht", "je ne sais pas",
     "no lo sé", "не знаю", "不知道", "不清楚", "分からない"],
)  # fmt: skip
def test_not_known(said: str) -> None:
    assert is_unknown(said)


@pytest.mark.parametrize("said", ["yes", "2.1.7", "no", "it is 3 %"])
def test_a_known_answer_is_not_taken_for_an_unknown_one(said: str) -> None:
    assert not is_unknown(said)


@pytest.mark.parametrize(
    "said",
    ["that fixed it, thanks", "That worked!", "it works now", "solved, thank you", "did the trick",
     "jetzt geht es wieder, danke", "Problem ist gelöst", "behoben", "解决了，谢谢", "现在好了",
     "ça marche maintenant",
     "the error is gone", "ya funciona"],
)  # fmt: skip
def test_solved(said: str) -> None:
    assert says_solved(said)


@pytest.mark.parametrize(
    "said",
    ["that did not fix it", "it is still not solved", "is it fixed?", "it works now but slowly",
     "das hat nicht geholfen", "还是没解决", "thanks", "2.1.7", "更新好了", "would be good if it works now",
     "that fixed it " + "x" * 300],
)  # fmt: skip
def test_not_solved(said: str) -> None:
    assert not says_solved(said)


@pytest.mark.parametrize(
    ("said", "version"),
    [("updated from 2.1.7 to 2.1.117", "2.1.117"), ("von 2.1.7 auf 2.1.96", "2.1.96"),
     ("从 2.1.7 升级到 2.1.96", "2.1.96"), ("2.1.7", None), ("from 2.1.7 on", None)],
)  # fmt: skip
def test_the_version_after_an_update(said: str, version: str | None) -> None:
    assert version_moved_to(said) == version
