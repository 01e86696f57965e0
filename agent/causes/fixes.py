"""Fix versions: which versions of the client touch the leading cause, against the one that runs."""

from __future__ import annotations

from agent.causes.catalogue import Catalogue
from agent.causes.cause import FixVersion
from agent.causes.changelog import Changelog
from agent.causes.evidence import version_tuple
from agent.report.error_report import ErrorReport

AT_MOST, STORED_AT_MOST = 3, 2
"""Versions that are named: of the packaged entries, and beside them of an imported changelog."""
ORDER = {"fixes": 0, "improves_message": 1, "candidate": 2}


def fix_versions(
    cause_id: str, report: ErrorReport, catalogue: Catalogue, changelog: Changelog | None = None
) -> list[FixVersion]:
    """Versions newer than the reported one whose changelog touches the cause, fixes first.

    Empty where no entry claims to touch it, or where the reported version already has them all. With
    no known version every entry is offered as a candidate: the reader has to compare. Lines of the stored
    `changelog` that touch the cause come last, as candidates, for versions that no entry names.
    """
    running = version_tuple(report.value("client_version") or "")
    facts = [
        fact
        for fact in catalogue.versions
        if cause_id in fact.causes and (not running or version_tuple(fact.version) > running)
    ]
    facts.sort(key=lambda f: version_tuple(f.version), reverse=True)
    facts.sort(key=lambda f: ORDER[f.relation])
    found = [
        FixVersion(
            version=fact.version,
            relation=fact.relation if running else "candidate",
            line=fact.line,
            source=fact.source,
        )
        for fact in facts[:AT_MOST]
    ]
    if changelog is None:
        return found
    named = {fact.version for fact in catalogue.versions if cause_id in fact.causes}
    stored = changelog.candidates(catalogue.by_id[cause_id], report, catalogue)
    return [*found, *[fix for fix in stored if fix.version not in named][:STORED_AT_MOST]]
