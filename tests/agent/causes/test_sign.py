"""A set of signs registers predicates with their arguments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.causes.evidence import Evidence
from agent.causes.sign import Reading, SignSet


def test_a_predicate_is_registered_with_its_arguments() -> None:
    signs = SignSet()

    @signs.sign("a.b", "about it", "needed also", "maybe")
    def predicate(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
        return None

    assert signs["a.b"].required == {"needed", "also"}
    assert signs["a.b"].optional == {"maybe"}
    assert signs["a.b"].predicate is predicate
