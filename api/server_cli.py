"""The commands of the HTTP service: `serve` and `keys`. What is heavy is imported by the command itself."""

from __future__ import annotations

import gc
import sys
from typing import Annotated, Literal

import typer

keys_app = typer.Typer(no_args_is_help=True, help="The API keys.")


@keys_app.command("create")
def keys_create(
    name: Annotated[str, typer.Argument(help="Who or what it is for.")],
    role: Annotated[
        Literal["reader", "agent", "admin"],
        typer.Option(help="reader: own diagnoses; agent: all, and decisions; admin: import too."),
    ] = "reader",
) -> None:
    """Make an API key and show it, this once."""
    from api.keys_command import create

    sys.stdout.write(create(name, role) + "\n")


@keys_app.command("list")
def keys_list() -> None:
    """List the API keys, without their secrets."""
    from api.keys_command import list_keys

    sys.stdout.write(list_keys() + "\n")


@keys_app.command("revoke")
def keys_revoke(key_id: Annotated[str, typer.Argument(metavar="ID", help="The id in the list.")]) -> None:
    """Refuse an API key from now on."""
    from api.keys_command import revoke

    sys.stdout.write(revoke(key_id) + "\n")


def serve(
    host: Annotated[
        str, typer.Option(help="The address; others than this machine need a key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 8700,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    model: Annotated[
        Literal["none", "replay", "live"] | None,
        typer.Option(help="Who words a diagnosis; by default CASEWORKER_MODEL."),
    ] = None,
) -> None:
    """Serve the HTTP API until a signal stops it."""
    # Nothing of what is loaded at the start is garbage; the app switches this on again once it stands.
    gc.disable()
    from api.serve_command import serve as serve_http

    serve_http(host, port, workers, model)
