"""The commands of what is known: `issues`, `changelog`, `waves` and `links`. Imports as in `cli.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from api.printing import show

issues_app = typer.Typer(no_args_is_help=True, help="The stored issues.")
changelog_app = typer.Typer(no_args_is_help=True, help="The stored changelogs.")


@issues_app.command("search")
def issues_search(
    query: Annotated[str, typer.Argument(help="Words, an error message, or an issue's address.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 10,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print them.")] = "text",
) -> None:
    """Search the stored issues."""
    from api.issues_command import search

    show(search(query, limit, form))


@issues_app.command("import")
def issues_import(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="JSON, JSON lines or CSV; also .gz, .xz.")
    ],
    repo: Annotated[
        str | None, typer.Option(metavar="OWNER/NAME", help="The repository of rows that name none.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that read rows; by size if not given.")
    ] = None,
) -> None:
    """Add issues from exported files; a known one is updated.

    Comments, labels, links and timelines in the rows are kept. A row that cannot be used is named with
    its line and left out. The same command goes on where an interrupted one stopped.
    """
    from api.issues_command import import_files

    if import_files(files, repo, jobs):
        raise typer.Exit(1)


@issues_app.command("sync")
def issues_sync(
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="The repository on GitHub.")],
    full: Annotated[bool, typer.Option("--full", help="Read everything again, not only changes.")] = False,
) -> None:
    """Bring the issues of a repository up to date.

    Reads GitHub's API: issues, pull requests, comments and releases that changed since the last run;
    with a token in GITHUB_TOKEN timelines too. Rate limits are waited out. The same command goes on
    where an interrupted one stopped.
    """
    from api.sync_command import sync

    if sync(repository, full).bad:
        raise typer.Exit(1)


@issues_app.command("learn")
def issues_learn() -> None:
    """Refit the order of found issues to your own duplicates.

    Takes the "duplicate of" links of the stored issues, judges by the newest of them, and keeps new
    weights only where they are not worse.
    """
    from api.learn_command import learn_ranking

    text, _kept = learn_ranking()
    show(text)


@changelog_app.command("import")
def changelog_import(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Markdown with headings of versions.")],
    product: Annotated[str, typer.Option(metavar="NAME", help="Whose changelog it is: claude-code.")],
    source: Annotated[str | None, typer.Option(metavar="URL", help="Where it can be read.")] = None,
) -> None:
    """Keep a changelog, to name later versions.

    A version that was imported before gets the lines of the file.
    """
    from api.changelog_command import import_changelog

    show(import_changelog(file, product, source))


def waves(
    since: Annotated[
        str | None, typer.Option(metavar="D", help="Only those since a date, or so many days: 14d.")
    ] = None,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print them.")] = "text",
) -> None:
    """Show bursts of one error.

    Count, first and last seen, versions, platforms, members that do not fit.
    """
    from api.waves_command import show_waves

    show(show_waves(since, form))


def links(
    url: Annotated[
        str, typer.Argument(metavar="URL|OWNER/NAME#N", help="An issue on GitHub.", show_default=False)
    ],
    form: Annotated[
        Literal["markdown", "json", "mermaid"], typer.Option("--format", help="How to print it.")
    ] = "markdown",
    depth: Annotated[int, typer.Option(min=1, max=4, help="How many links away to look.")] = 2,
    offline: Annotated[bool, typer.Option("--offline", help="Ask GitHub nothing.")] = False,
) -> None:
    """Report an issue with all that it is linked to.

    Statistics, linked issues, pull requests with their releases, duplicates, and what its text says. It is
    read from GitHub first and kept; without a network, or with --offline, what is stored is shown.
    """
    from api.links_command import show_links

    show(show_links(url, form, depth, offline=offline))
