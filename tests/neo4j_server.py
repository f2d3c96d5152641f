"""A real Neo4j Community server for tests: fetched as a Maven artifact, started on a free port."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import LiteralString

import neo4j

VERSION = "5.26.30"
USER, PASSWORD = "neo4j", "interlock-tests"
_POM = Path(__file__).with_name("neo4j") / "pom.xml"
_OPENS = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
_JAVA = "install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME."
_MAVEN = (
    "install Maven (Debian: apt-get install maven), or set INTERLOCK_NEO4J_LIB to a folder with its jars."
)

# Ends the server and removes its folder when this process is gone, however it went: its end of the pipe
# is closed then.
_GUARD = """
import os, shutil, subprocess, sys, threading
server, left = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL), threading.Event()
def watch():
    os.read(0, 1)
    left.set()
    server.kill()
threading.Thread(target=watch, daemon=True).start()
server.wait()
if left.is_set():
    shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


class Missing(Exception):
    """What the machine lacks, and how to get it."""


@dataclass(frozen=True)
class Server:
    """A running server; ``password`` is None when authentication is off."""

    uri: str
    user: str | None
    password: str | None
    home: Path


def libraries() -> Path:
    """The folder of the server's jars, fetched by Maven the first time."""
    cache = os.environ.get("INTERLOCK_NEO4J_LIB")
    folder = Path(cache) if cache else Path.home() / ".cache" / "interlock" / f"neo4j-{VERSION}"
    if any(folder.glob("neo4j-*.jar")):
        return folder
    if not shutil.which("mvn"):
        raise Missing(f"Maven fetches the Neo4j {VERSION} server for the tests: {_MAVEN}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        command = ["mvn", "-q", "-B", "-f", str(_POM), f"-Dneo4j.version={VERSION}"]
        command += ["dependency:copy-dependencies", f"-DoutputDirectory={scratch}/lib"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
        except subprocess.TimeoutExpired:
            raise Missing(f"Maven did not fetch Neo4j {VERSION} within 15 minutes: {_MAVEN}") from None
        if done.returncode:
            raise Missing(
                f"Maven could not fetch Neo4j {VERSION}: {_MAVEN}\n{(done.stdout + done.stderr)[-800:]}"
            )
        with contextlib.suppress(OSError):  # another run was first
            os.replace(Path(scratch) / "lib", folder)
    return folder


def java() -> str:
    """A Java of version 17 or newer, from JAVA_HOME or else from PATH."""
    home = os.environ.get("JAVA_HOME")
    candidates = [shutil.which("java", path=f"{home}/bin") if home else None, shutil.which("java")]
    seen = ""
    for candidate in filter(None, candidates):
        told = subprocess.run([candidate, "-version"], capture_output=True, text=True, check=False).stderr
        version = re.search(r'version "(\d+)', told)
        if version and int(version[1]) >= 17:
            return candidate
        seen = f" {candidate} is {(told.splitlines() or ['silent'])[0]};"
    raise Missing(f"The Neo4j {VERSION} server for the tests needs Java 17 or newer:{seen} {_JAVA}")


@contextlib.contextmanager
def running(*, authentication: bool = True, heap: str = "1g") -> Generator[Server]:
    """A fresh server with this much heap; stopped and removed afterwards."""
    command, jars = java(), libraries()
    home = Path(tempfile.mkdtemp(prefix="interlock-neo4j-"))
    port = _free_port()
    for name in ("data", "logs", "plugins", "conf"):
        (home / name).mkdir()
    (home / "conf" / "neo4j.conf").write_text(_configuration(port, authentication, heap), encoding="utf-8")
    with (home / "logs" / "console.log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable, "-c", _GUARD, str(home),
                command, f"-Xmx{heap}", *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENS),
                "-cp", f"{jars}/*", "org.neo4j.server.CommunityEntryPoint",
                f"--home-dir={home}", f"--config-dir={home / 'conf'}",
            ],
            stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
    try:
        uri = f"bolt://127.0.0.1:{port}"
        _wait(uri, process, home, authentication)
        yield Server(uri, USER if authentication else None, PASSWORD if authentication else None, home)
    finally:
        assert process.stdin is not None
        process.stdin.close()  # nothing it holds is worth an orderly end, which takes ten seconds
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _configuration(port: int, authentication: bool, heap: str) -> str:
    return "\n".join(
        [
            "server.default_listen_address=127.0.0.1",
            f"server.bolt.listen_address=127.0.0.1:{port}",
            "server.http.enabled=false",
            f"server.memory.heap.max_size={heap}",
            "server.memory.pagecache.size=256m",
            "dbms.usage_report.enabled=false",
            f"dbms.security.auth_enabled={str(authentication).lower()}",
            "",
        ]
    )


def _wait(uri: str, process: subprocess.Popen[bytes], home: Path, authentication: bool) -> None:
    """Until the server answers; with authentication its first password is changed, as it insists."""
    deadline = time.monotonic() + 180
    first, later = ((USER, "neo4j"), (USER, PASSWORD)) if authentication else (None, None)

    def try_until(
        auth: tuple[str, str] | None, database: str, statement: LiteralString, **values: str
    ) -> None:
        while True:
            try:
                with (
                    neo4j.GraphDatabase.driver(uri, auth=auth) as driver,
                    driver.session(database=database) as session,
                ):
                    session.run(statement, values).consume()
                return
            except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError) as exc:
                if process.poll() is not None or time.monotonic() > deadline:
                    log = (home / "logs" / "console.log").read_text(encoding="utf-8", errors="replace")
                    raise RuntimeError(f"Neo4j {VERSION} did not start ({exc}):\n{log[-3000:]}") from None
                time.sleep(0.3)

    if authentication:
        try_until(
            first, "system", "ALTER CURRENT USER SET PASSWORD FROM $old TO $new", old="neo4j", new=PASSWORD
        )
    try_until(later, "neo4j", "RETURN 1")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
