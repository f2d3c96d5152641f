"""``app`` and ``ontology``: the browser pages, and the page about the model."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from commands.console import note, write
from commands.frame import StoreOption
from graph.atomic import replacing
from graph.errors import FeatureMissing, SettingsError
from graph.settings import PROJECT_FOLDER

APP_FILE = PROJECT_FOLDER / "app.py"


def app(
    ctx: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1024, max=65535)] = 8501,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser window.")] = True,
    store: StoreOption = None,
) -> None:
    """Start the browser pages on this machine only (127.0.0.1). Stop with Ctrl-C.

    \b
    interlock app
    interlock app --store neo4j://localhost:7687 --port 8600
    """
    if not APP_FILE.is_file():
        raise FeatureMissing(f"{APP_FILE} is missing.", hint="Run from a full checkout: make run")
    environment = dict(os.environ)
    place = ctx.find_root().ensure_object(dict).get("store")
    if place is not None:
        environment["INTERLOCK_STORE"] = place
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP_FILE),
        "--server.address", "127.0.0.1", "--server.port", str(port),
        "--server.headless", str(not browser).lower(), "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    note(f"Interlock opens on http://127.0.0.1:{port} (stop with Ctrl-C).")
    raise typer.Exit(subprocess.run(command, env=environment, check=False).returncode)


def ontology(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write it there instead of printing it.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Fail when the file is not current.")] = False,
) -> None:
    """Print the page about the model: kinds, tie types, their words in every status, properties.

    \b
    interlock ontology
    interlock ontology --output docs/ontology.md
    """
    from graph.ontology_docs import ontology_page

    page = ontology_page()
    if output is None:
        write(page)
    elif check:
        if not output.is_file() or output.read_text(encoding="utf-8") != page:
            raise SettingsError(
                f"{output} is not current.", hint=f"Write it with: interlock ontology --output {output}"
            )
        note(f"{output} is current.")
    else:
        with replacing(output) as file:
            file.write(page.encode())
        note(f"{output} written.")
