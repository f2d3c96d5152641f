"""A plug-in for pytest that notes what lines of ``graph/`` each test runs, into the file INTERLOCK_REACHED."""

from __future__ import annotations

import json
import os
from collections.abc import Generator
from pathlib import Path

import coverage
import pytest

_watch = coverage.Coverage(data_file=None, source=["graph"])
_seconds: dict[str, float] = {}


def pytest_sessionstart() -> None:
    """Begin before any module of ours is read, so that what runs at import is known too."""
    _watch.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """What runs from here belongs to this test."""
    _watch.switch_context(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """How long it took, its fixtures included."""
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration


def pytest_sessionfinish() -> None:
    """Write it down."""
    _watch.stop()
    data, root = _watch.get_data(), Path.cwd()
    lines = {
        str(Path(file).relative_to(root)): {
            line: [test for test in tests if test]
            for line, tests in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }  # fmt: skip
    told = json.dumps({"lines": lines, "seconds": _seconds})
    Path(os.environ["INTERLOCK_REACHED"]).write_text(told, encoding="utf-8")
