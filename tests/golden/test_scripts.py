"""The scripts that users copy run as they stand, and say what they computed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graph.model import Batch
from graph.store.embedded import EmbeddedStore

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, bundled: Batch) -> Path:
    """A store with the bundled data, closed again, so that another process can open it."""
    place = tmp_path_factory.mktemp("scripts") / "store"
    with EmbeddedStore(place) as store:
        store.upsert(bundled)
    return place


def run(script: str, *arguments: str) -> str:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("INTERLOCK_")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / script), *arguments],
        capture_output=True, text=True, check=False, env={**environment, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_scripts() -> None:
    assert len(SCRIPTS) >= 4


@pytest.mark.parametrize("script", [path.name for path in SCRIPTS])
def test_each_says_what_it_computed(script: str, folder: Path) -> None:
    said = run(script, "--store", str(folder), "--top", "3")
    assert "data version" in said
    assert re.search(r"directed|undirected|from taker to giver", said)
    assert "left out" in said


def test_money_by_hand(folder: Path) -> None:
    said = run("central_in_money.py", "--store", str(folder), "--top", "5")
    assert "NVIDIA" in said
    # Facts among INVESTED_IN, LENT_TO and OWNS, counted in the file.
    import csv

    with (ROOT / "data" / "relationships.csv").open(newline="", encoding="utf-8") as file:
        facts = sum(
            row["type"] in ("INVESTED_IN", "LENT_TO", "OWNS")
            and row["status"] in ("active", "completed", "ended")
            for row in csv.DictReader(file)
        )
    assert f"{facts} ties" in said


def test_the_years_grow(folder: Path) -> None:
    said = run("centrality_by_year.py", "--store", str(folder), "--from", "2016", "--to", "2018")
    years = re.findall(r"^(\d{4})\s+(\d+) ties", said, re.MULTILINE)
    assert [year for year, _ in years] == ["2016", "2017", "2018"]
    assert ("2017", "48") in years


def test_the_blocks_of_the_readme_run(folder: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    said: list[str] = []
    for block in blocks:
        done = subprocess.run(
            [sys.executable, "-c", block], capture_output=True, text=True, check=False, cwd=ROOT,
            env={**os.environ, "INTERLOCK_STORE": str(folder), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said.append(done.stdout)
    assert len(said) == 2
    assert len(said[0].splitlines()) == 6
    assert "('2024-01', '2024-06') 7569 to 7738" in said[1]
