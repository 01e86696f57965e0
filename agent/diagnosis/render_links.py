"""The report of an issue's links as Markdown. Other people's text is escaped or stands in code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from agent.diagnosis.escape import code_block, code_span, link, prose
from agent.diagnosis.link_report import LinkReport
from agent.diagnosis.render import COSTS
from agent.diagnosis.wording import ACTION_WORDS, sentence, utc
from agent.issues.clusters import Cluster
from agent.issues.issue import RelatedIssue
from agent.issues.link import LinkedThread, Tie
from agent.issues.resolution import LinkedPull
from agent.issues.told import Told

HEADINGS = (
    "Statistics",
    "TL;DR",
    "Error message",
    "What was tried",
    "Root cause, as far as known",
    "Code example",
    "Fix or workaround",
    "Guidance",
    "Example",
    "Notes",
    "Recommendation",
    "Linked issues",
    "Pull requests",
    "Duplicates and circles",
    "What could not be seen",
)
_OUT = {
    "duplicate_of": "duplicate of", "transferred_to": "moved to", "fixes": "fixes", "linked": "linked to",
    "mentions": "mentions",
}  # fmt: skip
_IN = {
    "duplicate_of": "has the duplicate", "transferred_to": "moved here from", "fixes": "fixed by",
    "linked": "linked from", "mentions": "mentioned by",
}  # fmt: skip
_VIA = {"body": "in the body", "comment": "in a comment", "timeline": "on the timeline", "field": "as stored"}
_MOST_SAID = 3
_MOST_FURTHER = 40


def links_markdown(report: LinkReport) -> str:
    """The whole report, under the headings above; none of them is ever left out."""
    sections = (
        _statistics, _summary, _errors, _tried, _root_cause, _code, _fixes, _guidance, _example,
        _notes, _recommendation, _linked, _pulls, _duplicates, _unseen,
    )  # fmt: skip
    blocks = ["\n".join(_head(report))]
    for heading, section in zip(HEADINGS, sections, strict=True):
        blocks.append(f"## {heading}\n\n" + "\n".join(section(report)))
    return "\n\n".join(blocks) + "\n"


def _head(report: LinkReport) -> Iterator[str]:
    issue = report.issue
    yield f"# {prose(issue.name)}: {prose(issue.title or '')}"
    yield ""
    state = issue.state + (f" ({issue.state_reason.replace('_', ' ')})" if issue.state_reason else "")
    facts = [f"State: {prose(state)}"]
    if issue.author:
        facts.append(f"by {code_span(issue.author)}")
    if issue.created_at:
        facts.append(f"opened {utc(issue.created_at)}")
    if issue.closed_at:
        facts.append(f"closed {utc(issue.closed_at)}")
    yield f"{', '.join(facts)}. {link(issue.url)}"
    if report.labels:
        yield ""
        yield "Labels: " + ", ".join(code_span(label) for label in report.labels)


def _statistics(report: LinkReport) -> Iterator[str]:
    counts = report.statistics
    for name, count in (("Comments", counts.comments), ("Participants", counts.participants)):
        yield f"- {name}: {'not known' if count is None else count}"
    ties = report.links.ties_of(report.links.root)
    words = Counter(_word(report, tie) for tie in ties)
    listed = (("Timeline", counts.timeline), ("Reactions", counts.reactions), ("Links", words))
    for name, by_kind in listed:
        total = sum(by_kind.values())
        told = ", ".join(f"{prose(kind.replace('_', ' '))} ×{count}" for kind, count in by_kind.items())
        kinds = "" if by_kind.keys() == {"total"} else f" ({told})"
        yield f"- {name}: {f'{total}{kinds}' if total else 'none stored'}"


def _summary(report: LinkReport) -> Iterator[str]:
    yield prose(report.diagnosis.summary)
    if report.diagnosis.action != "answer":
        yield ""
        yield f"**{ACTION_WORDS[report.diagnosis.action]}.**"
    if report.resolution:
        yield ""
        yield f"What became of it: {prose(sentence(report.resolution))}"


def _errors(report: LinkReport) -> list[str]:
    if report.parts.error_messages:
        return [f"- {code_span(text)}" for text in report.parts.error_messages]
    none = "No API error was found in the text."
    if not report.parts.error_lines:
        return [none]
    lines = [f"- {code_span(text)}" for text in report.parts.error_lines]
    return [f"{none} Lines of it that tell of an error:", "", *lines]


def _tried(report: LinkReport) -> list[str]:
    return [_told(told) for told in report.parts.tried] or ["The issue and its stored comments do not say."]


def _told(told: Told) -> str:
    who = code_span(told.author) if told.author else "somebody"
    when = f", {told.at:%Y-%m-%d}" if told.at else ""
    return f"- {prose(told.text)} ({who}{when})"


def _root_cause(report: LinkReport) -> list[str]:
    return [prose(report.parts.root_cause)]


def _code(report: LinkReport) -> list[str]:
    code = report.parts.code_example
    return [code_block(code, "text")] if code else ["There is no code in the issue."]


def _fixes(report: LinkReport) -> list[str]:
    lines = [f"- {prose(sentence(fix[:1].upper() + fix[1:]))}" for fix in report.parts.fixes]
    if report.parts.helped:
        lines.append("- Readers say, and nobody has checked:")
        lines += [f"  {_told(told)}" for told in report.parts.helped]
    if lines:
        return lines
    steps = " The steps under Guidance are those of the likely cause." if report.diagnosis.guidance else ""
    return [f"No fix or workaround is known from what is stored.{steps}"]


def _guidance(report: LinkReport) -> list[str]:
    lines = []
    for number, step in enumerate(report.diagnosis.guidance, 1):
        undo = "" if step.reversible else " This cannot be undone."
        lines.append(f"{number}. {prose(step.step)}{COSTS[step.cost]}{undo} {prose(step.why)}")
    return lines or ["No step is advised on what is known so far."]


def _example(report: LinkReport) -> list[str]:
    example = report.diagnosis.example
    return [code_block(example)] if example else ["No example belongs to this."]


def _notes(report: LinkReport) -> list[str]:
    return [f"- {prose(note)}" for note in report.diagnosis.notes] or ["None."]


def _recommendation(report: LinkReport) -> Iterator[str]:
    yield prose(report.diagnosis.recommendation)
    if question := report.diagnosis.question:
        yield ""
        yield f"**Question:** {prose(question.text)} How to find out: {code_span(question.how)}"


def _linked(report: LinkReport) -> list[str]:
    links = report.links
    direct = [_tie(report, tie) for tie in links.ties_of(links.root)]
    further = [tie for tie in links.ties if links.root not in (tie.source, tie.target)]
    lines = direct or ["No link from or to it is stored."]
    if further:
        lines += ["", "Further away:", ""]
        lines += [_further(tie) for tie in further[:_MOST_FURTHER]]
        if len(further) > _MOST_FURTHER:
            lines.append(f"- and {len(further) - _MOST_FURTHER} more")
    if report.related:
        lines += ["", "Not linked, but like it:", ""]
        lines += [_related(issue) for issue in report.related]
    return lines


def _related(issue: RelatedIssue) -> str:
    name = code_span(f"{issue.repository}#{issue.number}")
    state = f" ({prose(issue.state)})" if issue.state != "unknown" else ""
    return f"- {name} {prose(issue.title)}{state}: {prose(issue.why)} {link(issue.url)}"


def _tie(report: LinkReport, tie: Tie) -> str:
    name = _other(report, tie)
    other, word = report.links.thread(name), _word(report, tie)
    if other is None:
        return f"- {word} {code_span(name)}{_said(tie)}"
    return f"- {word} {_thread(other)}{_said(tie)} {link(other.url)}"


def _other(report: LinkReport, tie: Tie) -> str:
    return tie.target if tie.source == report.links.root else tie.source


def _word(report: LinkReport, tie: Tie) -> str:
    """How the issue is linked with the other one, as seen from the issue."""
    if tie.source == report.links.root:
        return _OUT[tie.kind]
    other = report.links.thread(tie.source)
    if tie.kind == "fixes" and other and other.state != "merged":
        return "said to be fixed by"
    return _IN[tie.kind]


def _thread(thread: LinkedThread) -> str:
    title = f" {prose(thread.title)}" if thread.title else ""
    facts = [fact for fact in (thread.kind, thread.state) if fact != "unknown"]
    return f"{code_span(thread.name)}{title} ({', '.join(facts) or 'not stored'})"


def _said(tie: Tie) -> str:
    """Where, by whom and when, of the first few."""
    told = []
    for said in tie.said[:_MOST_SAID]:
        who = f" by {code_span(said.actor)}" if said.actor else ""
        when = f" on {said.at:%Y-%m-%d}" if said.at else ""
        told.append(f"{_VIA[said.via]}{who}{when}")
    return f", {'; '.join(told)}" if told else ""


def _further(tie: Tie) -> str:
    return f"- {code_span(tie.source)} {_OUT[tie.kind]} {code_span(tie.target)}{_said(tie)}"


def _pulls(report: LinkReport) -> list[str]:
    return [_pull(pull) for pull in report.pulls] or ["No pull request is linked."]


def _pull(pull: LinkedPull) -> str:
    facts = [f"**{pull.state if pull.state != 'unknown' else 'state not known'}**"]
    if pull.merged_at:
        facts.append(f"merged {utc(pull.merged_at)}")
    if pull.released_in:
        facts.append(f"first released in {code_span(pull.released_in)}")
    elif pull.release_after:
        facts.append(f"not confirmed in a release; the next one by date is {code_span(pull.release_after)}")
    elif pull.state == "merged":
        facts.append("in no release that is known")
    if pull.fixes:
        facts.append("for " + ", ".join(code_span(name) for name in pull.fixes))
    title = f" {prose(pull.title)}" if pull.title else ""
    return f"- {code_span(pull.name)}{title}: {', '.join(facts)} {link(pull.url)}"


def _duplicates(report: LinkReport) -> list[str]:
    lines = [_cluster(cluster) for cluster in report.links.clusters]
    for circle in report.links.circles:
        loop = " → ".join(code_span(name) for name in circle.loop)
        rest = len(circle.members) - len(circle.loop) + 1
        lines.append(f"- These lead to each other: {loop}{f', and {rest} more with them' if rest else ''}")
    return lines or ["None is known."]


def _cluster(cluster: Cluster) -> str:
    state = ", which is not stored" if cluster.canonical in cluster.unseen else ""
    if cluster.closed_only:
        state += "; all that are stored are closed" if cluster.unseen else ", all closed"
    many = len(cluster.duplicates)
    stands = f" stands for {many} duplicate{'s' * (many != 1)}" if many else ""
    said = [f"{code_span(cluster.canonical)}{stands}{state}"]
    if many:
        said[0] += f": {_names(cluster.duplicates)}"
    if cluster.earlier:
        said.append(f"reported earlier as {_names(cluster.earlier)}")
    return "- " + "; ".join(said)


def _names(names: list[str]) -> str:
    shown = ", ".join(code_span(name) for name in names[:_MOST_FURTHER])
    rest = len(names) - _MOST_FURTHER
    return f"{shown} and {rest} more" if rest > 0 else shown


def _unseen(report: LinkReport) -> list[str]:
    return [f"- {prose(line)}" for line in report.unseen] or ["Nothing is known to be missing."]
