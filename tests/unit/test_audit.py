"""The audit says what it could not look at, and fails on findings alone."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FAULT = {"id": "PYSEC-1", "aliases": ["CVE-2026-1"], "fix_versions": ["2"]}


def test_a_known_fault_is_a_finding(audit: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    answer = [{"name": "a", "version": "1", "vulns": [FAULT]}, {"name": "b", "version": "1", "vulns": []}]
    assert audit.judged(answer) == ["a 1: PYSEC-1, mended in ['2']"]
    assert "2 audited" in capsys.readouterr().out


def test_an_index_that_knows_nothing_is_said_and_no_finding(
    audit: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.judged([{"name": "a", "skip_reason": "not found"}]) == []
    assert "NOT AUDITED" in capsys.readouterr().out
    assert audit.judged([{"name": "a", "skip_reason": "x"}, {"name": "b", "version": "1", "vulns": []}]) == []
    assert "1 NOT AUDITED" in capsys.readouterr().out


def test_an_ignored_fault_is_known_by_any_of_its_names(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit, "IGNORED", {"CVE-2026-1": "not reached"})
    assert audit.judged([{"name": "a", "version": "1", "vulns": [FAULT]}]) == []


def test_a_secret_in_a_new_file_is_found_and_a_moved_known_one_is_not(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    known = tmp_path / "tests" / "unit" / "test_secrets.py"
    known.parent.mkdir(parents=True)
    text = (ROOT / "tests" / "unit" / "test_secrets.py").read_text(encoding="utf-8")
    known.write_text("\n\n\n" + text, encoding="utf-8")
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    assert audit.secrets() == []
    key = "AKIA" + "Q3EGR7WTZX2LMNP4"
    (tmp_path / "new.py").write_text(f'aws = "{key}"\n', encoding="utf-8")
    assert [found.partition(":")[0] for found in audit.secrets()] == ["new.py"]


def test_every_file_of_the_baseline_says_why(audit: ModuleType) -> None:
    baseline = json.loads((ROOT / ".secrets.baseline").read_text(encoding="utf-8"))
    assert set(baseline["results"]) == set(audit.NO_SECRETS)
    assert all(audit.IGNORED.values())


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+)`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 10
    for each in named:
        path, _, test = each.partition("::")
        assert (ROOT / path).exists(), each
        assert not test or f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), each
