"""Real Neo4j Community servers for tests: fetched as Maven artifacts, started on a free port."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString

import neo4j

USER, PASSWORD = "neo4j", "interlock-tests"
_POM = Path(__file__).with_name("neo4j") / "pom.xml"
_JAVAS = Path("/usr/lib/jvm")
_OPENS = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")


@dataclass(frozen=True)
class Release:
    """A version of the server, the Java it needs, and the class that starts it."""

    version: str
    java: int
    main: str

    @property
    def get_java(self) -> str:
        """How to get its Java."""
        debian = f"Debian: apt-get install openjdk-{self.java}-jre-headless"
        return f"install Java {self.java} or newer ({debian}) or set JAVA{self.java}_HOME."

    @property
    def get_maven(self) -> str:
        """How to get its jars."""
        return "install Maven (Debian: apt-get install maven), or set INTERLOCK_NEO4J_LIB to a folder with its jars."


LTS = Release("5.26.30", 17, "org.neo4j.server.CommunityEntryPoint")
NEWEST = Release("2026.08.1", 25, "org.neo4j.server.Neo4jCommunity")

# Ends the server when this process says so, and removes its folder too when this process is gone, however
# it went: its end of the pipe is closed then.
_GUARD = """
import os, shutil, subprocess, sys, threading
server, left = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL), threading.Event()
def watch():
    if not os.read(0, 1):
        left.set()
    server.kill()
threading.Thread(target=watch, daemon=True).start()
server.wait()
if left.is_set():
    shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


class Missing(Exception):
    """What the machine lacks, and how to get it."""


@dataclass
class Server:
    """A server in a folder of its own; ``password`` is None when authentication is off."""

    uri: str
    user: str | None
    password: str | None
    home: Path
    release: Release = LTS
    command: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it and wait until it answers; the first time its password is changed, as it insists."""
        # A database that the importer made may be there before the first start; the one of users is not.
        first = not (self.home / "data" / "databases" / "system").exists()
        with (self.home / "logs" / "console.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _GUARD, str(self.home), *self.command],
                stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        if first and self.user:
            text = "ALTER CURRENT USER SET PASSWORD FROM $old TO $new"
            self._try((self.user, "neo4j"), "system", text, old="neo4j", new=self.password or "")
        self._try((self.user, self.password or "") if self.user else None, "neo4j", "RETURN 1")

    def stop(self) -> None:
        """Kill it; its folder stays, so that it can be started again. Stopping twice is fine."""
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            with contextlib.suppress(OSError):  # it ended by itself
                process.stdin.write(b"k")
                process.stdin.flush()
            process.wait()
            process.stdin.close()

    def _try(
        self, auth: tuple[str, str] | None, database: str, statement: LiteralString, **values: str
    ) -> None:
        deadline = time.monotonic() + 180
        while True:
            try:
                with (
                    neo4j.GraphDatabase.driver(self.uri, auth=auth) as driver,
                    driver.session(database=database) as session,
                ):
                    session.run(statement, values).consume()
                return
            except (neo4j.exceptions.DriverError, neo4j.exceptions.Neo4jError) as exc:
                gone = self._process is None or self._process.poll() is not None
                if gone or time.monotonic() > deadline:
                    log = (self.home / "logs" / "console.log").read_text(encoding="utf-8", errors="replace")
                    raise RuntimeError(
                        f"Neo4j {self.release.version} did not start ({exc}):\n{log[-3000:]}"
                    ) from None
                time.sleep(0.3)


def libraries(release: Release = LTS) -> Path:
    """The folder of the server's jars, fetched by Maven the first time."""
    version = release.version
    given = os.environ.get("INTERLOCK_NEO4J_LIB")
    folder = Path.home() / ".cache" / "interlock" / f"neo4j-{version}"
    for place in filter(None, (given and Path(given), folder)):
        if (place / f"neo4j-{version}.jar").exists():
            return place
    if not shutil.which("mvn"):
        raise Missing(f"Maven fetches the Neo4j {version} server for the tests: {release.get_maven}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        command = ["mvn", "-q", "-B", "-f", str(_POM), f"-Dneo4j.version={version}"]
        command += ["dependency:copy-dependencies", f"-DoutputDirectory={scratch}/lib"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
        except subprocess.TimeoutExpired:
            raise Missing(
                f"Maven did not fetch Neo4j {version} within 15 minutes: {release.get_maven}"
            ) from None
        if done.returncode:
            told = (done.stdout + done.stderr)[-800:]
            raise Missing(f"Maven could not fetch Neo4j {version}: {release.get_maven}\n{told}")
        with contextlib.suppress(OSError):  # another run was first
            os.replace(Path(scratch) / "lib", folder)
    return folder


def java(release: Release = LTS) -> str:
    """A Java that the release runs on: of JAVA<version>_HOME, JAVA_HOME, PATH or the system's usual place."""
    seen = ""
    for candidate in _javas(release.java):
        told = subprocess.run([candidate, "-version"], capture_output=True, text=True, check=False).stderr
        version = re.search(r'version "(\d+)', told)
        if version and int(version[1]) >= release.java:
            return candidate
        seen = f" {candidate} is {(told.splitlines() or ['silent'])[0]};"
    raise Missing(
        f"The Neo4j {release.version} server for the tests needs Java {release.java} or newer:{seen} "
        f"{release.get_java}"
    )


def _javas(version: int) -> Iterator[str]:
    homes = [os.environ.get(f"JAVA{version}_HOME"), os.environ.get("JAVA_HOME")]
    paths = [f"{home}/bin" for home in homes if home]
    paths += [os.environ.get("PATH", ""), *(str(place / "bin") for place in sorted(_JAVAS.glob("*")))]
    yield from filter(None, (shutil.which("java", path=path) for path in paths if path))


@contextlib.contextmanager
def running(
    *,
    release: Release = LTS,
    authentication: bool = True,
    heap: str = "1g",
    settings: Mapping[str, str] | None = None,
    files: Mapping[str, bytes] | None = None,
    bulk: Path | None = None,
    lasting: bool = False,
) -> Generator[Server]:
    """A fresh server; stopped and removed afterwards.

    Args:
        heap: most memory of its Java.
        settings: of neo4j.conf, beside ours.
        files: by path inside its home, written before it starts.
        bulk: a folder of files for its importer, which makes its database of them before it starts.
        lasting: compile as a server that stays does; what is measured needs it.
    """
    program, jars = java(release), libraries(release)
    home = Path(tempfile.mkdtemp(prefix="interlock-neo4j-"))
    port = free_port()
    for name in ("data", "logs", "plugins", "conf"):
        (home / name).mkdir()
    for name, content in (files or {}).items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)
    conf = _configuration(port, authentication, heap) | dict(settings or {})
    text = "".join(f"{key}={value}\n" for key, value in conf.items())
    (home / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")
    command = (
        program, f"-Xmx{heap}", *_compiling(lasting), *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENS),
        "-cp", f"{jars}/*", release.main, f"--home-dir={home}", f"--config-dir={home / 'conf'}",
    )  # fmt: skip
    login = (USER, PASSWORD) if authentication else (None, None)
    server = Server(f"bolt://127.0.0.1:{port}", *login, home, release, command)
    try:
        if bulk is not None:
            bulk_import(bulk, home, release, heap=heap, lasting=lasting)
        server.start()
        yield server
    finally:
        server.stop()  # nothing it holds is worth an orderly end, which takes ten seconds
        shutil.rmtree(home, ignore_errors=True)


def bulk_import(
    folder: Path, home: Path, release: Release = LTS, *, heap: str = "1g", lasting: bool = False
) -> str:
    """Run the script that stands in a folder of files for the importer; what it printed.

    Args:
        home: of a server that does not run, with a folder ``conf`` and without a database ``neo4j``.
    """
    admin = home / "neo4j-admin"
    words = (
        java(release), f"-Xmx{heap}", *_compiling(lasting), *(f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in _OPENS),
        "-cp", f"{libraries(release)}/*", "org.neo4j.cli.AdminTool",
    )  # fmt: skip
    admin.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
    admin.chmod(0o755)
    place = {"NEO4J_ADMIN": str(admin), "NEO4J_HOME": str(home), "NEO4J_CONF": str(home / "conf")}
    done = subprocess.run(
        ["sh", str(folder / "import.sh"), "neo4j"],
        env={**os.environ, **place}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = done.stdout + done.stderr
    if done.returncode:
        raise RuntimeError(f"The importer of Neo4j {release.version} failed:\n{told[-3000:]}")
    return told


def _compiling(lasting: bool) -> tuple[str, ...]:
    # A test's server lives for minutes: the second compiler takes more of the processors than its code gives back.
    return () if lasting else ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")


def _configuration(port: int, authentication: bool, heap: str) -> dict[str, str]:
    return {
        "server.default_listen_address": "127.0.0.1",
        "server.default_advertised_address": "127.0.0.1",
        "server.bolt.listen_address": f"127.0.0.1:{port}",
        "server.http.enabled": "false",
        "server.memory.heap.max_size": heap,
        "server.memory.pagecache.size": "256m",
        "dbms.usage_report.enabled": "false",
        "dbms.security.auth_enabled": str(authentication).lower(),
    }


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
