"""Which program sends the requests: the vendor's own client, or another one that is named as the sender."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.report.error_report import ReadingSource
from agent.report.terminal import Screen

_THIRD: dict[str, str] = {
    "opencode": r"open-?code(?:-[a-z-]+)?", "openclaw": r"open-?claw|clawdbot"
        r"|moltbot", "hermes": r"hermes(?:[ -]agent)?",
    "cline": r"cline", "roo": r"roo(?:[ -]?code)?", "kilo": r"kilo(?:[ -]?code)?", "aider": r"aider",
    "pi": r"pi(?:-(?:agent|coding-agent|black|mono))?", "goose": r"goose", "crush": r"crush",
    "litellm": r"litellm", "claude-code-router": r"claude[- ]code[- ]router|ccr",
    "copilot-api": r"copilot-api", "cliproxyapi": r"cli-?proxy-?api", "sub2api": r"sub2api",
    "meridian": r"meridian", "langchain": r"lang-?chain", 
    "continue": r"continue\.dev", "nanoclaw": r"nanoclaw",
    "claudable": r"claudable", "zed": r"zed", "cursor": r"cursor agent", "openwebui": r"open[- ]?webui",
    "n8n": r"n8n", "dsh": r"dsh", "windsurf": r"windsurf cascade", "crewai": r"crewai", "nurb": r"nurb",
}  # fmt: skip
_ANY = "|".join(f"(?P<{'p_' + name.replace('-', '_')}>{pattern})" for name, pattern in _THIRD.items())
_NAMES = {"p_" + name.replace("-", "_"): name for name in _THIRD}
_NAMED = re.compile(rf"(?<![\w/@.-])(?:{_ANY})(?![\w/-]|\.(?:md|json|py|ts|toml|ya?ml))", re.I)
_SENDS_BEFORE = re.compile(
    r"(?:\b(?:us(?:e|es|ed|ing)|via|through|with|from|in|inside|into|by|run(?:ning|s)?|every|all|each|any"
    r"|of|my|our|the|of the"
    r"|for an?|for|behind|configured|installed|latest|on|an?)\s|^|[.!?]\s|[\[(:>-]\s?|\*\*)$",
    re.I,
)
_SENDS_AFTER = re.compile(
    r"\s?(?:v?\d|[:,\])]|[’']s\b|(?:does|fails?|failed|cannot|can[’']t|gets?|got|requests?|sessions?"
    r"|oauth|plugins?|users?"
    r"|agents?|gateway|harness|main|on (?:a |my )?(?:claude )?(?:max|pro)|with (?:a |my )?claude|version"
    r"|integration|provider"
    r"|configured|returns?|throws?|errors?|shows?|reports?|sends?|as |proxy|setup|container|server|does"
    r"|to (?:claude|anthropic)"
    r"|through|and|is|was|cli|via|stopped|no longer|still|uses?)\b|$|\.)",
    re.I,
)
_DENIED_BEFORE = re.compile(
    r"(?:\b(?:not|no|never|without|isn[’']t|aren[’']t|don[’']t|doesn[’']t|nor|unlike|other than|neither"
    r"|compared (?:to|with)"
    r"|same as|like|seen in|similar to|e\.g\.,?|such as|mentions?|mentioning|named?|called|word|string"
    r"|about)\b[^.;\n]{0,24})$",
    re.I,
)
_PROSE_ONLY = frozenset(
    {"pi", "goose", "crush", "zed", "continue", "meridian", "cursor", "dsh", "nurb", "aider", "cline"}
)
_STRICT_AFTER = re.compile(
    r"\s?(?:v?\d+\.\d|(?:agent|harness|coding agent|gateway|proxy|session|fails|with claude|via claude"
    r"|[’']s)\b|-agent)|:\s",
    re.I,
)
_STRICT_BEFORE = re.compile(r"\b(?:using|via|through|with|inside|every|from|use|provider in|in)\s$", re.I)
_OFFICIAL = re.compile(
    r"(?m)^Claude Code v?\d+\.\d+\.\d+|\bofficial (?:claude code )?(?:cli|client)\b|\(Claude Code\)"
    r"|claude-cli/\d"
    r"|Claude Code Version\b|### Claude Code Version|(?:Platform: \w+ - Terminal"
    r"|- Terminal: ).{0,40}Version: \d",
    re.I,
)
_DESKTOP = re.compile(
    r"\bclaude (?:for )?(?:desktop|mac|windows) ?(?:app)?\b|\bdesktop app\b|\bclaude (?:windows|mac) app\b",
    re.I,
)
_DESKTOP_NOT = re.compile(r"\b(?:not|while|but|whereas|in|also|and)\s+(?:the )?$", re.I)
_REPOSITORY = re.compile(r"github\.com/([\w.-]+)/([\w.-]+)", re.I)


def third_parties(screen: Screen, title_end: int) -> Iterator[tuple[str, ReadingSource, int, int]]:
    """Programs of third parties that are named as what sends the requests, in order.

    One that the text only mentions, compares with or denies is left out.
    """
    text = screen.text
    for found in _NAMED.finditer(text):
        name = _NAMES[found.lastgroup or ""]
        before = text[max(0, found.start() - 60) : found.start()].split("\n")[-1]
        after = text[found.end() : found.end() + 40]
        if _DENIED_BEFORE.search(before):
            continue
        if name in _PROSE_ONLY:
            if (
                not (_STRICT_BEFORE.search(before) and _STRICT_AFTER.match(after))
                and not (_STRICT_BEFORE.search(before) and name in ("aider", "cline", "zed", "goose"))
                and not (
                    re.match(r"\s?v?\d+\.\d|:| with claude", after)
                    and (not before.strip() or before[-2:] == "- ")
                )
            ):
                continue
        elif not (_SENDS_BEFORE.search(before) and (found.end() <= title_end or _SENDS_AFTER.match(after))):
            continue
        yield name, "prose", found.start(), found.end()


def official(screen: Screen) -> tuple[str, ReadingSource, int, int] | None:
    """The vendor's client, where its banner, its version field or its name as the client is there."""
    found = _OFFICIAL.search(screen.text)
    return ("claude-code", "banner", found.start(), found.end()) if found else None


def desktop(screen: Screen) -> tuple[str, ReadingSource, int, int] | None:
    """The desktop program, where the text names it as the place of the fault."""
    for found in _DESKTOP.finditer(screen.text):
        if not _DESKTOP_NOT.search(screen.text[max(0, found.start() - 20) : found.start()]):
            return "claude-desktop", "prose", found.start(), found.end()
    return None


def program_of_repository(url: str | None) -> str | None:
    """The program whose tracker `url` belongs to, or None."""
    found = _REPOSITORY.search(url or "")
    if not found:
        return None
    if found.group(1).lower() == "anthropics":
        return "claude-code" if found.group(2).lower() == "claude-code" else None
    named = _NAMED.match(found.group(2).lower())
    return _NAMES[named.lastgroup or ""] if named else None
