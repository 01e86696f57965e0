"""The nouns of links: a thread, its ties and its cluster by name."""

from __future__ import annotations

from agent.issues.clusters import Cluster
from agent.issues.link import ORDER, LinkedThread, Links, Tie


def test_what_belongs_to_a_thread() -> None:
    one = LinkedThread(name="o/n#1", url="u", kind="issue", state="open", distance=0, stored=True)
    ties = [
        Tie(source="o/n#1", target="o/n#2", kind="mentions", said=[]),
        Tie(source="o/n#3", target="o/n#1", kind="fixes", said=[]),
        Tie(source="o/n#3", target="o/n#2", kind="fixes", said=[]),
    ]
    cluster = Cluster(canonical="o/n#2", duplicates=["o/n#3"], earlier=["o/n#4"], closed_only=False)
    links = Links(root="o/n#1", depth=1, threads=[one], ties=ties, circles=[], clusters=[cluster])
    assert (links.thread("o/n#1"), links.thread("o/n#2")) == (one, None)
    assert links.ties_of("o/n#1") == ties[:2]
    assert (links.cluster_of("o/n#4"), links.cluster_of("o/n#1")) == (cluster, None)


def test_a_mention_is_the_weakest() -> None:
    assert (ORDER[0], ORDER[-1]) == ("duplicate_of", "mentions")
