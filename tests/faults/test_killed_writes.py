"""kill -9 during every kind of write of the embedded store: what was before, or what comes after, whole; and the
next write works. Loads are in tests/unit/store/test_killed_imports.py, copies into Neo4j in
tests/unit/moves/test_killed_copy.py."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.import_files import write_triple
from graph.importer import import_records
from graph.model import Batch, Entity
from graph.moves.backup import write_backup
from graph.store.base import LogEntry
from graph.store.embedded import EmbeddedStore
from loaders import read_path
from tests.contract.small import SMALL, everything

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows kills in another way")
ROOT = Path(__file__).parents[2]
ENTRY = LogEntry("mrg-1", "merge", "2026-01-01T00:00:00.000+00:00", "{}", ("a", "b"))
MANY = "Batch(tuple(Entity(f'n{n}', f'N {n}', 'company') for n in range(2_500)))"

# What each does to the store of ``folder``; ``arguments`` are in ``more``.
WRITES = {
    "apply, few": "store.apply(Batch((Entity('x', 'X', 'company'),)), log=[LogEntry('imp-2', 'import', 'now', '{}', ('p',))])",
    "apply, many": f"store.apply({MANY}, log=[LogEntry('imp-2', 'import', 'now', '{{}}', ('p',))])",
    "remove": "store.apply(Batch(), remove=Removal(entities=('acme',), sources=('s1',)))",
    "replace_all": f"store.replace_all({MANY})",
    "clear": "store.clear()",
    "undo": "undo_import(store, more[0])",
    "migrate": "store.migrate()",
    "restore": "restore_backup(store, more[1])",
    "copy": "copy_store(EmbeddedStore(more[2]), store, replace=True)",
}
# Before or after some of these, of those the write comes by, the process ends itself.
STEPS = (
    ("graph.store.embedded_folder", "", "build_schema"),
    ("graph.store.embedded_folder", "", "bulk_write"),
    ("graph.store.embedded_folder", "", "flush_folder"),
    ("graph.store.embedded", "", "make_current"),
    ("graph.store.embedded_folder", "Generation", "drop"),
    ("graph.store.embedded_write", "", "_write_entities"),
    ("graph.store.embedded_write", "", "_new_version"),
    ("graph.store.embedded", "", "write_transaction"),
    ("graph.store.embedded", "", "migrate"),
    ("graph.store.embedded_migrate", "", "build_indexes"),
    ("graph.store.embedded_migrate", "", "cut_keys"),
    ("graph.store.embedded", "", "forget"),
)
CHILD = """
import importlib, json, os, signal, sys
folder, when, work = sys.argv[1:4]
step, steps, more = map(json.loads, sys.argv[4:])
from graph.imports import undo_import
from graph.model import Batch, Entity
from graph.moves.copy import copy_store
from graph.moves.restore import restore_backup
from graph.store.base import LogEntry, Removal
from graph.store.embedded import EmbeddedStore
store = EmbeddedStore(folder)

def hook(module, owner, name):
    place = importlib.import_module(module)
    place = getattr(place, owner) if owner else place
    real = getattr(place, name)
    def hooked(*given, **known):
        print(json.dumps([module, owner, name]), flush=True)
        if [module, owner, name] == step and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*given, **known)
        if [module, owner, name] == step and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    setattr(place, name, hooked)

for found in steps:
    hook(*found)
exec(work)
os._exit(0)
"""


def run(
    folder: Path, work: str, more: list[str], step: tuple[str, ...] = (), when: str = ""
) -> tuple[int, str]:
    """Exit code, and the steps it came by, a line each."""
    values = [json.dumps(value) for value in (step, STEPS, more)]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), when, work, *values],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout


def state(folder: Path) -> tuple[Any, int | None, int]:
    """All records and the log without times, model version, and how many indexes are missing."""
    with EmbeddedStore(folder) as store:
        log = sorted(
            (entry.id, json.loads(entry.summary).get("state"), store.log_parts(entry.id))
            for entry in store.log()
        )
        status = store.status()
        return (everything(store), log), status.model_version, len(status.missing)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """A store of an earlier model with an import that can be undone, and what the writes need besides."""
    folder = tmp_path_factory.mktemp("start")
    with EmbeddedStore(folder / "other") as store:
        store.apply(Batch((Entity("other", "Other", "company"),)), log=[ENTRY])
        write_backup(store, folder / "b.zip")
    with EmbeddedStore(folder / "store") as store:
        store.apply(SMALL, log=[ENTRY])
        report = import_records(store, read_path(write_triple(folder / "triple", 20, 30)))
        database = store._current.database
        database.command("sql", "DROP INDEX `InterlockLogPart[entry]`")
        with database.transaction():
            database.command("sql", "UPDATE InterlockMeta SET model_version = 2")
    return folder / "store", [report.import_id, str(folder / "b.zip"), str(folder / "other")]


@pytest.mark.parametrize("name", WRITES)
def test_a_killed_write_leaves_all_of_before_or_all_of_after(
    name: str, start: tuple[Path, list[str]], tmp_path: Path
) -> None:
    source, more = start
    folder, before = tmp_path / "store", state(source)
    shutil.copytree(source, folder)
    code, told = run(folder, WRITES[name], more)
    assert code == 0
    after = state(folder)
    assert after != before
    passed = [step for step in STEPS if json.dumps(step) in told.splitlines()]
    assert len(passed) >= 3, told
    moments = [(step, when) for step in passed for when in ("before", "after")]
    # The step that makes it count, always; of the others two, others for each write.
    decisive = [each for each in moments if each[0][2] in ("make_current", "_new_version")][-2:]
    others = [each for each in moments if each not in decisive]
    for step, when in [*decisive, *random.Random(name).sample(others, 2)]:
        shutil.rmtree(folder)
        shutil.copytree(source, folder)
        assert run(folder, WRITES[name], more, step, when)[0] == -signal.SIGKILL
        # An index, or the version of the model, may be there before the records are: they hold nothing.
        assert state(folder)[0] in (before[0], after[0]), (step, when)
        assert sum(each.name.startswith("gen-") for each in folder.iterdir()) == 1, (step, when)
    with EmbeddedStore(folder) as store:
        store.upsert(Batch((Entity("next", "Next", "company"),)))
        assert store.entity("next") is not None
