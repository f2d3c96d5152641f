"""What every command shares: its options, the store it opens, and how an error ends it."""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from typer.core import TyperGroup

from commands.console import Format, clean, json_text, note
from graph.errors import ExplorerError, StoreError, StoreUnavailable
from graph.store import Store, open_store

USER_MISTAKE, OUR_MISTAKE, INTERRUPTED = 2, 1, 130
_SHOW_BAR_AFTER_S = 1.0


def _remember(name: str) -> Callable[[typer.Context, Any], Any]:
    def keep(ctx: typer.Context, value: Any) -> Any:
        if value is not None:
            ctx.find_root().ensure_object(dict)[name] = value
        return value

    return keep


StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="PLACE",
        callback=_remember("store"),
        show_default=False,
        help="Folder of the embedded store, or neo4j://HOST:7687; default: the setting INTERLOCK_STORE.",
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", "-f", callback=_remember("format"), help="How to print the answer.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="Only ties that hold then: a year, month or day (2017, 2017-09, 2017-09-20).",
        show_default=False,
    ),
]
AllStatusesOption = Annotated[
    bool,
    typer.Option("--all-statuses", help="Also announced, planned, considered, abandoned and alleged ties."),
]
UndatedOption = Annotated[
    bool, typer.Option("--undated", help="With --as-of: also ties whose dates do not tell.")
]


class Group(TyperGroup):
    """The command group that turns our errors into a message, a hint and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
            return result
        except ExplorerError as error:
            report(error, as_json=(ctx.obj or {}).get("format") is Format.json)
            raise typer.Exit(exit_code(error)) from None
        except BrokenPipeError:
            quiet_stdout()
            raise typer.Exit(0) from None
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            note("Error: The answer could not be written: the disk is full.")
            quiet_stdout()
            raise typer.Exit(USER_MISTAKE) from None
        except KeyboardInterrupt:
            note("Stopped.")
            raise typer.Exit(INTERRUPTED) from None


def report(error: ExplorerError, *, as_json: bool) -> None:
    """Print an error on standard error."""
    if as_json:
        found = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
        sys.stderr.write(json_text({**found, "retry": error.retry, "details": error.details}) + "\n")
        return
    note(f"Error: {error.message}")
    if error.hint:
        note(error.hint)


def exit_code(error: ExplorerError) -> int:
    """2 where the user can put it right, 1 where the engine or we failed."""
    ours = isinstance(error, StoreError) and type(error) is StoreError
    return OUR_MISTAKE if ours or type(error) is ExplorerError else USER_MISTAKE


def quiet_stdout() -> None:
    """After the reader of a pipe has gone: nothing more to write, nothing to complain about."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@contextmanager
def opened(
    ctx: typer.Context, *, create: bool = False, empty_ok: bool = False, timeout_s: float | None = None
) -> Generator[Store]:
    """The store of ``--store`` or of the settings; reading commands do not make a missing one."""
    place = ctx.find_root().ensure_object(dict).get("store")
    with open_store(place, create=create, timeout_s=timeout_s) as store:
        _tell_interrupted(store)
        if not (create or empty_ok) and store.counts().entities == 0:
            raise StoreUnavailable(
                f"The store {store.location} is empty.",
                hint="Fill it with: interlock load (the bundled data)",
            )
        yield store


def _tell_interrupted(store: Store) -> None:
    """Say what became of an import that was killed; a user who may only read cannot put it away."""
    with suppress(StoreError):
        if not store.begun():  # nearly always, and then the importer need not be loaded
            return
        from graph.imports import interrupted

        for sentence in interrupted(store):
            note(sentence)


class Tell:
    """Tells a progress bar (done, in all). ``second`` tells the next step of the work, with a bar anew."""

    def __init__(self, bar: Progress, first: str, second: str | None) -> None:
        self._bar = bar
        self._first = bar.add_task(clean(first), total=None)
        self._name, self._second = second, self._first

    def __call__(self, done: int, total: int) -> None:
        self._bar.update(self._first, completed=done, total=total or None)

    def second(self, done: int, total: int) -> None:
        """Tell the second step."""
        if self._second == self._first and self._name:
            self._bar.update(self._first, visible=False)
            self._second = self._bar.add_task(clean(self._name), total=total)
        self._bar.update(self._second, completed=done, total=total or None)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.speed or task.finished_speed
        return Text("" if not speed else f"{speed:,.0f}/s")


@contextmanager
def progress(text: str, then: str | None = None) -> Generator[Tell]:
    """A bar on standard error with rate and time left, shown when the work takes longer than a second.

    Yields a function to tell it (done, in all); until it is called the bar only moves.
    """
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _Rate(), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    console = Console(stderr=True)
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    tell = Tell(bar, text, then)
    timer = threading.Timer(_SHOW_BAR_AFTER_S, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield tell
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


def left_out_note(left_out: Mapping[str, int], as_of: str | None) -> None:
    """Say how many ties an answer leaves out, and how to see them."""
    parts: list[str] = []
    if left_out.get("status"):
        parts.append(f"{left_out['status']} that are no facts (--all-statuses shows them)")
    if left_out.get("date"):
        parts.append(f"{left_out['date']} that do not hold in {as_of}")
    if left_out.get("undated"):
        parts.append(f"{left_out['undated']} whose dates do not tell (--undated shows them)")
    if parts:
        note(f"Left out: {'; '.join(parts)}.")
