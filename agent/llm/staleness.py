"""What changed between a recorded request and the one that the road makes now, field by field.

A prompt and the material of a case stand in one text of the request. Whether the words of the prompt or
the material in them changed is told by the templates: a text that one of them could have made differs in
what it was filled with.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from agent.llm.recordings import VERSIONS, asked_of
from agent.report.error_report import Noun
from prompts import PromptSet

What = Literal["prompt", "evidence", "schema", "model", "parameter"]
SHOWN = 90
"""Characters of an old or a new value that are shown."""
BEFORE = 20
"""Of these, the most that stand before the place where both part."""
_SLOT = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BLOCK = re.compile(r"<data>\n(.*)\n</data>", re.S)
_NAMES = ("evidence", "cause", "step", "note", "where")
"""Keys of a line of data whose value names the line, as in {"evidence": "E3", ...}."""


class Change(Noun):
    """One difference. `field` says where; `old` and `new` are shortened, None where there is nothing."""

    what: What
    field: str
    old: str | None
    new: str | None

    @property
    def words(self) -> str:
        """In a line: `prompt system[0]: "..." became "..."`."""
        if self.old is None:
            return f"{self.what} {self.field}: new is {self.new}"
        if self.new is None:
            return f"{self.what} {self.field}: gone is {self.old}"
        return f"{self.what} {self.field}: {self.old} became {self.new}"


def what_changed(
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    old_headers: Mapping[str, str | None] = VERSIONS,
    new_headers: Mapping[str, str | None] = VERSIONS,
    prompts: PromptSet | None = None,
) -> list[Change]:
    """Every difference between two requests: the model first, parameters last; none where none matters.

    With `prompts`, those of today, a changed value in a prompt's text is told from changed words.
    """
    was, now = asked_of(old), asked_of(new)
    templates = [_expression(prompts[name].text) for name in prompts.prompts] if prompts else []
    return [
        *_leaves("model", "model", was.pop("model", None), now.pop("model", None)),
        *_texts("system", _blocks(was.pop("system", None)), _blocks(now.pop("system", None)), []),
        *_messages(was.pop("messages", []), now.pop("messages", []), templates),
        *_schema(was, now),
        *_leaves("parameter", "", was, now),
        *_leaves("parameter", "", dict(old_headers), dict(new_headers)),
    ]


def _expression(template: str) -> re.Pattern[str]:
    """What a template can make, with a group for each of its fields."""
    parts = _SLOT.split(template)
    made = [re.escape(text) if i % 2 == 0 else f"(?P<{text}>.*?)" for i, text in enumerate(parts)]
    return re.compile("".join(made), re.S)


def _blocks(system: Any) -> list[str]:
    blocks = [system] if isinstance(system, str) else system or []
    return [_plain(block) for block in blocks]


def _plain(block: Any) -> str:
    """A block as text; anything but a plain one, and the mark for the cache, as JSON after it."""
    if isinstance(block, str):
        return block
    rest = {name: value for name, value in block.items() if name not in ("type", "text")}
    return str(block.get("text", "")) + (json.dumps(rest, sort_keys=True) if rest else "")


def _messages(old: Any, new: Any, templates: list[re.Pattern[str]]) -> Iterator[Change]:
    for number in range(max(len(old), len(new))):
        was = old[number] if number < len(old) else {}
        now = new[number] if number < len(new) else {}
        field = f"messages[{number}]"
        yield from _leaves("parameter", f"{field}.role", was.get("role"), now.get("role"))
        texts = _blocks(was.get("content")), _blocks(now.get("content"))
        if "assistant" in (was.get("role"), now.get("role")):
            # What the model said itself, shown again for repair: it changes with its reply alone.
            yield from _pairs("evidence", field, *texts)
        else:
            yield from _texts(field, *texts, templates)


def _texts(field: str, old: list[str], new: list[str], templates: list[re.Pattern[str]]) -> Iterator[Change]:
    for number in range(max(len(old), len(new))):
        was = old[number] if number < len(old) else None
        now = new[number] if number < len(new) else None
        if was != now:
            yield from _text(f"{field}[{number}]" if field == "system" else field, was, now, templates)


def _text(field: str, old: str | None, new: str | None, templates: list[re.Pattern[str]]) -> Iterator[Change]:
    if old is None or new is None:
        yield _change("prompt", field, old, new)
        return
    for template in templates:
        was, now = template.fullmatch(old), template.fullmatch(new)
        if was and now:
            for name, value in was.groupdict().items():
                yield from _filled(f"{field}.{name}", value, now[name])
            return
    was, now = _BLOCK.search(old), _BLOCK.search(new)
    if was and now:
        yield from _pairs("prompt", field, [_BLOCK.sub("", old)], [_BLOCK.sub("", new)])
        yield from _lines(f"{field}.data", was[1], now[1])
    else:
        yield _change("prompt", field, old, new)


def _filled(field: str, old: str, new: str) -> Iterator[Change]:
    if field.endswith((".data", ".asked", ".findings")):
        yield from _lines(field, old, new)
    else:
        yield from _pairs("evidence", field, [old], [new])


def _lines(field: str, old: str, new: str) -> Iterator[Change]:
    """Lines of data, matched by what they name; a line that is not JSON is matched by its number."""
    was, now = _named(old), _named(new)
    for name in dict.fromkeys([*was, *now]):
        yield from _leaves("evidence", f"{field}.{name}", was.get(name), now.get(name))


def _named(block: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for number, line in enumerate(block.splitlines()):
        try:
            value = json.loads(line)
        except ValueError:
            value = line
        name = str(number)
        if isinstance(value, dict) and value:
            key = next((key for key in _NAMES if isinstance(value.get(key), str)), None)
            name = next(iter(value)) if key is None else value[key]
        while name in found:
            name += "'"
        found[name] = value
    return found


def _schema(was: dict[str, Any], now: dict[str, Any]) -> Iterator[Change]:
    forms = []
    for body in (was, now):
        config = dict(body.pop("output_config", None) or {})
        forms.append(config.pop("format", None))
        body["output_config"] = config
    yield from _leaves("schema", "output_config.format", *forms)


def _leaves(what: What, field: str, old: Any, new: Any) -> Iterator[Change]:
    """The innermost differences of two JSON values."""
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            inside = f"{field}.{name}" if field else name
            yield from _leaves(what, inside, old.get(name), new.get(name))
    else:
        yield _change(what, field, _shown(old), _shown(new))


def _pairs(what: What, field: str, old: list[str], new: list[str]) -> Iterator[Change]:
    if old != new:
        yield _change(what, field, "\n".join(old) or None, "\n".join(new) or None)


def _shown(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _change(what: What, field: str, old: str | None, new: str | None) -> Change:
    """With both values shortened to the place where they part, so that the difference is seen."""
    if old is None or new is None:
        return Change(what=what, field=field, old=_cut(old, 0), new=_cut(new, 0))
    same = next(
        (i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    start = max(0, same - BEFORE) if max(len(old), len(new)) > SHOWN else 0
    return Change(what=what, field=field, old=_cut(old, start), new=_cut(new, start))


def _cut(text: str | None, start: int) -> str | None:
    if text is None:
        return None
    end = start + SHOWN
    return ("..." if start else "") + text[start:end] + ("..." if end < len(text) else "")


def nearest(body: Mapping[str, Any], others: Iterable[Mapping[str, Any]]) -> int | None:
    """The place of the request that is most like `body`, by its messages; None where there is none."""
    mine = _said(body)
    alike = [
        (difflib.SequenceMatcher(None, mine, _said(other), autojunk=False).quick_ratio(), -place)
        for place, other in enumerate(others)
    ]
    return -max(alike)[1] if alike else None


def _said(body: Mapping[str, Any]) -> list[str]:
    return [
        line
        for m in body.get("messages", [])
        for text in _blocks(m.get("content"))
        for line in text.split("\n")
    ]
