"""One prompt: a Markdown text with a TOML front matter that declares its fields, and the set of all."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass

NAMES = ("system", "diagnose", "triage", "repair", "follow_up")
"""The prompts that the road asks for; each has its file, and no file is without use."""
_FENCE = "+++"
_FIELD = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_OPEN = re.compile(r"\{\{|\}\}")


class BadPrompt(ValueError):
    """A prompt file, or what it is rendered with, that does not hold together; the message says why."""


@dataclass(frozen=True)
class Prompt:
    """A text with `{{name}}` where each of `fields` goes. One without fields is the same in each request.

    `canary` is a mark that the text holds and that no answer may repeat; empty where there is none.
    """

    name: str
    purpose: str
    fields: tuple[str, ...]
    text: str
    canary: str = ""

    def render(self, **values: str) -> str:
        """The text with every field filled. Raises `BadPrompt` for a missing or an unknown one.

        What stands in a value is never looked at again: a value may hold braces.
        """
        missing, unknown = set(self.fields) - set(values), set(values) - set(self.fields)
        if missing or unknown:
            wrong = [f"{n} is missing" for n in sorted(missing)] + [f"it has no {n}" for n in sorted(unknown)]
            raise BadPrompt(f"prompt {self.name}: {'; '.join(wrong)}")
        return _FIELD.sub(lambda match: values[match.group(1)], self.text)


@dataclass(frozen=True)
class PromptSet:
    """All prompts by name. `digest` names exactly these words."""

    prompts: Mapping[str, Prompt]
    digest: str

    def __getitem__(self, name: str) -> Prompt:
        return self.prompts[name]

    @property
    def canaries(self) -> tuple[str, ...]:
        """The marks that no answer may hold."""
        return tuple(sorted(prompt.canary for prompt in self.prompts.values() if prompt.canary))


def parse_prompt(name: str, source: str) -> Prompt:
    """A prompt from the text of its file. Raises `BadPrompt` naming the file and what is wrong."""

    def bad(why: str) -> BadPrompt:
        return BadPrompt(f"{name}.md: {why}")

    parts = source.split(f"{_FENCE}\n", 2)
    if len(parts) != 3 or parts[0]:
        raise bad(f"it must begin with a front matter between two lines of {_FENCE}")
    try:
        head = tomllib.loads(parts[1])
    except tomllib.TOMLDecodeError as wrong:
        raise bad(f"the front matter is not valid TOML, {wrong}") from wrong
    fields, canary, purpose = head.pop("fields", None), head.pop("canary", ""), head.pop("purpose", "")
    if head:
        raise bad(f"the front matter has no key {', '.join(sorted(head))}")
    if not isinstance(fields, list) or not all(isinstance(field, str) for field in fields):
        raise bad('fields must be a list of names, as in fields = ["data"]')
    if not isinstance(purpose, str) or not purpose.strip() or not isinstance(canary, str):
        raise bad("purpose must say in a sentence what the prompt is for; canary is a text")
    text = parts[2].strip() + "\n"
    used = set(_FIELD.findall(text))
    if undeclared := sorted(used - set(fields)):
        raise bad(f"it uses {', '.join(undeclared)}, which fields does not declare")
    if unused := sorted(set(fields) - used):
        raise bad(f"it declares {', '.join(unused)} and does not use it")
    if _OPEN.search(_FIELD.sub("", text)):
        raise bad("a brace pair {{ or }} stands alone")
    if canary and canary not in text:
        raise bad("its text does not hold its canary")
    return Prompt(name, purpose.strip(), tuple(sorted(fields)), text, canary)


def parse_prompts(sources: Mapping[str, str]) -> PromptSet:
    """The set from the texts of its files (file name to text). Raises `BadPrompt`."""
    prompts = {
        file.removesuffix(".md"): parse_prompt(file.removesuffix(".md"), text)
        for file, text in sorted(sources.items())
    }
    if set(prompts) != set(NAMES):
        missing, other = sorted(set(NAMES) - set(prompts)), sorted(set(prompts) - set(NAMES))
        raise BadPrompt(f"the prompts must be {', '.join(NAMES)}; missing: {missing}, not known: {other}")
    digest = hashlib.sha256()
    for file, text in sorted(sources.items()):
        digest.update(f"{file}\0{text}\0".encode())
    return PromptSet(prompts, digest.hexdigest()[:16])
