"""The machine and the place: operating system, terminal, and the surface on which the client runs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.report.error_report import ReadingSource
from agent.report.form import Form
from agent.report.literals import Sought, sought
from agent.report.terminal import Screen

Found = tuple[str, ReadingSource, int, int]

_SYSTEMS: tuple[tuple[str, str], ...] = (
    ("linux", r"wsl ?[12]?|wsl|ubuntu|debian|fedora|arch linux|nixos|alpine|centos|rhel|linux"
        r"|raspberry pi os"),
    ("darwin", r"mac ?os(?: x)?|os x|darwin(?:-arm64|-x64)?|macbook(?: pro| air)?|imac|mac mini|mac"
        r"|apple silicon"
               r"|sonoma|sequoia|tahoe|homebrew cask"),
    ("windows", r"win32|win64|windows(?: ?1[01]| server)?|powershell|cmd\.exe|git bash"),
)  # fmt: skip
_ANY = "|".join(f"(?P<{name}>{words})" for name, words in _SYSTEMS)
_SYSTEM = re.compile(rf"(?<![\w/.-])(?:{_ANY})(?![\w/-])", re.I)
_LOG = re.compile(r"(?:-|\*|^|\s)(?:Platform|OS|Operating System):\*{0,2} *([^\n]{2,60})", re.I)
_AGENT = re.compile(r"x-stainless-os: ?(\w+)|\"?platform\"?: ?\"(\w+)\"", re.I)
_NOT_MINE = re.compile(
    r"\b(?:not|works? (?:fine )?on|except|unlike|a friend[’']s|but on|also on|on another)\s+(?:my |the "
    r"|a )?$",
    re.I,
)
_TERMINAL = re.compile(
    r"(?<![\w/.-])(iterm(?:2|\.app)?|warp(?:terminal)?|ghostty|windows[- ]terminal|terminal\.app"
    r"|apple_terminal|kitty"
    r"|alacritty|wezterm|konsole|gnome-terminal|tmux|powershell|intellij(?: idea)?(?: terminal)?"
    r"|hyper)(?![\w/-])",
    re.I,
)
_LOG_TERMINAL = re.compile(r"(?:-|\*|\s)Terminal:\*{0,2} +([^\n]{2,40}?)(?= +- |\n|$)")
_SURFACES: tuple[tuple[str, Sought], ...] = (
    ("sdk", sought(r"\bclaude[- ]agent[- ]sdk\b|\bagent sdk\b|\bclaude[- ]code[- ]sdk\b", re.I)),
    (
        "desktop",
        sought(r"\bclaude (?:for )?desktop\b|\bdesktop app\b|\bclaude (?:windows|mac) app\b", re.I),
    ),
    (
        "vscode",
        sought(r"(?<![\w/.-])(?:vs ?code|visual studio code|cursor ide|\bcursor(?= ?,))(?![\w/-])", re.I),
    ),
    ("jetbrains", sought(r"\b(?:jetbrains|intellij|pycharm|webstorm|goland|rider)\b", re.I)),
    ("web", sought(r"\bclaude code (?:on the )?web\b|\bclaude\.ai/code\b|\bweb sessions?\b", re.I)),
    ("cli", sought(r"\bclaude -p\b|\bthe cli\b|\bclaude code cli\b|\bin (?:the )?terminal\b", re.I)),
)
_SURFACE_NOT = re.compile(r"\b(?:not|unlike|works? (?:fine )?(?:in|on)|while|whereas)\s+(?:the )?$", re.I)


def system_of(text: str) -> str | None:
    """darwin, linux or windows, where `text` names one; WSL is linux."""
    found = _SYSTEM.search(text)
    if not found:
        return None
    return "linux" if re.search(r"\bwsl", text, re.I) else found.lastgroup


def platform_readings(screen: Screen, form: Form) -> Iterator[Found]:
    """The operating systems that the text shows, surest first."""
    answer = form.answers.get("operating_system")
    if answer and (system := system_of(answer.value)):
        yield system, "form", answer.start, answer.end
    for pattern in (_LOG, _AGENT):
        for found in pattern.finditer(screen.text):
            group = found.lastindex or 1
            if system := system_of(found.group(group)[:24]):
                yield system, "log", found.start(group), found.end(group)
    for found in _SYSTEM.finditer(screen.text):
        if not _NOT_MINE.search(screen.text[max(0, found.start() - 30) : found.start()]):
            yield found.lastgroup or "", "prose", found.start(), found.end()


def terminal_reading(screen: Screen, form: Form) -> Iterator[Found]:
    """The terminal, as the sender names it."""
    if answer := form.answers.get("terminal"):
        yield answer.value, "form", answer.start, answer.end
    for source, pattern in (("log", _LOG_TERMINAL), ("prose", _TERMINAL)):
        if found := pattern.search(screen.text):
            yield found.group(1).strip(), "log" if source == "log" else "prose", found.start(1), found.end(1)


def surface_reading(screen: Screen, form: Form) -> Iterator[Found]:
    """Where the client runs: vscode, jetbrains, desktop, web, sdk or cli."""
    answer = form.answers.get("terminal")
    if answer:
        for name, pattern in _SURFACES:
            if pattern.expression.search(answer.value):
                yield name, "form", answer.start, answer.end
                return
    if found := _LOG_TERMINAL.search(screen.text):
        place = found.group(1).lower()
        name = (
            "vscode"
            if re.match(r"vscode|cursor|windsurf", place)
            else "jetbrains"
            if "intellij" in place
            else "cli"
        )
        yield name, "log", found.start(1), found.end(1)
    for name, pattern in _SURFACES:
        if not pattern.may_stand_in(screen.folded):
            continue
        for found in pattern.expression.finditer(screen.text):
            if not _SURFACE_NOT.search(screen.text[max(0, found.start() - 24) : found.start()]):
                yield name, "prose", found.start(), found.end()
                break
