"""``app`` and ``ontology``: the browser pages, and the page about the model."""

from __future__ import annotations

import os
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

import typer

from commands.console import note, write
from commands.frame import StoreOption
from graph.atomic import replacing
from graph.errors import FeatureMissing, SettingsError
from graph.settings import PROJECT_FOLDER, Settings, load_settings

LOOPBACK = "127.0.0.1"
APP_FILE = PROJECT_FOLDER / "app.py"
_STOP_S = 15.0


def app(
    ctx: typer.Context,
    port: Annotated[int, typer.Option("--port", min=1024, max=65535)] = 8501,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser window.")] = True,
    address: Annotated[
        str,
        typer.Option("--address", metavar="ADDRESS", help="For others than this machine: see docs/login.md."),
    ] = LOOPBACK,
    store: StoreOption = None,
) -> None:
    """Start the browser pages, on this machine only unless --address says otherwise. Stop with Ctrl-C.

    \b
    interlock app
    interlock app --store neo4j://localhost:7687 --port 8600
    interlock app --address 0.0.0.0        for others; set up log-in before, see docs/login.md
    """
    if not APP_FILE.is_file():
        raise FeatureMissing(f"{APP_FILE} is missing.", hint="Run from a full checkout: make run")
    environment = dict(os.environ)
    place = ctx.find_root().ensure_object(dict).get("store")
    if place is not None:
        environment["INTERLOCK_STORE"] = place
    command = [
        sys.executable, "-m", "streamlit", "run", str(APP_FILE),
        "--server.address", address, "--server.port", str(port),
        "--server.headless", str(not browser).lower(), "--browser.gatherUsageStats", "false",
    ]  # fmt: skip
    if not is_loopback(address):
        note(_warning(address, port, load_settings()))
    host = f"[{address}]" if ":" in address else address
    note(f"Interlock opens on http://{host}:{port} (stop with Ctrl-C).")
    raise typer.Exit(served(command, environment))


def served(command: list[str], environment: dict[str, str]) -> int:
    """Run the server of the pages until it ends; its exit code.

    Stopping this program stops the server, which closes its store; a second Ctrl-C does not wait for that.
    """
    with subprocess.Popen(command, env=environment) as server:
        try:
            return server.wait()
        except KeyboardInterrupt:
            # Ctrl-C in a terminal has reached the server too; a signal to this program alone has not.
            server.terminate()
            try:
                server.wait(_STOP_S)
            except (KeyboardInterrupt, subprocess.TimeoutExpired):
                server.kill()
            raise


def is_loopback(address: str) -> bool:
    """Whether only programs of this machine reach what listens at an address.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, True, False)
    """
    if address.casefold() == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False  # a name may lead anywhere


def _warning(address: str, port: int, settings: Settings) -> str:
    """What listening for others means with these settings."""
    if settings.asks_login:
        return (
            f"Others can reach {address}:{port}; they must sign in. The pages travel unencrypted: "
            "put a proxy with TLS before it."
        )
    can = "read this graph" if settings.read_only else "read and change this graph"
    more = "" if settings.read_only else ", or allow reading alone with INTERLOCK_READ_ONLY=1"
    return (
        f"Warning: everybody who reaches {address}:{port} can {can}, for nobody need sign in. "
        f"Set up log-in (docs/login.md) and INTERLOCK_LOGIN=1{more}."
    )


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
