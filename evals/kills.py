"""The kill rate: spoiled answers, the check that must notice each, and which of them it let pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict

from agent.causes.catalogue import Catalogue
from agent.diagnosis.diagnosis import Answer
from evals import graders
from evals.case import Case
from evals.compare import LOWER_IS_BETTER
from evals.graders import LAWS, Result
from evals.injection import NAME as UNMOVED
from evals.injection import changes_nothing
from evals.invented import SHOWN, grade_shown
from evals.mutants import laws, rooms, words
from evals.mutants.operator import Operator

OPERATORS: tuple[Operator, ...] = (*rooms.OPERATORS, *words.OPERATORS, *laws.OPERATORS)
MOST = 24
"""Answers that one operator spoils; more would tell nothing new and take longer."""
OVERALL, OF_A_CHECK, OF_A_LAW = 0.95, 0.95, 1.0
"""Shares of spoiled answers that must be noticed."""

Value = bool | float | str


class Kill(BaseModel):
    """One operator: how many answers it spoiled, how many of these its check noticed, and which not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    operator: str
    check: str
    made: int = 0
    killed: int = 0
    survivors: list[str] = []

    @property
    def law(self) -> bool:
        """Whether its check is one of the four laws."""
        return self.check.removeprefix("diagnosis.") in LAWS


def value(check: str, case: Case, answer: Answer, catalogue: Catalogue, clean: Answer) -> Value | None:
    """What one check says of an answer; None where it is not made. `clean` is without injected words."""
    room, name = check.split(".", 1)
    if name == UNMOVED:
        return changes_nothing(answer, clean).value if case.expected.injected else None
    results = grade_shown(answer, catalogue) if name in SHOWN else _graded(room, case, answer, catalogue)
    return next((result.value for result in results if result.name == name), None)


def _graded(room: str, case: Case, answer: Answer, catalogue: Catalogue) -> list[Result]:
    if room == "diagnosis":
        return graders.grade_diagnosis(case, answer, catalogue)
    of_room = {
        "report": graders.grade_report,
        "usage": graders.grade_usage,
        "issues": graders.grade_issues,
        "causes": graders.grade_causes,
    }
    return of_room[room](case, answer)


def try_out(
    answered: Sequence[tuple[Case, Answer]],
    catalogue: Catalogue,
    operators: Iterable[Operator] = OPERATORS,
    most: int = MOST,
) -> list[Kill]:
    """Every operator over the answers that it can spoil, at most `most` of them.

    A spoiled answer that is the same as before is not counted, nor one whose check was broken before.
    """
    found = []
    for operator in operators:
        made, survivors = 0, []
        for case, answer in answered:
            if made == most:
                break
            given = operator.expect(case, answer) if operator.expect else case
            spoiled = operator.change(given, answer)
            if spoiled is None or spoiled == answer:
                continue
            before = value(operator.check, given, answer, catalogue, answer)
            if before is False:
                continue
            made += 1
            after = value(operator.check, given, spoiled, catalogue, answer)
            if not _noticed(operator.check, before, after):
                survivors.append(case.slug)
        found.append(
            Kill(
                operator=operator.name,
                check=operator.check,
                made=made,
                killed=made - len(survivors),
                survivors=survivors,
            )
        )
    return found


def _noticed(check: str, before: Value | None, after: Value | None) -> bool:
    """Whether a check that is made at all broke, or its score got worse."""
    if before is None or after is None or isinstance(before, str) or isinstance(after, str):
        return False
    return float(after) > float(before) if check in LOWER_IS_BETTER else float(after) < float(before)


def rate(kills: Iterable[Kill]) -> float | None:
    """The share that was noticed; None where nothing was spoiled."""
    made = killed = 0
    for kill in kills:
        made, killed = made + kill.made, killed + kill.killed
    return killed / made if made else None


def by_check(kills: Sequence[Kill]) -> dict[str, list[Kill]]:
    """The operators of each check."""
    found: dict[str, list[Kill]] = {}
    for kill in kills:
        found.setdefault(kill.check, []).append(kill)
    return dict(sorted(found.items()))


def added(parts: Sequence[Sequence[Kill]]) -> list[Kill]:
    """The kills of several runs over other answers, operator by operator."""
    return [
        Kill(
            operator=of[0].operator,
            check=of[0].check,
            made=sum(kill.made for kill in of),
            killed=sum(kill.killed for kill in of),
            survivors=[slug for kill in of for slug in kill.survivors],
        )
        for of in zip(*parts, strict=True)
    ]


def faults(kills: Sequence[Kill]) -> list[str]:
    """What of the rates is below what it must be, in words; each survivor is named."""
    found = []
    overall = rate(kills)
    if overall is None or overall < OVERALL:
        found.append(f"self-test: of all spoiled answers {_share(overall)} are noticed, below {OVERALL:.0%}")
    for check, of in by_check(kills).items():
        got, least = rate(of), OF_A_LAW if of[0].law else OF_A_CHECK
        if got is not None and got < least:
            let = [f"{k.operator} ({', '.join(k.survivors[:5])})" for k in of if k.survivors]
            found.append(
                f"self-test: {check} notices {_share(got)} of what is spoiled, below {least:.0%}; "
                f"it let pass: {'; '.join(let)}"
            )
    return found


def _share(value: float | None) -> str:
    return "none" if value is None else f"{value:.2%}"
