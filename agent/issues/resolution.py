"""What became of an issue, in words: the pull that fixed it and its release, or how it ended."""

from __future__ import annotations

from collections.abc import Iterable

from agent.issues.clusters import folded, name_of
from agent.issues.issue import Issue, IssueLink
from agent.issues.link import LinkedThread, Links, Tie
from agent.issues.links import links_round
from agent.issues.references import Thread


class LinkedPull(LinkedThread):
    """A pull request. `fixes` is the thread that it is said to fix, and `ties` how it is linked.

    `release_after` is the first release after the merge by date: that it holds the pull is not confirmed.
    """

    fixes: list[str]
    ties: list[Tie]
    release_after: str | None = None


def pulls_of(links: Links, releases: dict[str, str] | None = None) -> list[LinkedPull]:
    """The pull requests among the linked threads: merged ones first, then open ones, those that fix first.

    `releases` are first releases after a merge, by the pull's name.
    """
    found = []
    for thread in links.threads:
        if thread.kind != "pull":
            continue
        ties = links.ties_of(thread.name)
        fixes = list(dict.fromkeys(t.target for t in ties if t.kind == "fixes" and t.source == thread.name))
        after = (releases or {}).get(thread.name) if not thread.released_in else None
        found.append(LinkedPull(**dict(thread), fixes=fixes, ties=ties, release_after=after))
    order = {"merged": 0, "open": 1, "closed": 2}
    return sorted(found, key=lambda p: (not p.fixes, order.get(p.state, 3), p.distance, p.name))


def resolution_of(name: str, links: Links) -> str | None:
    """What resolved the thread or how it ended, without a full stop; None where nothing is known."""
    thread = links.thread(name)
    if fixed := fixed_by(name, links):
        return fixed
    pulls = [pull for pull in pulls_of(links) if name in pull.fixes]
    if thread is None or thread.state in ("open", "unknown"):
        if tried := [pull.name for pull in pulls if pull.state == "open"]:
            return (
                f"{' and '.join(tried[:3])} would fix it and {'is' if len(tried) == 1 else 'are'} not merged"
            )
        return None
    if thread.outcome:
        return thread.outcome
    if thread.state_reason:
        return f"{thread.state} as {thread.state_reason.replace('_', ' ')}"
    return "no fix is known"


def fixed_by(name: str, links: Links) -> str | None:
    """The merged pulls that fixed the thread, in words; None where none is known."""
    merged = [pull for pull in pulls_of(links) if name in pull.fixes and pull.state == "merged"]
    return "; ".join(_merged(pull, name) for pull in merged[:3]) or None


def end_of(issue: Issue, around: Iterable[Issue]) -> str | None:
    """As `resolution_of`, by what stands round the issue among `around`.

    That a canonical issue was itself closed as a duplicate is no end of the matter.
    """
    end = resolution_of(name_of((issue.repository, issue.number)), fixes_round(issue, around))
    return "no fix is known" if end == "closed as duplicate" else end


def fixes_round(root: Issue, around: Iterable[Issue]) -> Links:
    """The links of `root` to what is said to fix it: nothing else is looked at, however much there is."""
    own = folded((root.repository, root.number))
    bare = root.model_copy(update={"links": _of_fixes(root.links), "duplicate_of": None})
    named = {folded((link.target_repository, link.target_number)) for link in bare.links}
    near = []
    for one in around:
        links = [link for link in _of_fixes(one.links) if _leads_to(link, own)]
        if links or folded((one.repository, one.number)) in named:
            near.append(one.model_copy(update={"links": links, "duplicate_of": None}))
    return links_round(bare, near, 1)


def _of_fixes(links: Iterable[IssueLink]) -> list[IssueLink]:
    return [link for link in links if link.kind in ("closes", "fixed_by")]


def _leads_to(link: IssueLink, thread: Thread) -> bool:
    return link.target_number == thread[1] and link.target_repository.lower() == thread[0]


def _merged(pull: LinkedPull, name: str) -> str:
    ties = [tie for tie in pull.ties if tie.kind == "fixes" and tie.target == name]
    sure = any(said.via != "comment" for tie in ties for said in tie.said)
    when = f", merged on {pull.merged_at:%Y-%m-%d}" if pull.merged_at else ", merged"
    held = f", first in {pull.released_in}" if pull.released_in else ", in no release that is known"
    return f"{'fixed' if sure else 'fixed, as a comment says,'} by {pull.name}{when}{held}"
