"""The kill rate: what counts, what survives, and that a grader which always passes is caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from evals import graders
from evals.case import Case
from evals.graders import Result
from evals.kills import Kill, added, by_check, faults, rate, try_out
from evals.mutants.operator import Operator, saying

Make = Callable[..., Case]
HONEST = Operator(
    "promise", "diagnosis.honest", lambda _c, a: saying(a, recommendation="You will get a refund.")
)


def tried(answered: Any, case: Case, *operators: Operator) -> list[Kill]:
    return try_out([(case, answered.answer)], answered.catalogue, operators)


def test_a_spoiled_answer_is_noticed(answered: Any, make_case: Make) -> None:
    kill = tried(answered, make_case(), HONEST)[0]
    assert (kill.made, kill.killed, kill.law) == (1, 1, True)
    assert faults([kill]) == []


def test_what_changes_nothing_is_not_counted(answered: Any, make_case: Make) -> None:
    same = Operator("same", "diagnosis.honest", lambda _c, a: saying(a, action=a.diagnosis.action))
    none = Operator("none", "diagnosis.honest", lambda _c, _a: None)
    assert [kill.made for kill in tried(answered, make_case(), same, none)] == [0, 0]


def test_a_check_that_was_broken_before_is_not_counted(answered: Any, make_case: Make) -> None:
    case = make_case(action=["handoff"])
    other = Operator("other", "diagnosis.action", lambda _c, a: saying(a, action="abstain"))
    assert tried(answered, case, other)[0].made == 0


def test_a_check_that_is_not_made_lets_everything_pass(answered: Any, make_case: Make) -> None:
    gone = Operator("gone", "diagnosis.no_such_check", HONEST.change)
    kill = tried(answered, make_case(), gone)[0]
    assert (kill.made, kill.survivors) == (1, ["blue-mill"])


def test_a_grader_that_always_passes_is_caught(
    answered: Any, make_case: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        graders, "grade_diagnosis", lambda *_: [Result(name="honest", value=True, reason="fine")]
    )
    kills = tried(answered, make_case(), HONEST)
    assert kills[0].survivors == ["blue-mill"]
    assert any("diagnosis.honest notices 0.00% of what is spoiled" in fault for fault in faults(kills))


def test_one_survivor_of_a_law_is_a_fault_and_one_in_twenty_of_another_check_is_none() -> None:
    def kill(check: str, made: int, killed: int) -> Kill:
        left = [f"c-{n}" for n in range(made - killed)]
        return Kill(operator="o", check=check, made=made, killed=killed, survivors=left)

    assert faults([kill("diagnosis.must", 20, 19)]) == []
    assert "below 95%" in faults([kill("diagnosis.must", 20, 18), kill("a.b", 80, 80)])[0]
    law = faults([kill("diagnosis.lawful", 1000, 999)])
    assert len(law) == 1
    assert "o (c-0)" in law[0]
    assert "none are noticed" in faults([])[0]


def test_kills_are_added_operator_by_operator() -> None:
    parts = [[Kill(operator="o", check="a.b", made=2, killed=1, survivors=[s])] for s in ("x", "y")]
    whole = added(parts)
    assert (whole[0].made, whole[0].killed, whole[0].survivors) == (4, 2, ["x", "y"])
    assert rate(whole) == 0.5
    assert list(by_check(whole)) == ["a.b"]
