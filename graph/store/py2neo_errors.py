"""What the object view takes from py2neo, the message when it is not there, and its errors in our words."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

from graph.errors import ExplorerError, FeatureMissing
from graph.store.neo4j_errors import translate, without_credentials

try:
    # Not the package itself: it hides an error while its parts are imported.
    from py2neo.database import Graph
    from py2neo.errors import (
        ConnectionBroken,
        ConnectionLimit,
        ConnectionUnavailable,
        Neo4jError,
        ServiceUnavailable,
    )
    from py2neo.ogm import Model, Property
except ImportError as exc:
    raise FeatureMissing(
        "py2neo is not installed; only this object view needs it.",
        hint='In the checkout: .venv/bin/python -m pip install -e ".[py2neo]"',
    ) from exc

__all__ = [
    "FAILURES", "Graph", "Model", "Neo4jError", "Property", "failures", "in_our_words", "is_passing",
]  # fmt: skip

_UNLIMITED_S = 3_600.0
FAILURES: tuple[type[Exception], ...] = (
    Neo4jError,
    ConnectionBroken,
    ConnectionLimit,
    ConnectionUnavailable,
    ServiceUnavailable,
    OSError,
)
"""What py2neo raises when the server refuses or does not answer."""


@contextmanager
def failures(graph: Graph, *, writing: bool = False) -> Generator[None]:
    """Errors of py2neo and the server inside the block as those of :mod:`graph.errors`.

    Args:
        writing: whether it is our own writing that may fail.
    """
    try:
        yield
    except FAILURES as exc:
        raise in_our_words(exc, graph, writing=writing) from exc


def in_our_words(error: Exception, graph: Graph, *, writing: bool = False) -> ExplorerError:
    """One error of py2neo as one of ours; it never repeats the user or the password."""
    service: Any = graph.service
    location = without_credentials(service.uri)
    # What the server said may stand behind what py2neo made of it: a refused log-in shows as a connection
    # that cannot be had, and a refused commit as one that broke.
    said = next((exc for exc in _chain(error) if isinstance(exc, Neo4jError)), None)
    found: Any = said if said is not None else OSError(str(error))
    return translate(found, location, graph.name, _UNLIMITED_S, writing=writing)


def is_passing(error: Exception) -> bool:
    """Whether the same work may succeed when it is done again, such as after a deadlock."""
    return any(isinstance(exc, Neo4jError) and exc.should_retry() for exc in _chain(error))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
