"""A real Neo4j Community server for tests: fetched as a Maven artifact, started on a free port."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import neo4j

VERSION = "5.26.30"
USER, PASSWORD = "neo4j", "interlock-tests"
_POM = Path(__file__).with_name("neo4j") / "pom.xml"
_OPENS = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


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
        raise Missing(
            "Maven fetches the Neo4j server for the tests: install it (Debian: apt-get install maven)."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        done = subprocess.run(
            ["mvn", "-q", "-B", "-f", str(_POM), f"-Dneo4j.version={VERSION}", "dependency:copy-dependencies",
             f"-DoutputDirectory={scratch}/lib"],
            capture_output=True, text=True, timeout=900, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Missing(f"Maven could not fetch Neo4j {VERSION}: {(done.stdout + done.stderr)[-800:]}")
        with contextlib.suppress(OSError):  # another run was first
            os.replace(Path(scratch) / "lib", folder)
    return folder


def java() -> str:
    """A Java of version 17 or newer."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which(f"{home}/bin/java") if home else None
    found = found or shutil.which("java")
    if not found:
        raise Missing(
            "Neo4j needs Java 17 or newer: install it (Debian: apt-get install openjdk-17-jre-headless)."
        )
    return found


@contextlib.contextmanager
def running(*, authentication: bool = True) -> Generator[Server]:
    """A fresh server; stopped and removed afterwards."""
    command, jars = java(), libraries()
    home = Path(tempfile.mkdtemp(prefix="interlock-neo4j-"))
    port = _free_port()
    for name in ("data", "logs", "plugins", "conf"):
        (home / name).mkdir()
    (home / "conf" / "neo4j.conf").write_text(_configuration(port, authentication), encoding="utf-8")
    with (home / "logs" / "console.log").open("wb") as log:
        process = subprocess.Popen(
            [
                command, "-Xmx1g", *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENS),
                "-cp", f"{jars}/*", "org.neo4j.server.CommunityEntryPoint",
                f"--home-dir={home}", f"--config-dir={home / 'conf'}",
            ],
            stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        uri = f"bolt://127.0.0.1:{port}"
        _wait(uri, process, home, authentication)
        yield Server(uri, USER if authentication else None, PASSWORD if authentication else None, home)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _configuration(port: int, authentication: bool) -> str:
    return "\n".join(
        [
            "server.default_listen_address=127.0.0.1",
            f"server.bolt.listen_address=127.0.0.1:{port}",
            "server.http.enabled=false",
            "server.memory.heap.max_size=1g",
            "server.memory.pagecache.size=256m",
            "dbms.usage_report.enabled=false",
            f"dbms.security.auth_enabled={str(authentication).lower()}",
            "",
        ]
    )


def _wait(uri: str, process: subprocess.Popen[bytes], home: Path, authentication: bool) -> None:
    auth = (USER, "neo4j") if authentication else None
    deadline = time.monotonic() + 180
    while True:
        try:
            with (
                neo4j.GraphDatabase.driver(uri, auth=auth) as driver,
                driver.session(database="system") as session,
            ):
                if authentication:
                    # A new server insists on another password before it does anything else.
                    session.run(
                        "ALTER CURRENT USER SET PASSWORD FROM $old TO $new", old="neo4j", new=PASSWORD
                    ).consume()
                else:
                    session.run("SHOW DATABASES").consume()
                break
        except (
            neo4j.exceptions.ServiceUnavailable,
            neo4j.exceptions.TransientError,
            neo4j.exceptions.DatabaseError,
        ):
            if process.poll() is not None or time.monotonic() > deadline:
                log = (home / "logs" / "console.log").read_text(encoding="utf-8", errors="replace")[-3000:]
                raise RuntimeError(f"Neo4j {VERSION} did not start:\n{log}") from None
            time.sleep(0.3)
    auth = (USER, PASSWORD) if authentication else None
    with neo4j.GraphDatabase.driver(uri, auth=auth) as driver:
        while True:
            try:
                driver.execute_query("RETURN 1", database_="neo4j")
                return
            except (
                neo4j.exceptions.ServiceUnavailable,
                neo4j.exceptions.TransientError,
                neo4j.exceptions.ClientError,
            ):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.3)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
