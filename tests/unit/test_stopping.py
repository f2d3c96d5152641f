"""Work that is asked to stop ends at its next look, changes nothing, and leaves what it used in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import networkx as nx
import pytest

from graph.analytics.centrality_methods import measured
from graph.analytics.communities import communities
from graph.analytics.compact import Scope
from graph.analytics.conflicts import conflicts
from graph.analytics.paths import best_paths
from graph.errors import QueryTimeout
from graph.importer import commit
from graph.imports import Stage
from graph.model import Batch, Entity, Place, Placed
from graph.projection import graph_of
from graph.stopping import Stopped, checkpoint, stoppable, watched
from graph.store.base import RowStream
from graph.store.deadline import Watched
from graph.store.embedded import EmbeddedStore


def asked() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


def test_nothing_stops_work_that_nobody_can_stop() -> None:
    checkpoint()
    assert list(watched("ab")) == ["a", "b"]


def test_only_the_thread_that_was_asked_stops() -> None:
    went_on: list[bool] = []

    def other() -> None:
        checkpoint()
        went_on.append(True)

    with stoppable(asked()):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        with pytest.raises(Stopped):
            checkpoint()
    checkpoint()
    assert went_on == [True]


def test_stopped_is_no_error_that_a_handler_of_errors_would_take() -> None:
    assert not issubclass(Stopped, Exception)


@pytest.mark.parametrize(
    "work",
    [
        lambda graph: best_paths(graph, "openai", "cerebras"),
        lambda graph: communities(graph),
        lambda graph: conflicts(graph),
        lambda graph: measured(graph, "pagerank", Scope()),
        lambda graph: measured(graph, "harmonic", Scope()),
    ],
    ids=["paths", "communities", "conflicts", "pagerank", "harmonic"],
)
def test_an_analysis_stops_and_can_be_run_again_on_the_same_graph(
    bundled: Batch, work: Callable[[nx.MultiDiGraph], object]
) -> None:
    graph = graph_of(bundled.entities, bundled.ties)
    with stoppable(asked()), pytest.raises(Stopped):
        work(graph)
    assert work(graph)


def test_reading_a_graph_stops(bundled: Batch) -> None:
    with stoppable(asked()), pytest.raises(Stopped):
        graph_of(bundled.entities, bundled.ties)


class Stuck(RowStream):
    """An engine that works on one row and does not look at the clock."""

    def __init__(self, gate: threading.Event) -> None:
        self.columns = ("n",)
        self._gate = gate
        self.closed = threading.Event()

    def __next__(self) -> tuple[object, ...]:
        self._gate.wait()
        raise StopIteration

    def close(self) -> None:
        self.closed.set()


def test_a_query_is_left_at_once_and_closed_when_the_engine_comes_back() -> None:
    gate, stop, let_go = threading.Event(), threading.Event(), list[int]()
    inner = Stuck(gate)
    threading.Timer(0.2, stop.set).start()
    began = time.monotonic()
    with stoppable(stop), pytest.raises(Stopped):
        Watched(lambda: inner, 600, lambda: let_go.append(1))
    assert time.monotonic() - began < 300
    assert let_go == [1]
    gate.set()
    assert inner.closed.wait(60)


def test_a_limit_holds_for_work_that_can_be_stopped() -> None:
    gate = threading.Event()
    with stoppable(threading.Event()), pytest.raises(QueryTimeout):
        Watched(lambda: Stuck(gate), 0.01)
    gate.set()


def test_an_import_that_is_stopped_while_it_writes_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    stop = threading.Event()

    def rows() -> Iterator[Placed]:
        for number in range(12_000):
            kind = "company" if number % 2 else "person"  # told one after the other
            yield Placed(Entity(f"e{number}", f"Entity {number}", kind), Place("rows.csv", number + 2))

    def progress(done: int, total: int) -> None:
        if done < total:
            stop.set()
        checkpoint()

    with EmbeddedStore(tmp_path / "store") as store:
        store.upsert(Batch((Entity("before", "Before", "company"),)))
        version = store.data_version()
        with stoppable(stop):
            stage = Stage(store).read(rows())
            with pytest.raises(Stopped):
                commit(store, stage, progress=progress)
        assert [entity.id for entity in store.entities()] == ["before"]
        assert store.data_version() == version
        assert not store.begun()
        commit(store, Stage(store).read(rows()))
        assert store.counts().entities == 12_001
