"""The empty graph has the road's shape."""

from __future__ import annotations

import asyncio
from typing import Any

from langgraph.graph import END, START, StateGraph

from agent.graph import build
from agent.state import State
from evals.bench.noop import build_like


def edges(graph: Any) -> set[tuple[str, str, bool]]:
    return {(edge.source, edge.target, edge.conditional) for edge in graph.get_graph().edges}


def test_it_has_the_nodes_and_edges_of_the_road() -> None:
    assert edges(build_like(build())) == edges(build())


def test_it_walks_the_road_without_a_model_and_does_nothing() -> None:
    state = asyncio.run(build_like(build()).ainvoke({"submission": {}}))
    assert state == {key: {} for key in ("submission", "report", "usage", "issues", "causes", "diagnosis")}


def test_a_choice_stays_a_choice() -> None:
    graph: Any = StateGraph(State)
    for name in ("read", "a", "b"):
        graph.add_node(name, lambda _state: {})
    graph.add_edge(START, "read")
    graph.add_conditional_edges("read", lambda _state: "a", ["a", "b"])
    graph.add_edge("a", END)
    graph.add_edge("b", END)
    road = graph.compile()
    assert edges(build_like(road)) == edges(road)
