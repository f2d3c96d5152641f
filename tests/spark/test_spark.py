"""An exported graph in a real Spark: its PageRank and components are ours. ``make spark`` sets it up and runs this."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from graph.analytics.centrality import components
from graph.analytics.compact import Scope
from graph.analytics.spectral import pagerank
from graph.exporter import export_folder
from graph.model import Batch, Entity, Source, Tie
from graph.projection import to_networkx
from graph.store.embedded import EmbeddedStore
from tests.conftest import lacking

ROOT = Path(__file__).parents[2]
PYTHON = Path(os.environ.get("INTERLOCK_SPARK_PYTHON", ROOT / ".venv-spark" / "bin" / "python"))
TYPES = ("SUPPLIES", "PARTNERED_WITH", "OWNS", "MAYBE_SAME_AS")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, bundled: Batch) -> tuple[Path, EmbeddedStore]:
    """The bundled graph, and beside it one at random with parallel ties, other statuses and loners."""
    rng = random.Random(7)
    firms = tuple(Entity(f"x{n}", f"Firm {n}", "company") for n in range(60))
    ties = []
    for number in range(150):
        start, end = rng.sample(firms[:50], 2)
        status = rng.choice(("active", "ended", "planned"))
        ties.append(Tie(f"x{number}", start.id, rng.choice(TYPES), end.id, status, sources=("x",)))
    folder = tmp_path_factory.mktemp("spark")
    store = EmbeddedStore(folder / "store")
    store.upsert(bundled)
    store.upsert(Batch(firms, tuple(ties), (Source("x", "P", "T"),)))
    export_folder(store, folder / "graph", "graphframes")
    return folder, store


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Options that bring GraphFrames into Spark, when Maven has it."""
    lib = tmp_path_factory.mktemp("graphframes") / "lib"
    words = ["mvn", "-q", "-B", "-f", str(Path(__file__).with_name("pom.xml")), "dependency:copy-dependencies",
             "-DexcludeScope=provided", f"-DoutputDirectory={lib}"]  # fmt: skip
    if not shutil.which("mvn") or subprocess.run(words, capture_output=True, check=False).returncode:
        pytest.skip("Maven brings no GraphFrames for Spark on this machine")
    return ["--jars", ",".join(str(jar) for jar in lib.glob("*.jar"))]


def measured(folder: Path, engine: str, options: list[str]) -> tuple[dict[str, float], list[set[str]]]:
    """What the script for users finds: PageRank, and components."""
    if not PYTHON.exists():
        lacking("Spark", "Set it up with: make spark")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        lacking("Java", "Spark needs Java 17 or newer: install it, or set JAVA_HOME.")
    # The user's own session, on two threads and few partitions: the graph is small.
    submit = PYTHON.parent / "spark-submit"
    words = [
        str(submit),
        "--master",
        "local[2]",
        "--conf",
        "spark.sql.shuffle.partitions=2",
        "--conf",
        "spark.ui.enabled=false",
    ]
    words += [
        "--conf",
        "spark.default.parallelism=2",
        *options,
        str(ROOT / "scripts" / "spark" / "measures.py"),
    ]
    environment = {**os.environ, "PYSPARK_PYTHON": str(PYTHON), "SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(
        [*words, str(folder / "graph"), str(folder / engine), "--engine", engine],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    ranks = {row["id"]: row["value"] for row in rows(folder / engine / "pagerank")}
    groups: dict[int, set[str]] = defaultdict(set)
    for row in rows(folder / engine / "components"):
        groups[row["component"]].add(row["id"])
    return ranks, list(groups.values())


def rows(folder: Path) -> list[dict]:
    lines = [line for path in folder.glob("*.json") for line in path.read_text(encoding="utf-8").splitlines()]
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("engine", ["graphx", "graphframes"])
def test_spark_finds_what_we_find(
    engine: str, exported: tuple[Path, EmbeddedStore], request: pytest.FixtureRequest
) -> None:
    folder, store = exported
    options = request.getfixturevalue("packages") if engine == "graphframes" else []
    ranks, groups = measured(folder, engine, options)
    # GraphX is given edges alone, so it does not know entities without any.
    scope = Scope(weight="ties", isolates=engine == "graphframes")
    graph = to_networkx(store)
    ours = pagerank(graph, scope)
    assert len(ours) > 400
    assert ranks.keys() == ours.keys()
    assert max(abs(ranks[key] - ours[key]) for key in ours) < 1e-7
    mine = [set(group.members) for group in components(graph, scope)]
    assert sorted(map(sorted, groups)) == sorted(map(sorted, mine))
