"""Which language a text is in: by script, and by the small words that every sentence needs.

Deterministic and without a model. Error messages, code and forms are English in every language, so
they are left out before anything is counted.
"""

from __future__ import annotations

import re
from collections import Counter

from agent.report.error_report import ErrorReport

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "pt": "Portuguese",
    "it": "Italian",
    "nl": "Dutch",
    "ru": "Russian",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
}
DEFAULT = "en"
LOOKED_AT = 20_000
"""Characters of a text that are looked at."""
LEAST = 2
"""Small words that a language must have before a text counts as being in it."""
AGAINST_ENGLISH = 0.3
"""Another language wins over English with this share of the English small words: users mix English in."""
_WORDS = {
    "en": "the and is are was of to in that it with for this have has my but when after does do what be can"
    " not you your on at as if they from so an by or we i'm i've it's don't doesn't still every since which"
    " i me am at all any only just got get",
    "de": "der die das und ist nicht ich mit ein eine einen einem einer auf für aber wenn nach habe hat kein"
    " keine wird werden bei mein meine auch wie dem den zu noch seit obwohl sind im am oder nur mir beim"
    " gestern heute immer dass daß bitte kann wurde geht ohne schon gleich über warum sie ihr wieder von",
    "fr": "le la les des est je pas une et que pour avec dans mais mon ma sur depuis ne j'ai du il ce cette"
    " aux au qui quand mes c'est n'est plus rien moi tout après même sous d'un d'une l'erreur ou fait"
    " vous votre vos sont ça",
    "es": "el los las que es una por con para mi pero cuando desde del está estoy tengo hay muy ya como"
    " esto este esta después mis sin todo sí también me lo su tu ni nada ahora otra vez son no",
    "pt": "os que é não uma um por com para meu minha mas quando desde na do da em estou tenho isso este"
    " esta depois sem tudo também ele ela já foi está são no ao você seu sua mesmo agora",
    "it": "il che è non una un per con mio mia ma quando da di del della sono ho nel anche questo questa dopo"
    " senza tutto sempre ogni più gli lo mi ieri oggi come ancora alla perché anche della",
    "nl": "de het een en is niet ik met voor maar van op dat mijn wordt heb geen nog ook sinds na als bij"
    " naar zijn deze dit wel er aan kan krijg u uw",
}
_SETS = {code: frozenset(words.split()) for code, words in _WORDS.items()}
_SHARED = Counter(word for words in _SETS.values() for word in words)
_TELLS = {
    word: [(code, 1 / count) for code, words in _SETS.items() if word in words]
    for word, count in _SHARED.items()
}
"""Small word to the languages that it speaks for; one that several share tells little of each."""
_MARKS = {"de": re.compile(r"[äöüß]"), "fr": re.compile(r"[œçèêà]|\b[ld]'"), "es": re.compile(r"[ñ¿¡]"),
          "pt": re.compile(r"[ãõ]|ção"), "it": re.compile(r"\b(?:perché|più|però)\b|[ìò]")}  # fmt: skip
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff\uff66-\uff9f]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
_CHARACTERS_OF_A_WORD = {"ja": 2, "ko": 2, "zh": 2, "ru": 5}
_KANA_SHARE = 0.1
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.S)
_CODE = re.compile(
    r"`[^`\n]*`|https?://\S+|^\s*(?:#{1,6} |[>❯⎿│╭╰]|- \[[ xX]\]).*$|\{[^\n]*\}|\"[^\"\n]{0,300}\""
    r"|\S*[/\\_@=<>{}\[\]]\S*|\x1b\[[\d;]*m",
    re.M,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def detect(text: str) -> str | None:
    """The code of the language that the prose of `text` is in; None where there is too little to tell."""
    prose = _CODE.sub(" ", _FENCED.sub(" ", text[:LOOKED_AT])).replace("’", "'")
    scores = _scores(prose)
    english = scores.pop("en", 0.0)
    best = max(sorted(scores), key=lambda code: scores[code], default=None)
    if best and scores[best] >= LEAST and scores[best] >= AGAINST_ENGLISH * english:
        return best
    return "en" if english >= LEAST else None


def _scores(prose: str) -> dict[str, float]:
    """How many small words of each language stand in `prose`; scripts count by their characters."""
    found: dict[str, float] = {} if prose.isascii() else _by_script(prose)
    lower = prose.lower()
    for word in _WORD.findall(lower):
        for code, weight in _TELLS.get(word, ()):
            found[code] = found.get(code, 0.0) + weight
    for code, marks in _MARKS.items():
        if code in found and marks.search(lower):
            found[code] += 1
    return found


def _by_script(prose: str) -> dict[str, float]:
    counts = {code: len(pattern.findall(prose)) for code, pattern in _SCRIPTS}
    if counts["ja"] >= _KANA_SHARE * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts.pop("zh")
    return {code: count / _CHARACTERS_OF_A_WORD[code] for code, count in counts.items() if count}


def language_of(report: ErrorReport) -> str:
    """The language to answer in: that of the report's prose, its errors left out; English by default."""
    text, end = [], 0
    for start, stop in sorted(span for event in report.errors for span in event.spans):
        if start >= end:
            text.append(report.text[end:start])
        end = max(end, stop)
    text.append(report.text[end:])
    return detect(" \n".join(text)) or DEFAULT


def is_in(text: str, language: str) -> bool:
    """Whether `text` may pass as being in `language`; a text that tells too little passes."""
    return detect(text) in (language, None)
