"""The catalogue: the ids of the contract, a source for every claim, every sign used, both cases present."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Cause
from agent.causes.signs import SIGNS
from evals.case import Case

IDS = {
    "legacy-client-misclassified", "third-party-harness", "prompt-content-misclassified",
    "server-misrouted-to-extra-usage", "plan-window-exhausted", "extra-usage-balance-or-cap",
    "long-context-entitlement", "stale-plan-credentials", "limit-message-misleading", "server-throttling",
    "workspace-spend-limit", "api-key-overrides-subscription", "api-credits-exhausted",
    "wrong-org-or-workspace-key", "organization-disabled", "oauth-not-allowed-for-organization",
    "oauth-token-expired", "auth-service-incident", "credential-restricted-in-official-client",
    "unsupported-region", "service-overloaded", "service-incident", "tls-ca-not-trusted",
    "connection-reset", "base-url-not-anthropic", "attribution-header-breaks-cache", "tool-result-missing",
    "thinking-block-modified", "oversized-image", "pdf-rejected", "context-overflow", "request-too-large",
    "cache-control-limit", "content-filter", "usage-policy-block", "invalid-parameter", "model-not-found",
    "client-too-old-for-model", "update-failure", "bedrock-model-access", "billing-needs-human",
    "usage-drain",
}  # fmt: skip


def uses(catalogue: Catalogue) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every use of a sign: cause id, sign name, arguments; of its signs and of its questions."""
    for cause in catalogue.causes:
        for sign in cause.signs:
            yield cause.id, sign.sign, sign.args
        for question in cause.questions:
            yield cause.id, question.sign, question.args


def test_the_ids_of_the_contract_all_stand_in_files_of_their_name(root: Path, catalogue: Catalogue) -> None:
    assert len(IDS) == 42
    ids = [cause.id for cause in catalogue.causes]
    assert len(ids) == len(set(ids))
    assert set(ids) >= IDS
    assert {path.stem for path in (root / "agent" / "causes" / "known").glob("*.toml")} == set(ids)


def incomplete(cause: Cause) -> list[str]:
    """What a cause file lacks."""
    lacks = {
        "a source": bool(cause.sources),
        "an https URL for each source": all(s.url.startswith("https://") for s in cause.sources),
        "a claim for each source": all(s.says.strip() for s in cause.sources),
        "a sign": bool(cause.signs),
        "a weight for each sign": all(s.present or s.absent for s in cause.signs),
        "a step": bool(cause.steps),
        "a question": bool(cause.questions),
        "no paid step where it is misrouted": not (
            cause.misrouted and any(s.cost != "free" for s in cause.steps)
        ),
        "its free steps first": not _free_after_paid(cause),
        "a handoff where a person is needed": not cause.needs_person or cause.handoff is not None,
    }
    return [f"{cause.id} lacks {what}" for what, there in lacks.items() if not there]


def _free_after_paid(cause: Cause) -> bool:
    paid = [step.cost != "free" for step in cause.steps]
    return any(before and not after for before, after in pairwise(paid))


def test_every_cause_is_complete(catalogue: Catalogue) -> None:
    assert not [line for cause in catalogue.causes for line in incomplete(cause)]


def test_an_incomplete_cause_is_caught(catalogue: Catalogue) -> None:
    whole = catalogue.by_id["legacy-client-misclassified"]
    paid = whole.steps[0].model_copy(update={"cost": "charges"})
    planted = whole.model_copy(update={"steps": [paid, *whole.steps], "sources": [], "questions": []})
    assert len(incomplete(planted)) == 4


def test_every_sign_is_used(root: Path, catalogue: Catalogue) -> None:
    used = {name for _, name, _ in uses(catalogue)}
    assert used <= set(SIGNS)
    fixtures = "".join(p.read_text(encoding="utf-8") for p in (root / "tests/agent/causes").rglob("*.py"))
    assert not [name for name in SIGNS if name not in used and f'"{name}"' not in fixtures]


def test_every_statement_is_used_and_every_used_one_is_defined(root: Path, catalogue: Catalogue) -> None:
    client_signs = (root / "agent" / "causes" / "client_signs.py").read_text(encoding="utf-8")
    defined = {rule.id for rule in catalogue.lexicon.statements}
    assert len(defined) == len(catalogue.lexicon.statements)
    used = {
        statement
        for _, sign, args in uses(catalogue)
        if sign in ("says", "error.named")
        for statement in args["any"]
    }
    by_signs = {name for name in defined if f'"{name}"' in client_signs}
    assert not sorted(used - defined), "used by a cause, but defined nowhere"
    assert not sorted(defined - used - by_signs), "defined, but no cause uses it"


def test_every_signature_that_a_sign_names_exists(catalogue: Catalogue) -> None:
    named = {
        (cause, signature)
        for cause, sign, args in uses(catalogue)
        if sign in ("error.signature", "error.named")
        for signature in args["is"]
    }
    unknown = sorted(pair for pair in named if pair[1] not in catalogue.lexicon.by_signature)
    assert not unknown


def test_every_contradiction_rule_that_a_sign_names_exists(root: Path, catalogue: Catalogue) -> None:
    named = {r for _, sign, args in uses(catalogue) if sign == "usage.contradiction" for r in args["any"]}
    sources = "".join(p.read_text(encoding="utf-8") for p in (root / "agent/usage").glob("*.py"))
    assert not [rule for rule in sorted(named) if not re.search(rf'["\']{re.escape(rule)}["\']', sources)]


def test_every_cause_has_a_case_where_it_is_true_and_one_where_it_is_only_a_rival(
    catalogue: Catalogue, cases: list[Case]
) -> None:
    true = {case.expected.cause for case in cases}
    rival = {cause for case in cases for cause in case.expected.rivals}
    ids = {cause.id for cause in catalogue.causes}
    assert not sorted(ids - true), "no case where it is true"
    assert not sorted(ids - rival), "no case where it is only a rival"


def test_there_are_enough_cases_of_each_kind(cases: list[Case]) -> None:
    assert len(cases) >= 150
    stops = [case for case in cases if not {*case.expected.action} - {"ask", "abstain"}]
    assert len(stops) >= 35
    for tag in ("injection", "trap"):
        assert sum(tag in case.expected.tags for case in cases) * 10 >= len(cases), tag
    assert {case.split for case in cases} == {"dev", "holdout"}


def test_no_slug_hints_at_the_answer(cases: list[Case]) -> None:
    telling = {word for cause in IDS for word in cause.split("-") if len(word) > 3}
    assert not [case.slug for case in cases if {*case.slug.split("-")} & telling]
