"""Numbers that would end the process are refused before the parser sees them."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest

from graph.errors import LoadError
from loaders.json_guard import JsonGuard
from loaders.source_file import SourceFile


@pytest.mark.parametrize("lead", [0, 1, 999, 65_000, 65_535])
def test_a_run_of_digits_is_found_wherever_it_lies(lead: int) -> None:
    guard = JsonGuard(io.BytesIO(b" " * lead + b"9" * 4400 + b" " * 70_000))
    with pytest.raises(ValueError, match="thousand digits"):
        list(iter(lambda: guard.read(1 << 16), b""))


def test_what_a_file_holds_comes_through() -> None:
    data = b"[" + b"9" * 900 + b"," + b"x" * 100_000 + b"]"
    guard = JsonGuard(io.BytesIO(data))
    assert b"".join(iter(lambda: guard.read(1 << 16), b"")) == data


def test_an_array_with_such_a_number_is_refused_and_nothing_crashes(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": 1}, ' + "9" * 9000 + "]")
    # In a process of its own: without the guard the interpreter itself dies here.
    script = (
        "import sys; from graph.errors import LoadError; from loaders.source_file import SourceFile\n"
        "source = SourceFile(sys.argv[1])\n"
        "try: list(source.json_items(source.members[0]))\n"
        "except LoadError: print('refused')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.strip() == "refused"
    source = SourceFile(path)
    with pytest.raises(LoadError, match="thousand digits"):
        list(source.json_items(source.members[0]))
