"""Operators on the rooms: each spoils what it says, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evals.case import Case, ExpectedError
from evals.kills import try_out
from evals.mutants.rooms import OPERATORS

RID = "req_011CZrRExfXMEuxkfvEHuHfA"
ERROR = ExpectedError(status=529, type="overloaded_error", message="Overloaded", request_ids=[RID])


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_each_operator_is_noticed_or_has_nothing_to_spoil(
    operator: Any, answered: Any, make_case: Callable[..., Case]
) -> None:
    rival = answered.answer.causes[1].id
    case = make_case(errors=[ERROR], rivals=[rival])
    kill = try_out([(case, answered.answer)], answered.catalogue, [operator])[0]
    assert kill.killed == kill.made
    if operator.name in (
        "change an error's message",
        "swap the first cause",
        "raise a rival",
        "drop the related issues",
        "relate an issue as something else",
        "lose where an issue leads",
    ):
        assert kill.made == 1


def test_a_stranger_is_related_only_where_none_belongs(answered: Any, make_case: Callable[..., Case]) -> None:
    [operator] = [each for each in OPERATORS if each.name == "relate an issue where none belongs"]
    bare = answered.answer.model_copy(update={"issues": []})
    for answer, made in ((bare, 1), (answered.answer, 0)):
        [kill] = try_out([(make_case(), answer)], answered.catalogue, [operator])
        assert (kill.made, kill.killed) == (made, made)


def test_a_case_without_expectation_is_not_spoiled(answered: Any, make_case: Callable[..., Case]) -> None:
    case = make_case(cause="undetermined")
    made = {k.operator: k.made for k in try_out([(case, answered.answer)], answered.catalogue, OPERATORS)}
    assert made["change an error's message"] == 0
    assert made["swap the first cause"] == 0
