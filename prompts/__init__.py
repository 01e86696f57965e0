"""The words that a model is given, as Markdown files with declared fields; see README.md."""

from __future__ import annotations

from functools import cache
from importlib import resources

from prompts.data import data_lines
from prompts.prompt import BadPrompt, Prompt, PromptSet, parse_prompt, parse_prompts

__all__ = [
    "BadPrompt",
    "Prompt",
    "PromptSet",
    "data_lines",
    "load",
    "parse_prompt",
    "parse_prompts",
]


@cache
def load() -> PromptSet:
    """The packaged prompts, read once a process. Raises `BadPrompt`, naming the file."""
    folder = resources.files("prompts")
    return parse_prompts(
        {
            entry.name: entry.read_text(encoding="utf-8")
            for entry in sorted(folder.iterdir(), key=lambda e: e.name)
            if entry.name.endswith(".md") and entry.name != "README.md"
        }
    )
