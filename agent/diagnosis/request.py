"""The requests to a model, as bodies of the Messages API. The same case makes the same bytes.

What is the same for each case stands first and carries the mark for the provider's cache; what
belongs to this case follows, evidence last. No tool is ever offered.
"""

from __future__ import annotations

from typing import Any

from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.draft import Draft, SecondOpinion, schema_of
from agent.diagnosis.material import Material, entries, language_name, opinion_entries
from agent.diagnosis.model import ModelCall
from agent.report.error_report import Noun
from prompts import PromptSet, data_lines

DRAFT_TOKENS = 8_000
OPINION_TOKENS = 2_000
"""The models think before they write, and what they think counts too: a draft has about 1,500 tokens."""
MOST_FINDINGS = 20
ENOUGH = 6_000
"""Characters of a broken draft that are shown again for repair."""


def draft_call(material: Material, prompts: PromptSet, model: str, asked: tuple[str, ...] = ()) -> ModelCall:
    """The first draft of a case; with `asked`, the questions of a conversation so far, a follow-up."""
    values = {
        "action": material.action,
        "language": language_name(material.language),
        "data": data_lines(entries(material)),
    }
    if asked:
        values["asked"] = data_lines({"asked": question} for question in asked)
        content = prompts["follow_up"].render(**values)
    else:
        content = prompts["diagnose"].render(**values)
    messages = [_said("user", content)]
    return ModelCall(
        step="follow_up" if asked else "draft",
        body=_body(model, DRAFT_TOKENS, prompts["system"].text, messages, Draft),
    )


def repair_call(
    first: ModelCall, draft: str, findings: list[Finding], prompts: PromptSet, model: str
) -> ModelCall:
    """The one repair of a draft: the same conversation, the draft, and what does not stand in it."""
    lines = data_lines({"where": f.where, "rule": f.law, "what": f.what} for f in findings[:MOST_FINDINGS])
    messages = [
        *first.body["messages"],
        _said("assistant", draft.strip()[:ENOUGH] or "{}"),
        _said("user", prompts["repair"].render(findings=lines)),
    ]
    return ModelCall(step="repair", body=_body(model, DRAFT_TOKENS, prompts["system"].text, messages, Draft))


def triage_call(material: Material, prompts: PromptSet, model: str) -> ModelCall:
    """A cheap second opinion on causes that are close."""
    content = f"<data>\n{data_lines(opinion_entries(material))}\n</data>\n"
    messages = [_said("user", content)]
    return ModelCall(
        step="triage",
        body=_body(model, OPINION_TOKENS, prompts["triage"].text, messages, SecondOpinion),
    )


def _said(role: str, text: str) -> dict[str, Any]:
    return {"role": role, "content": [{"type": "text", "text": text}]}


def _body(
    model: str, most: int, system: str, messages: list[dict[str, Any]], reply: type[Noun]
) -> dict[str, Any]:
    output: dict[str, Any] = {"format": {"type": "json_schema", "schema": schema_of(reply)}}
    if reply is Draft:
        # Code has decided what is true and what to do: wording it needs little thought.
        output["effort"] = "low"
    return {
        "model": model,
        "max_tokens": most,
        "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
        "messages": messages,
        "output_config": output,
    }
