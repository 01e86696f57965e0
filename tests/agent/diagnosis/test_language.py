"""The language of a report is that of its prose: errors, forms and code are English in every language."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from agent.diagnosis.language import LANGUAGES, detect, is_in, language_of
from agent.report.error_report import Case, ErrorEvent, ErrorReport
from agent.report.lexicon import parse_lexicon
from agent.report.read import read

ROOT = Path(__file__).resolve().parents[3]
SAID = {
    "en": "The request is refused and I do not know what this means for my plan.",
    "de": "Die Anfrage wird abgelehnt und ich weiß nicht, was das für mein Abo bedeutet.",
    "fr": "La requête est refusée et je ne sais pas ce que cela veut dire pour mon abonnement.",
    "es": "La solicitud es rechazada y no sé qué significa esto para mi plan, pero el límite está libre.",
    "pt": "O pedido é recusado e não sei o que isso quer dizer para o meu plano, mas está livre.",
    "it": "La richiesta è rifiutata e non so che cosa vuol dire per il mio piano, ma il limite è libero.",
    "nl": "Het verzoek wordt geweigerd en ik weet niet wat dat voor mijn abonnement betekent.",
    "ru": "Запрос отклонён, и я не знаю, что это значит для моего тарифа.",
    "zh": "请求被拒绝了，我不知道这对我的套餐意味着什么。",
    "ja": "リクエストが拒否されました。プランにとって何を意味するのか分かりません。",
    "ko": "요청이 거부되었는데 이것이 제 요금제에 무엇을 의미하는지 모르겠습니다.",
}
ERROR = "API Error: 400 You're out of extra usage. Add more at claude.ai/settings/usage and keep going."


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_is_in_its_language_and_in_no_other(language: str) -> None:
    assert detect(SAID[language]) == language
    assert [other for other in LANGUAGES if is_in(SAID[language], other)] == [language]


def test_too_little_tells_nothing() -> None:
    for text in ("", "403", "`claude --version`", '{"type": "error"}', "2.1.7 macOS"):
        assert detect(text) is None
        assert is_in(text, "de")


def test_the_errors_of_a_report_do_not_count() -> None:
    text = f"Geht seit heute nicht mehr.\n{ERROR}"
    start = text.index(ERROR)
    event = ErrorEvent(
        status=400, type=None, message=ERROR, group=None, request_ids=[], signature=None, retryable=None,
        provider="unknown", spans=[(start, len(text))],
    )  # fmt: skip
    assert language_of(ErrorReport(text=text, errors=[event])) == "de"
    assert language_of(ErrorReport(text=ERROR, errors=[event])) == "en"


def test_technical_words_do_not_turn_a_language() -> None:
    assert is_in(f"{SAID['de']} Führen Sie `claude update` aus: https://claude.ai/settings/usage", "de")
    assert not is_in(f"{SAID['en']} Führen Sie `claude update` aus.", "de")


def test_the_cases_are_told_apart() -> None:
    report = ROOT / "agent" / "report"
    files = [*sorted(report.glob("*.toml")), *sorted((report / "messages").glob("*.toml"))]
    lexicon = parse_lexicon([file.read_text(encoding="utf-8") for file in files])
    wrong = []
    folders = sorted((ROOT / "evals" / "cases").iterdir())
    for folder in folders:
        tags = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8")).get("tags", [])
        wanted = next((tag[5:] for tag in tags if tag.startswith("lang:")), "en")
        submission = Case.model_validate(json.loads((folder / "report.json").read_text(encoding="utf-8")))
        if language_of(read(submission, lexicon)) != wanted:
            wrong.append(folder.name)
    assert len(wrong) <= len(folders) // 100, wrong
