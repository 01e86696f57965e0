"""Links as a Mermaid flowchart. Titles are other people's text: whatever could be markup is an entity."""

from __future__ import annotations

from agent.issues.link import LinkedThread, Links, Tie

_MOST_TITLE = 50
# A colon is none of them: Mermaid cuts a line that has a "style" and a ":" before an entity.
_PLAIN = frozenset(" .,!?'/-+=_")
_ARROWS = {
    "duplicate_of": "-- duplicate of -->",
    "transferred_to": "-- moved to -->",
    "fixes": "== fixes ==>",
    "linked": "-- linked -->",
    "mentions": "-.->",
}
_CLASSES = {
    "open": "fill:#e6ffec,stroke:#1a7f37,color:#000",
    "closed": "fill:#f6f8fa,stroke:#6e7781,color:#000",
    "merged": "fill:#fbefff,stroke:#8250df,color:#000",
    "deleted": "fill:#ffebe9,stroke:#cf222e,color:#000",
    "unknown": "fill:#ffffff,stroke:#8c959f,color:#000,stroke-dasharray:3",
}


def mermaid(links: Links) -> str:
    """A flowchart from left to right; duplicates that lead to each other in a circle are one node."""
    nodes = _nodes(links)
    lines = ["flowchart LR"]
    shown: set[str] = set()
    for thread in links.threads:
        node = nodes[thread.name]
        if node not in shown:
            shown.add(node)
            members = [other for other in links.threads if nodes[other.name] == node]
            shape = ("([", "])") if thread.kind == "pull" else ("[", "]")
            lines.append(f'  {node}{shape[0]}"{_label(members, links.root)}"{shape[1]}:::{thread.state}')
    lines += _arrows(links, nodes)
    lines += [f"  classDef {name} {style}" for name, style in _CLASSES.items()]
    return "\n".join(lines) + "\n"


def _nodes(links: Links) -> dict[str, str]:
    """Name of a thread to its node."""
    nodes = {thread.name: f"n{place}" for place, thread in enumerate(links.threads)}
    for cluster in links.clusters:
        for circle in cluster.circles:
            there = [name for name in circle.members if name in nodes]
            for name in there:
                nodes[name] = min((nodes[other] for other in there), key=lambda node: int(node[1:]))
    return nodes


def _label(members: list[LinkedThread], root: str) -> str:
    first = members[0]
    title = first.title or "not stored"
    title = title if len(title) <= _MOST_TITLE else title[: _MOST_TITLE - 3].rstrip() + "..."
    parts = [escaped(" = ".join(member.name for member in members)), escaped(title)]
    state = f"{first.kind}, {first.state}" if first.kind != "unknown" else first.state
    held = f", first in {first.released_in}" if first.released_in else ""
    here = "this issue, " if any(member.name == root for member in members) else ""
    return "<br/>".join([*parts, escaped(f"{here}{state}{held}")])


def escaped(text: str) -> str:
    """Text of a quoted label: all but letters, digits and a few signs as entities, shown as they were."""
    line = " ".join(text.split())
    kept = (c if c.isalnum() or c in _PLAIN else f"#{ord(c)};" for c in line if c.isprintable())
    return "".join(kept)


def _arrows(links: Links, nodes: dict[str, str]) -> list[str]:
    """One arrow for each tie; two threads that mention each other share one with two heads."""
    mentions = {(nodes[t.source], nodes[t.target]) for t in links.ties if t.kind == "mentions"}
    drawn: dict[str, None] = {}
    for tie in links.ties:
        drawn |= dict.fromkeys(_arrow(tie, nodes, mentions))
    return list(drawn)


def _arrow(tie: Tie, nodes: dict[str, str], mentions: set[tuple[str, str]]) -> list[str]:
    source, target = nodes[tie.source], nodes[tie.target]
    if source == target:
        return []
    if tie.kind == "mentions" and (target, source) in mentions:
        first, second = sorted((source, target), key=lambda node: int(node[1:]))
        return [f"  {first} <-.-> {second}"]
    return [f"  {source} {_ARROWS[tie.kind]} {target}"]
