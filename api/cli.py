"""The command line: thin commands. What is heavy is imported by the command that needs it.

Exit codes: 0 ok, 1 some lines or rows failed or something is wrong, 2 bad input or environment.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.errors import AgentError, BadInput
from api.server_cli import keys_app, serve

app = typer.Typer(
    name="caseworker",
    help="Diagnose API refusals: the error is weighed against the account before it says what to do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
issues_app = typer.Typer(no_args_is_help=True, help="The stored issues.")
changelog_app = typer.Typer(no_args_is_help=True, help="The stored changelogs.")
db_app = typer.Typer(no_args_is_help=True, help="The database.")
evals_app = typer.Typer(no_args_is_help=True, help="The evaluation over the bundled cases.")
app.add_typer(issues_app, name="issues")
app.add_typer(changelog_app, name="changelog")
app.add_typer(db_app, name="db")
app.add_typer(evals_app, name="evals")
app.add_typer(keys_app, name="keys")
app.command()(serve)

Form = Literal["text", "json", "markdown"]
Model = Literal["none", "replay", "live"]
_PASTE = "The paste, or a JSON report; - is stdin."


@app.command()
def diagnose(
    file: Annotated[str | None, typer.Argument(metavar="FILE|-", help=_PASTE, show_default=False)] = None,
    title: Annotated[str | None, typer.Option(help="The title of the report.")] = None,
    error: Annotated[str | None, typer.Option(metavar="FILE", help="The raw error body or log.")] = None,
    usage: Annotated[
        str | None, typer.Option(metavar="FILE", help="The account: JSON, headers or a pasted screen.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Where the report came from.")] = None,
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A fact: client_version=2.1.7, plan=max, ..."),
    ] = None,
    form: Annotated[Form | None, typer.Option("--format", help="How to print it; text by default.")] = None,
    model: Annotated[Model | None, typer.Option(help="Who words it; by default CASEWORKER_MODEL.")] = None,
    batch: Annotated[
        str | None, typer.Option(metavar="IN.jsonl", help="Many: a JSON report a line; - is stdin.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="Where a batch goes; goes on if interrupted.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes of a batch.")] = 1,
) -> None:
    """Say what is behind an error, what to do, and what it rests on."""
    if batch is not None:
        if form not in (None, "json"):
            raise BadInput(f"--format {form}: the answers of a batch are JSON lines.")
        if file or title or error or usage or url or sets:
            raise BadInput("--batch takes everything from its lines; leave out FILE and the fields.")
        _run_batch(batch, out, jobs, model)
        return
    if out is not None or jobs != 1:
        raise BadInput("--out and --jobs belong to --batch.")
    from api.diagnose_command import Typed, diagnose_one

    _print(diagnose_one(Typed(file, title, error, usage, url, sets or []), form or "text", model))


@app.command()
def chat(
    model: Annotated[Model | None, typer.Option(help="Who words it; by default CASEWORKER_MODEL.")] = None,
) -> None:
    """Talk about one case: it asks, takes the answer, goes on.

    A line or a paste is a message; from a pipe, a blank line ends one. Nothing is stored.
    """
    from api.chat_command import converse

    converse(model)


@app.command()
def parse(
    file: Annotated[str | None, typer.Argument(metavar="FILE|-", help=_PASTE, show_default=False)] = None,
) -> None:
    """Show what is read in a paste, as JSON.

    Errors, environment, template fields and usage; no database, no model.
    """
    from api.diagnose_command import parse_one

    _print(parse_one(file))


@app.command()
def causes(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID | check FILE...",
            help="One cause in full, or cause files to validate.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """List the known causes, show one, or validate cause files."""
    from api import causes_command

    first, *rest = words or [""]
    if first == "check":
        raise typer.Exit(1 if causes_command.check_files(rest) else 0)
    if rest:
        raise BadInput(f"Give one cause id, not {1 + len(rest)}.")
    _print(causes_command.show_cause(first) if first else causes_command.list_causes())


@app.command()
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

    _print(show_waves(since, form))


@issues_app.command("search")
def issues_search(
    query: Annotated[str, typer.Argument(help="Words, or an error message.")],
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 10,
    form: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print them.")] = "text",
) -> None:
    """Search the stored issues."""
    from api.issues_command import search

    _print(search(query, limit, form))


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
    _print(text)


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

    _print(import_changelog(file, product, source))


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema of this version."""
    from agent.store.schema import head, upgrade
    from api.environment import load_settings

    upgrade(load_settings().database_url)
    _print(f"The database has schema {head()}.")


_PASSED_ON = {"ignore_unknown_options": True, "allow_extra_args": True}


@evals_app.command("run", add_help_option=False, context_settings=_PASSED_ON)
def evals_run(ctx: typer.Context) -> None:
    """Diagnose every case, print the scores.

    The same as python -m evals run, with the same options.
    """
    _evals("run", ctx)


@evals_app.command("record", add_help_option=False, context_settings=_PASSED_ON)
def evals_record(ctx: typer.Context) -> None:
    """Ask a model what is stale or missing.

    Says first what it will cost. The same as python -m evals record, with the same options.
    """
    _evals("record", ctx)


@evals_app.command("accept", add_help_option=False, context_settings=_PASSED_ON)
def evals_accept(ctx: typer.Context) -> None:
    """Make what a run gives now the baseline.

    The same as python -m evals accept, with the same options.
    """
    _evals("accept", ctx)


def _evals(command: str, ctx: typer.Context) -> None:
    from evals.__main__ import main as run_evals

    raise typer.Exit(run_evals([command, *ctx.args]))


@app.command()
def doctor() -> None:
    """Check that everything is in place.

    Settings, catalogue, database, index; exit 1 where something is wrong.
    """
    from api.doctor_command import examine

    text, well = examine()
    _print(text)
    if not well:
        raise typer.Exit(1)


def _run_batch(source: str, out: Path | None, jobs: int, model: Model | None) -> None:
    from api.batch import run_batch

    if run_batch(source, out, jobs, model):
        raise typer.Exit(1)


def _print(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def main(args: list[str] | None = None) -> None:
    """Run one command and exit with its code; what went wrong is one paragraph on stderr."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding must not turn an answer into a traceback.
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="replace")
    try:
        app(args, prog_name="caseworker")
    except AgentError as bad:
        sys.stderr.write(f"caseworker: {bad}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
