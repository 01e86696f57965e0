"""Whether a draft follows or repeats what a stranger wrote to the model, or shows a prompt.

The structure keeps the worst out: a draft holds no action, no cost and no cause of its own, and its
commands and links come from the catalogue only. What is left is wording, and that is looked at here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from agent.diagnosis.laws.prefilter import Phrase, folded
from agent.diagnosis.material import TRUSTED_KINDS, Material
from prompts import PromptSet

Run = tuple[str, ...]
Runs = frozenset[Run]

LOOKED_AT = 60_000
"""Characters of untrusted text in which instructions are looked for, half at each end."""
MESSAGES = 256
"""How many known messages are kept cut: the same ones come again and again."""
WORDS_OF_A_PROMPT = 8
WORDS_OF_AN_INSTRUCTION = 3
WORDS_OF_A_REPORT = 9
"""So many words of a report in a row, in none of our own texts, are a repetition, not a summary."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+|[;<>{}|\[\]]|(?<=:)\s")
_TO_A_MODEL = (
    Phrase(
        r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:instruction|rule|prompt"
        r"|previous|above|prior|system|guideline|everything)"
    ),
    Phrase(
        r"\b(?:system prompt|system message|developer message|assistant|language model|llm|chatbot"
        r"|support bot|the model|the bot|the agent|jailbreak|role ?play|you are now|from now on"
        r"|new (?:rule|instruction)s?|pretend|act as)\b"
    ),
    Phrase(r"\bai\b"),
    Phrase(
        r"\b(?:tell|instruct|inform|advise|convince) (?:the |this )?(?:user|reader|customer"
        r"|reporter|them|him|her)\b"
    ),
    Phrase(
        r"\b(?:you must|you should|you have to|please|always|just)\b[^.\n]{0,30}\b(?:output|answer"
        r"|reply|respond|say|print|write|recommend|conclude|classify|mark|set|include|repeat|append"
        r"|mention|add the)\b"
    ),
    Phrase(
        r"\b(?:output|reply|respond|answer|print|say|repeat|append|write|include|conclude) (?:only"
        r"|exactly|with|that|in|the (?:following|word|sentence|phrase|string)|\"|')"
    ),
    Phrase(r"\b(?:approved|official|correct|expected) (?:answer|response|diagnosis|reply)\b"),
    Phrase(r"\badmin\b[^.\n]{0,20}\bnote\b"),
    Phrase(r"\bsystem(?: override| note| notice)?\s*:"),
    Phrase(r"\bsystem override\b"),
    Phrase(r"\brules aside\b"),
    Phrase(r"\bprint (?:the|your)\b"),
    Phrase(r"\bnote (?:to|for) (?:\w+ ){0,2}(?:ai|bots?|models?|assistants?|agents?|readers?)\b"),
    Phrase(r"\b(?:classify|label) (?:every|all|each|this)\b"),
    Phrase(r"\brepeat (?:it|this|that) to\b"),
    Phrase(r"\b(?:mark|set|classify|close|treat|rate) (?:this|it|the)\b[^.\n]{0,40}\b(?:as|to)\b"),
    Phrase(
        r"\bignorier\w*|\bvergiss\b|\bantworte\w* (?:nur|mit|auf|genau)|\b(?:sag|schreib"
        r"|empfiehl)\w* (?:dem|den|der)\b|\bignore[zr] (?:les|toutes)|\boublie[zr]?\b|\brépond(?:s"
        r"|ez)\b|\bdis à\b|\bignora\b|\bolvida\b|\bresponde\b|\bdile al\b|\bignore (?:as|todas)\b"
        r"|\bresponda\b|\brispondi\b|\bdimentica\b"
    ),
    Phrase(
        r"игнориру|забудь|ответь|скажи |忽略|无视|無視|忘记|忘記|你必须|你必須|你现在|请回答|请输出"
        r"|请告诉用户|告诉用户|系统提示|指示を|と答え|と出力|命令|무시하|잊어|대답하|출력하|사용자에게"
    ),
)
_QUOTED = re.compile(r"[\"'“”‘’«»「『`*]([^\"'“”‘’«»「」『』`*\n]{3,120})[\"'“”‘’«»」』`*]")
_SHOUTED = re.compile(r"\b[A-Z][A-Z0-9]{3,}\b")
_MARKUP = re.compile(
    r"<\s*/?\s*[a-zA-Z!][^>]*>|!?\[[^\]\n]*\]\([^)\n]*\)|^\s{0,3}#{1,6}\s|```|\bjavascript:", re.M
)
_MARKS = ("<", "](", "#", "```", "javascript:")
"""One of these stands in whatever `_MARKUP` matches."""
_CODE = re.compile(r"`[^`\n]+`")
_SIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+", re.I)
_ASCII_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Watch:
    """What to look for in the texts of one draft; made once, since a draft has many texts.

    `ours` is what stands in our own words on this case: it is never taken for a stranger's.
    """

    canaries: tuple[str, ...]
    prompts: Runs
    copied: Runs
    orders: Runs
    said: tuple[str, ...]
    ours: str

    def found(self, words: list[str], length: int, wanted: Runs) -> bool:
        """Whether `words` hold a run of `wanted` that does not stand in our own words too."""
        if not wanted:
            return False
        hits = wanted.intersection(_runs(words, length))
        # Cutting our own words takes a while, and most texts have no hit.
        return bool(hits) and bool(hits - _runs_of(self.ours, length))


def watch(material: Material, prompts: PromptSet) -> Watch:
    """The watch for one case."""
    ours = _trusted(material)
    known = ours.casefold()
    orders = instructions(material.untrusted)
    said = [w.casefold().strip() for s in orders for w in (*_QUOTED.findall(s), *_SHOUTED.findall(s))]
    given = (run for sentence in orders for run in _runs(_words(sentence), WORDS_OF_AN_INSTRUCTION))
    return Watch(
        canaries=tuple(canary.casefold() for canary in prompts.canaries),
        prompts=_prompt_runs(prompts),
        copied=frozenset(_runs(_words(_ends(material.untrusted)), WORDS_OF_A_REPORT)),
        orders=frozenset(given),
        said=tuple(dict.fromkeys(w for w in said if w and w not in known)),
        ours=ours,
    )


def problems(text: str, watched: Watch) -> list[str]:
    """What in `text` comes from a stranger's instruction or from a prompt, without quoting it."""
    found = []
    folded, words = text.casefold(), _words(text)
    if any(canary in folded for canary in watched.canaries):
        found.append("it shows the mark of a prompt")
    if watched.found(words, WORDS_OF_A_PROMPT, watched.prompts):
        found.append("it repeats words of a prompt")
    obeys = watched.found(words, WORDS_OF_AN_INSTRUCTION, watched.orders)
    if obeys or any(word in folded for word in watched.said):
        found.append("it follows or repeats an instruction that a stranger wrote")
    if watched.found(words, WORDS_OF_A_REPORT, watched.copied):
        found.append("it copies a passage of what was sent instead of saying what it shows")
    if any(mark in text for mark in _MARKS) and _MARKUP.search(_CODE.sub(" ", text)):
        found.append("it holds markup")
    if not text.isascii() and any(_unseen(character) for character in text):
        found.append("it holds characters that a reader does not see")
    return found


def _unseen(character: str) -> bool:
    return character != "\u200d" and unicodedata.category(character) in ("Cf", "Cs", "Co")


def instructions(untrusted: str) -> tuple[str, ...]:
    """The sentences of a stranger's text that are addressed to a model, and what follows each."""
    text = _ends(untrusted)
    low = folded(text)
    # Most texts address nobody: then no sentence does.
    orders = [order.pattern for order in _TO_A_MODEL if order.search(text, low)]
    sentences = [s.strip() for s in _SENTENCE.split(text) if s and s.strip()] if orders else []
    found: list[str] = []
    for i, sentence in enumerate(sentences):
        if any(order.search(sentence) for order in orders):
            found += [s for s in sentences[i : i + 2] if s not in found]
    return tuple(found)


def _ends(text: str) -> str:
    half = LOOKED_AT // 2
    return text if len(text) <= LOOKED_AT else f"{text[:half]}\n{text[-half:]}"


def _trusted(material: Material) -> str:
    """Our own words on this case: cause files, plain words, and error messages that the lexicon knows."""
    plain = material.plain
    said = [plain.summary, plain.recommendation, *plain.notes, *material.files.values()]
    said += [x for step in plain.guidance for x in (step.step, step.why)]
    said += [plain.question.text, plain.question.how] if plain.question else []
    said += [e.text for e in plain.evidence if e.kind in TRUSTED_KINDS]
    return "\n".join([*said, *(part for m in material.known_messages for part in _without_orders(m))])


@lru_cache(maxsize=MESSAGES)
def _without_orders(message: str) -> tuple[str, ...]:
    """The parts of a known message; what a stranger put behind it is not ours."""
    orders = set(instructions(message))
    return tuple(part for part in _SENTENCE.split(message) if part and part.strip() not in orders)


def _words(text: str) -> list[str]:
    if text.isascii():
        return _ASCII_WORD.findall(text.lower())
    return [word.casefold() for word in _WORD.findall(text)]


def _runs(words: list[str], length: int) -> Iterable[Run]:
    """Every run of so many words; two characters of Chinese, Japanese or Korean count as one."""
    if all(map(str.isascii, words)):
        return zip(*(words[i:] for i in range(length)), strict=False)
    ends, end, weight = [], 0, 0.0
    weights = [0.5 if _SIGN.fullmatch(word) else 1.0 for word in words]
    for start in range(len(words)):
        while weight < length and end < len(words):
            weight += weights[end]
            end += 1
        if weight < length:
            break
        ends.append((start, end))
        weight -= weights[start]
    return (tuple(words[start:end]) for start, end in ends)


@lru_cache(maxsize=8)
def _runs_of(text: str, length: int) -> Runs:
    return frozenset(_runs(_words(text), length))


def _prompt_runs(prompts: PromptSet) -> Runs:
    texts = (prompts[name].text for name in sorted(prompts.prompts))
    return _runs_of("\n".join(texts), WORDS_OF_A_PROMPT)
