from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from agent.report.error_report import Submission
from agent.report.lexicon import Lexicon
from agent.report.read import read
from agent.report.template import compile_templates, match_message, squeeze

CLIENT = Path(__file__).resolve().parents[3] / "agent" / "report" / "messages" / "client.toml"
MESSAGES = tomllib.loads(CLIENT.read_text(encoding="utf-8"))["messages"]


def filled(template: str) -> str:
    text = re.sub(r"<n>", "3", template)
    text = re.sub(r"<[A-Za-z -]+>", "opus-4-6", text)
    return re.sub(r"\.\.\.$", " x.y", text).replace("...", "x.y")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m["template"][:40])
def test_every_message_of_the_client_is_filed_under_its_group(
    message: dict[str, object], lexicon: Lexicon
) -> None:
    text = filled(str(message["template"]))
    shapes = [
        text,
        f"❯ go\n  ⎿  {text}\n",
        f"Error: {text}",
        f"It fails since today.\n\n{text}\n\nWhat now?",
        f"It fails.\n\n{text[: len(text) // 2]}\n{text[len(text) // 2 :]}\n\nWhat now?",
    ]
    for shape in shapes:
        (event,) = read(Submission(text=shape), lexicon).errors
        assert (event.group, event.signature) == (message["group"], message["signature"]), shape


def test_blanks_case_and_apostrophes_do_not_matter(lexicon: Lexicon) -> None:
    compiled = compile_templates(lexicon)
    for text in ("You’re out  of extra\n usage. Add more", "YOU'RE OUT OF EXTRA USAGE."):
        pattern = match_message(text, compiled)
        assert pattern is not None
        assert pattern.template.signature == "out-of-extra-usage"


def test_squeezing_drops_blanks_and_quotes() -> None:
    assert squeeze("İ a’B “c”\u00a0d") == "iabcd"


def test_an_unknown_message_fills_no_template(lexicon: Lexicon) -> None:
    assert match_message("the frobnicator is out of cheese", compile_templates(lexicon)) is None
