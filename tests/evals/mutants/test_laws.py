"""Operators on the four laws: every one is noticed by the law that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evals.case import Case
from evals.graders import LAWS
from evals.kills import try_out
from evals.mutants import laws, words


@pytest.mark.parametrize("operator", laws.OPERATORS, ids=lambda operator: operator.name)
def test_each_operator_is_noticed_or_has_nothing_to_spoil(
    operator: Any, answered: Any, make_case: Callable[..., Case]
) -> None:
    kill = try_out([(make_case(), answered.answer)], answered.catalogue, [operator])[0]
    assert kill.law
    assert kill.killed == kill.made
    seldom = ("show a paid step despite", "claim certainty", "call no cause likely", "recommend paying")
    assert kill.made == 1 or operator.name.startswith(seldom)


def test_each_law_has_operators() -> None:
    checks = {operator.check for operator in (*laws.OPERATORS, *words.OPERATORS)}
    assert {f"diagnosis.{law}" for law in LAWS} <= checks
