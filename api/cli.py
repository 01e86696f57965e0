"""The command line: thin commands. What is heavy is imported by the command that needs it.

Exit codes: 0 ok, 1 some lines or rows failed or something is wrong, 2 bad input or environment.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.errors import AgentError, BadInput
from api.evals_cli import evals_app
from api.knowledge_cli import changelog_app, issues_app, links, waves
from api.printing import show
from api.server_cli import keys_app, serve

app = typer.Typer(
    name="caseworker",
    help="Diagnose API refusals: the error is weighed against the account before it says what to do.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
db_app = typer.Typer(no_args_is_help=True, help="The database.")
app.add_typer(issues_app, name="issues")
app.add_typer(changelog_app, name="changelog")
app.add_typer(db_app, name="db")
app.add_typer(evals_app, name="evals")
app.add_typer(keys_app, name="keys")

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
    # What is loaded for one report is no garbage: looking for some costs a sixth of the command.
    gc.disable()
    try:
        from api.diagnose_command import Typed, diagnose_one

        show(diagnose_one(Typed(file, title, error, usage, url, sets or []), form or "text", model))
    finally:
        gc.enable()


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

    show(parse_one(file))


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
    show(causes_command.show_cause(first) if first else causes_command.list_causes())


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the schema of this version."""
    from agent.store.schema import head, upgrade
    from api.environment import load_settings

    upgrade(load_settings().database_url)
    show(f"The database has schema {head()}.")


@app.command()
def doctor() -> None:
    """Check that everything is in place.

    Settings, catalogue, database, index; exit 1 where something is wrong.
    """
    from api.doctor_command import examine

    text, well = examine()
    show(text)
    if not well:
        raise typer.Exit(1)


app.command()(serve)
app.command()(waves)
app.command()(links)


def _run_batch(source: str, out: Path | None, jobs: int, model: Model | None) -> None:
    from api.batch import run_batch

    if run_batch(source, out, jobs, model):
        raise typer.Exit(1)


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
