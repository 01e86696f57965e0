"""A graph of the same shape as the road whose nodes do nothing: what LangGraph itself costs."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from langgraph.graph import StateGraph

from agent.state import JSON, State

WRITES = {
    "read": "report",
    "assess": "usage",
    "retrieve": "issues",
    "weigh": "causes",
    "conclude": "diagnosis",
}
ENDS = {"__start__", "__end__"}


def build_like(road: Any) -> Any:
    """A compiled graph with the nodes and edges of the compiled graph `road`; each node writes `{}`.

    Where the road chooses between edges, this one always takes the first of them in the order of their
    names: for the road that is the way through without a model.
    """
    drawn = road.get_graph()
    graph: Any = StateGraph(State)
    for name in sorted(set(drawn.nodes) - ENDS):
        graph.add_node(name, _node(WRITES.get(name)))
    joins: dict[str, list[str]] = defaultdict(list)
    choices: dict[str, list[str]] = defaultdict(list)
    for edge in drawn.edges:
        (choices[edge.source] if edge.conditional else joins[edge.target]).append(
            edge.target if edge.conditional else edge.source
        )
    for target, sources in joins.items():
        graph.add_edge(sorted(sources) if len(sources) > 1 else sources[0], target)
    for source, targets in choices.items():
        graph.add_conditional_edges(source, _always(sorted(targets)[0]), sorted(targets))
    return graph.compile()


def _node(key: str | None) -> Any:
    async def nothing(_state: State) -> JSON:
        return {key: {}} if key else {}

    return nothing


def _always(target: str) -> Any:
    def route(_state: State) -> str:
        return target

    return route
