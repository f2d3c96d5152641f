"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
import pkgutil
from importlib import import_module

import pytest

import graph
import loaders

MODULES = sorted(
    found.name
    for package in (graph, loaders)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_run(name: str) -> None:
    found = doctest.testmod(import_module(name))
    assert found.failed == 0


def test_there_are_examples() -> None:
    tests = (test for name in MODULES for test in doctest.DocTestFinder().find(import_module(name)))
    assert sum(bool(test.examples) for test in tests) >= 20
