"""Circles in a directed graph: what leads back to itself, found once whatever it starts from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from agent.report.error_report import Noun


class Circle(Noun):
    """Threads that all lead to each other. `loop` is a shortest way round, with its start at both ends."""

    members: list[str]
    loop: list[str]


def circles(ties: Iterable[tuple[str, str]]) -> list[Circle]:
    """The circles among directed ties, the largest first; a tie of a thread to itself is none."""
    ahead: dict[str, list[str]] = {}
    for source, target in ties:
        if source != target:
            ahead.setdefault(source, []).append(target)
            ahead.setdefault(target, [])
    for targets in ahead.values():
        targets.sort()
    found = [
        Circle(members=sorted(some), loop=_loop(min(some), ahead, set(some)))
        for some in _together(ahead)
        if len(some) > 1
    ]
    return sorted(found, key=lambda circle: (-len(circle.members), circle.members))


def _together(ahead: dict[str, list[str]]) -> Iterable[list[str]]:
    """The strongly connected parts (Tarjan 1972), without recursion: a chain may be long."""
    place: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    for start in sorted(ahead):
        if start in place:
            continue
        place[start] = low[start] = len(place)
        stack.append(start)
        waiting.add(start)
        walk = [(start, iter(ahead[start]))]
        while walk:
            here, rest = walk[-1]
            following = next(rest, None)
            if following is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[here])
                if low[here] == place[here]:
                    cut = stack.index(here)
                    some, stack[cut:] = stack[cut:], []
                    waiting.difference_update(some)
                    yield some
            elif following not in place:
                place[following] = low[following] = len(place)
                stack.append(following)
                waiting.add(following)
                walk.append((following, iter(ahead[following])))
            elif following in waiting:
                low[here] = min(low[here], place[following])


def _loop(start: str, ahead: dict[str, list[str]], inside: set[str]) -> list[str]:
    """One shortest way from `start` back to it within `inside`."""
    came: dict[str, str] = {}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for target in ahead[here]:
            if target == start:
                back = [start, here]
                while back[-1] != start:
                    back.append(came[back[-1]])
                return back[::-1]
            if target in inside and target not in came:
                came[target] = here
                queue.append(target)
    return [start]
