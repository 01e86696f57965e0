"""What a sign is: a named predicate over the evidence that is present, absent or unknown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agent.causes.evidence import Evidence

Reading = bool | None
"""True: the sign is present. False: it is absent. None: the evidence does not tell."""

Predicate = Callable[[Evidence, Mapping[str, Any]], Reading]


@dataclass(frozen=True)
class Sign:
    """One predicate: what it looks at in words, its arguments, and the function."""

    name: str
    about: str
    required: frozenset[str]
    optional: frozenset[str]
    predicate: Predicate


class SignSet(dict[str, Sign]):
    """Signs by name."""

    def sign(
        self, name: str, about: str, required: str = "", optional: str = ""
    ) -> Callable[[Predicate], Predicate]:
        """Register a predicate; `required` and `optional` name its arguments, separated by blanks."""

        def register(predicate: Predicate) -> Predicate:
            arguments = frozenset(required.split()), frozenset(optional.split())
            self[name] = Sign(name, about, *arguments, predicate)
            return predicate

        return register
