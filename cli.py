"""Entry of the command line: ``interlock``."""

from __future__ import annotations

import io
import os
import sys
import traceback
from typing import Annotated

import typer

from commands import analyse, copy, data, explore, extras, imports, load, queries, resolve, store
from commands.console import note
from commands.frame import INTERRUPTED, OUR_MISTAKE, Group, StoreOption, quiet_stdout
from graph.interrupts import terminations_as_interrupts

app = typer.Typer(
    cls=Group,
    name="interlock",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (
    load.load, load.check, data.stats, explore.search, explore.entity, explore.paths, data.export,
    copy.copy, extras.app, extras.ontology, data.clear,
):  # fmt: skip
    app.command()(command)
app.add_typer(imports.app, name="imports")
app.add_typer(resolve.app, name="resolve")
app.add_typer(queries.app, name="query")
app.add_typer(analyse.app, name="analyse")
app.add_typer(store.app, name="store")


def _version(wanted: bool) -> None:
    if wanted:
        from graph import __version__

        typer.echo(f"interlock {__version__}")
        raise typer.Exit


@app.callback()
def start(
    store: StoreOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Who can influence whom, who depends on whom.

    \b
    interlock load                                        the bundled data
    interlock search cerebas                              finds Cerebras
    interlock paths openai cerebras --as-of 2017-09       who stood between them
    interlock analyse chokepoints openai                  whom every supply route passes
    """


def stopped_by(signals: list[int]) -> int:
    """The exit code for what stopped the program: the first of these signals, or Ctrl-C."""
    return 128 + signals[0] if signals else INTERRUPTED


def main() -> None:
    """Run and exit: 0 fine, 2 something the user can put right, 1 our mistake, 130 stopped by Ctrl-C, 143 by
    SIGTERM."""
    # Data in a pipe is UTF-8 whatever the terminal is set to.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    signals = terminations_as_interrupts()
    try:
        app()
    except KeyboardInterrupt:
        note("Stopped.")
        sys.exit(stopped_by(signals))
    except SystemExit as end:
        if end.code == INTERRUPTED:
            sys.exit(stopped_by(signals))
        raise
    except BrokenPipeError:
        quiet_stdout()
        sys.exit(0)
    except Exception as error:
        if os.environ.get("INTERLOCK_DEBUG"):
            traceback.print_exc()
        note(f"Error: Interlock failed: {type(error).__name__}: {error}")
        note("This is our mistake. Please report it with the trace that INTERLOCK_DEBUG=1 prints.")
        sys.exit(OUR_MISTAKE)


if __name__ == "__main__":
    main()
