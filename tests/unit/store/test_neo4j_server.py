"""What the machine lacks for a real server is said with the way to get it; under CI it is a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests import conftest, neo4j_server
from tests.neo4j_server import LTS, NEWEST, Missing, java, libraries


def fake_java(folder: Path, version: str) -> Path:
    folder.mkdir(parents=True)
    program = folder / "java"
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n", encoding="utf-8")
    program.chmod(0o755)
    return program


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setenv("INTERLOCK_NEO4J_LIB", str(tmp_path / "lib"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(neo4j_server, "_JAVAS", tmp_path / "jvm")
    for name in ("JAVA_HOME", "JAVA17_HOME", "JAVA25_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_no_java(bare_machine: Path) -> None:
    with pytest.raises(Missing, match=r"Java 17 or newer.*apt-get install"):
        java()
    with pytest.raises(Missing, match=r"2026.*Java 25 or newer.*JAVA25_HOME"):
        java(NEWEST)


def test_no_maven(bare_machine: Path) -> None:
    with pytest.raises(Missing, match=r"Maven.*apt-get install maven"):
        libraries()
    assert not (bare_machine / "lib").exists()


def test_jars_that_are_there_need_no_maven(bare_machine: Path) -> None:
    (bare_machine / "lib").mkdir()
    (bare_machine / "lib" / "neo4j-5.26.30.jar").touch()
    assert libraries() == bare_machine / "lib"
    with pytest.raises(Missing, match="2026"):  # those of one release are not taken for another's
        libraries(NEWEST)


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for Java is a shell script")
def test_an_old_java_is_named_and_a_newer_one_on_the_path_is_taken(
    bare_machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_java(bare_machine / "old" / "bin", "1.8.0_392")
    monkeypatch.setenv("JAVA_HOME", str(bare_machine / "old"))
    with pytest.raises(Missing, match=r"is openjdk version \"1\.8\.0_392\""):
        java()
    newer = fake_java(bare_machine / "path", "21.0.2")
    assert java() == str(newer)


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for Java is a shell script")
def test_each_release_finds_its_own_java(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    older = fake_java(bare_machine / "path", "17.0.15")
    usual = fake_java(bare_machine / "jvm" / "25" / "bin", "25.0.1")
    assert java(LTS) == str(older)
    assert java(NEWEST) == str(usual)
    named = fake_java(bare_machine / "named" / "bin", "26")
    monkeypatch.setenv("JAVA25_HOME", str(bare_machine / "named"))
    assert java(NEWEST) == str(named)


def test_what_is_missing_skips_here_and_fails_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: dict[str, str] = {}
    monkeypatch.setattr(conftest, "_missing", noted)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Neo4j is missing"):
        conftest.lacking("Neo4j", "Install it.")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="CI must have it"):
        conftest.lacking("Neo4j", "Install it.")
    assert noted == {"Neo4j": "Install it."}
