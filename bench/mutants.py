"""Do the tests notice a fault? Small faults put into the code one at a time, and the tests that reach them run.

make mutants                                             200 faults in the analyses, 200 in the importer
make mutants ARGS="--parts importer --sample 50 --seed 7"
make mutants ARGS="--parts analytics --only graph/analytics/cycles.py --sample 0"   all of one module

Faults are those of cosmic-ray (operators, comparisons, numbers, ``not``, ``break``, loops that do not run,
decorators taken away, exceptions that are not caught). A place is drawn first and one of its faults then: an
operator has eleven, and would otherwise be most of the sample. Annotations are left out: they do nothing.

First the tests of the part run once under coverage, which notes what test runs what line. A fault is then met
by the tests that run its line, quick ones first, until one fails; if all pass, by the other tests of that
module, for what a fixture computed once is noted for the first test that asked. A fault that no test notices
is printed with its line. It may be a gap, or no fault at all: the same result by another way.

"Ended by time" is noticed too: a loop without an end, ten times the time of its tests and a minute.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).parent.parent
SLACK_S = 60
_NOTICED = ("failed", "crashed", "ended by time")


@dataclass(frozen=True)
class Part:
    """Modules, and the tests that are to notice faults in them."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


PARTS = {
    "analytics": Part(
        ("graph/analytics/*.py",),
        (
            "tests/golden", "tests/property", "tests/unit/analytics", "tests/unit/test_path_listing.py",
            "tests/unit/test_stopping.py", "tests/unit/test_dossier.py", "tests/unit/test_wording.py",
            "tests/unit/test_cli_analyse.py", "tests/unit/test_doctests.py",
        ),
    ),
    "importer": Part(
        ("graph/importer.py", "graph/imports/*.py"),
        (
            "tests/unit/test_importer.py", "tests/unit/test_imports.py", "tests/unit/moves/test_bulk.py",
            "tests/contract/test_log_contract.py",
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One change of one place: the ``occurrence``-th that the operator can make in the module."""

    module: str
    line: int
    last: int
    operator: str
    occurrence: int

    def code(self, text: str) -> str:
        """The module with the fault in it."""
        changed = mutate_code(text, get_operator(self.operator)(), self.occurrence)
        assert changed is not None, self
        return changed


@dataclass(frozen=True)
class Reached:
    """What the tests of a part run: tests by module and line, and the seconds of each."""

    by_line: dict[str, dict[int, set[str]]]
    seconds: dict[str, float]

    def near(self, fault: Fault) -> list[str]:
        """The tests that run the lines of the fault, quick ones first."""
        lines = self.by_line.get(fault.module, {})
        return self._quick(set[str]().union(*(lines.get(n, ()) for n in range(fault.line, fault.last + 1))))

    def far(self, fault: Fault) -> list[str]:
        """The other tests that run anything of the module."""
        return self._quick(
            set[str]().union(*self.by_line.get(fault.module, {}).values()) - {*self.near(fault)}
        )

    def _quick(self, tests: set[str]) -> list[str]:
        return sorted(tests, key=lambda test: (self.seconds.get(test, 0.0), test))


def main() -> None:
    """Draw, try and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}; several with a comma"
    )
    parser.add_argument(
        "--sample", type=int, default=200, help="places in each part; 0: one fault at every place"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--only", help="one module of the part, by its path")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="faults tried at the same time")
    given = parser.parse_args()
    if given.sample < 0 or given.jobs < 1:
        parser.error("--sample is 0 or more, --jobs 1 or more")
    unknown = {*given.parts.split(",")} - {*PARTS}
    if unknown:
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in given.parts.split(","):
        modules = [path for pattern in PARTS[name].modules for path in sorted(ROOT.glob(pattern))]
        modules = [path for path in modules if given.only in (None, str(path.relative_to(ROOT)))]
        if not modules:
            parser.error(f"{given.only} is no module of {name}")
        measured(name, PARTS[name], modules, given.sample, given.seed, given.jobs)


def measured(name: str, part: Part, modules: list[Path], sample: int, seed: int, jobs: int) -> None:
    """Try a sample of the faults of a part, and print what became of them."""
    draw = random.Random(seed)
    places = [place for path in modules for place in faults(path)]
    chosen = [
        draw.choice(place) for place in (draw.sample(places, min(sample, len(places))) if sample else places)
    ]
    with tempfile.TemporaryDirectory(prefix="interlock-mutants-") as folder:
        copies: queue.Queue[Path] = queue.Queue()
        for number in range(jobs):
            copies.put(copied(Path(folder) / str(number)))
        home = copies.get()
        reached = coverage(home, part)
        copies.put(home)
        print(f"{name}: {len(chosen)} of {len(places)} places, {len(reached.seconds)} tests", flush=True)
        ends: Counter[str] = Counter()
        with ThreadPoolExecutor(jobs) as pool:
            found = pool.map(lambda one: tried(one, copies, reached), chosen)
            for number, (fault, end) in enumerate(zip(chosen, found, strict=True), 1):
                ends[end] += 1
                print(f"\r{number} of {len(chosen)}", end="", file=sys.stderr, flush=True)
                if end in ("lived", "not reached"):
                    print(
                        f"\n{end}: {fault.module}:{fault.line} {fault.operator}\n{shown(fault)}", flush=True
                    )
    noticed = sum(ends[end] for end in _NOTICED)
    told = ", ".join(f"{end} {ends[end]}" for end in (*_NOTICED, "lived", "not reached"))
    print(f"\n{name}: {noticed} of {len(chosen)} noticed, {noticed / len(chosen):.0%} ({told})\n", flush=True)


def faults(path: Path) -> Iterator[list[Fault]]:
    """The faults of a module, by place."""
    text = path.read_text(encoding="utf-8")
    module, silent = str(path.relative_to(ROOT)), annotations(text)
    places: dict[tuple[tuple[int, int], tuple[int, int]], list[Fault]] = {}
    nodes = list(ast_nodes(get_ast(text)))
    for name in sorted(operator_names()):
        kind = get_operator(name)
        if kind.arguments():
            continue
        operator = kind()
        positions = (place for node in nodes for place in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            if not any(first <= start and end <= last for first, last in silent):
                places.setdefault((start, end), []).append(Fault(module, start[0], end[0], name, occurrence))
    yield from places.values()


def annotations(text: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Where annotations stand: start and end as line and column."""
    found = []
    for node in ast.walk(ast.parse(text)):
        for name in ("annotation", "returns"):
            if isinstance(child := getattr(node, name, None), ast.expr):
                found.append(
                    ((child.lineno, child.col_offset), (child.end_lineno or 0, child.end_col_offset or 0))
                )
    return found


def copied(to: Path) -> Path:
    """A copy of the files that are kept under version control, changed ones as they are."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    return to


def coverage(home: Path, part: Part) -> Reached:
    """Run all tests of a part once and note what runs what.

    Raises:
        SystemExit: a test fails without any fault; its output was printed.
    """
    notes = home / "reached.json"
    words = [sys.executable, "-m", "pytest", *_PYTEST, "-p", "bench.mutants_reached", *part.tests]
    done = subprocess.run(words, cwd=home, env={**os.environ, "INTERLOCK_REACHED": str(notes)}, check=False)
    if done.returncode > 0 or not notes.exists():
        raise SystemExit(f"The tests must pass before faults can be tried (exit code {done.returncode}).")
    told = json.loads(notes.read_text(encoding="utf-8"))
    by_line = {
        module: {int(line): {*tests} for line, tests in lines.items()}
        for module, lines in told["lines"].items()
    }
    return Reached(by_line, told["seconds"])


_PYTEST = ("-q", "-x", "--no-header", "-p", "no:cacheprovider", "-m", "not neo4j and not browser")


def tried(fault: Fault, copies: queue.Queue[Path], reached: Reached) -> str:
    """What became of a fault: ``failed`` (a test did), ``crashed``, ``ended by time``, ``lived`` or ``not
    reached``."""
    near, far = reached.near(fault), reached.far(fault)
    if not near and not far:
        return "not reached"
    home = copies.get()
    place = home / fault.module
    right = place.read_text(encoding="utf-8")
    try:
        place.write_text(fault.code(right), encoding="utf-8")
        for tests in filter(None, (near, far)):
            limit = 10 * sum(reached.seconds.get(test, 0.0) for test in tests) + SLACK_S
            done = _run([sys.executable, "-m", "pytest", *_PYTEST, "--tb=no", *tests], home, limit)
            if done is None:
                return "ended by time"
            if done:
                return "failed" if done > 0 else "crashed"
        return "lived"
    finally:
        place.write_text(right, encoding="utf-8")
        copies.put(home)


def _run(words: list[str], home: Path, limit: float) -> int | None:
    """The exit code of a command, or None if it took longer than the limit and was ended with all it began."""
    with subprocess.Popen(
        words, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            return None


def shown(fault: Fault) -> str:
    """The lines that a fault changes, before and after."""
    right = (ROOT / fault.module).read_text(encoding="utf-8")
    lines = difflib.unified_diff(right.splitlines(), fault.code(right).splitlines(), n=0, lineterm="")
    return "\n".join(f"    {line}" for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---"))


if __name__ == "__main__":
    main()
