"""The packaged lexicon, parsed once for the tests of this room."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.report.lexicon import Lexicon, parse_lexicon

ROOM = Path(__file__).resolve().parents[3] / "agent" / "report"


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    files = [*sorted((ROOM / "messages").glob("*.toml")), ROOM / "statements.toml", ROOM / "synonyms.toml"]
    return parse_lexicon([file.read_text(encoding="utf-8") for file in files if file.exists()])
