"""A model that says back what it was shown: the faithful reply to a request of the road, from its body."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def shown(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of data in the first message of a request."""
    text: str = body["messages"][0]["content"][0]["text"]
    _, _, rest = text.partition("<data>\n")
    lines, _, _ = rest.partition("\n</data>")
    return [json.loads(line) for line in lines.splitlines() if line.startswith("{")]


def echo(body: Mapping[str, Any]) -> str:
    """The reply as text: a draft in the words of the plain diagnosis, or the opinion that agrees."""
    lines = shown(body)

    def of(kind: str) -> list[dict[str, Any]]:
        return [line for line in lines if kind in line]

    causes = [line["cause"] for line in of("cause")]
    if not of("plain"):
        return json.dumps({"cause": causes[0] if causes else "none", "clear": True})
    plain = of("plain")[0]["plain"]
    cites = [*causes, *(line["evidence"] for line in of("evidence"))]
    questions = [line["question"] for line in of("question")]
    draft = {
        "summary": [{"text": plain["summary"], "cites": cites}],
        "steps": [
            {"id": line["step"], "text": line["text"], "why": line["why"], "cites": line["cites"]}
            for line in of("step")
        ],
        "notes": [{"id": line["note"], "text": line["text"], "cites": []} for line in of("note")],
        "recommendation": {"text": plain["recommendation"], "cites": cites},
        "question": questions[0] if questions else "",
        "causes": [{"id": cause, "reason": "", "cites": []} for cause in causes],
        "language": "en",
    }
    return json.dumps(draft, ensure_ascii=False)
