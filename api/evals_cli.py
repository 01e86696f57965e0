"""The commands of the evaluation: each is `python -m evals` under another name."""

from __future__ import annotations

import typer

evals_app = typer.Typer(no_args_is_help=True, help="The evaluation over the bundled cases.")
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


@evals_app.command("gate", add_help_option=False, context_settings=_PASSED_ON)
def evals_gate(ctx: typer.Context) -> None:
    """Say whether a change is better, worse or unproven.

    Offline. The same as python -m evals gate, with the same options.
    """
    _evals("gate", ctx)


@evals_app.command("report", add_help_option=False, context_settings=_PASSED_ON)
def evals_report(ctx: typer.Context) -> None:
    """Make the reports of a results file.

    The same as python -m evals report, with the same options.
    """
    _evals("report", ctx)


@evals_app.command("selftest", add_help_option=False, context_settings=_PASSED_ON)
def evals_selftest(ctx: typer.Context) -> None:
    """Spoil right answers and see who notices.

    The same as python -m evals selftest, with the same options.
    """
    _evals("selftest", ctx)


def _evals(command: str, ctx: typer.Context) -> None:
    from evals.__main__ import main as run_evals

    raise typer.Exit(run_evals([command, *ctx.args]))
