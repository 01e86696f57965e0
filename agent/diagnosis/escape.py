"""Text of others made harmless: for Markdown, where nothing of it is markup, and for a terminal."""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.S)
_MARK = re.compile(r"[\\`*\[\]<>#|~!&@$]|(?<!\w)_|_(?!\w)|:(?=//)|(?<=www)\.", re.I)
_START = re.compile(r"^(\s*)([-+=]|\d+(?=[.)](?:\s|$)))(.?)")
_LINK = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9._~/?#&=%+:,@-]*\Z")


def visible(text: str) -> str:
    """`text` without control and direction characters and lone surrogates; line breaks and tabs stay."""
    return _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """`text` as it can be shown on one line."""
    return " ".join(visible(text).split())


def _run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def code_span(text: str) -> str:
    """Text of others as a code span that it cannot leave."""
    line = one_line(text)
    if not line:
        return "(empty)"
    ticks = "`" * (_run(line) + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{ticks}{pad}{line}{pad}{ticks}"


def code_block(text: str, language: str = "") -> str:
    """Text of others as a fenced block that it cannot close."""
    body = visible(text).strip("\n")
    fence = "`" * max(3, _run(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def prose(text: str) -> str:
    """Prose on one line: its code spans stay code, everything else is plain text and never markup."""
    line = one_line(text)
    out, at = [], 0
    for match in _SPAN.finditer(line):
        out += [_plain(line[at : match.start()]), code_span(match.group(2))]
        at = match.end()
    out.append(_plain(line[at:]))
    return _START.sub(_escaped_start, "".join(out))


def _plain(text: str) -> str:
    return _MARK.sub(lambda m: "\\" + m.group(0), text)


def _escaped_start(match: re.Match[str]) -> str:
    blank, mark, after = match.groups()
    return f"{blank}{mark}\\{after}" if mark.isdigit() else f"{blank}\\{mark}{after}"


def link(url: str | None) -> str:
    """An address as an autolink, or as a code span where it is not a plain web address."""
    if not url:
        return ""
    return f"<{url}>" if _LINK.match(url) else code_span(url)
