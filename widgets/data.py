"""The store of this app, and what is read from it, cached by data version."""

from __future__ import annotations

from collections import Counter
from typing import Any

import networkx as nx
import streamlit as st

from graph.collector import paused, settled
from graph.dossier import Dossier, dossier
from graph.errors import StoreError
from graph.imports import interrupted
from graph.model import FACT_STATUSES, Entity, Source, Tie
from graph.names import NameIndex
from graph.ontology import ontology
from graph.projection import Filters, graph_of
from graph.queries.catalogue import catalogue
from graph.queries.run import run_query
from graph.settings import load_settings
from graph.stats import Stats, stats
from graph.stopping import watched
from graph.store import Rows, Store, open_store
from graph.store.reading import ReadingStore
from widgets.access import can_edit, must_edit
from widgets.shelf import Shelf


def the_store() -> Store:
    """The store of the settings, for reading; every writing call on it is refused, whoever asks.

    One handle for all sessions of this process.
    """
    return ReadingStore(opened(load_settings().store))


def store_to_change() -> Store:
    """The same store, for writing: the one way to it that the app has.

    Raises:
        EditRefused: the app is read-only, or whoever is signed in is no editor.
    """
    must_edit()
    store = the_store()
    return store.whole if isinstance(store, ReadingStore) else store


@st.cache_resource(show_spinner="Opening the store …")
def opened(place: str) -> Store:
    """The store itself, kept open. For this module alone: pages take one of the two above."""
    return open_store(place)


def interruptions() -> list[str]:
    """What became of imports that were running when the program before this one was killed, as sentences."""
    # To tell it is to put the note away, which is a change.
    return _interruptions(load_settings().store) if can_edit() else []


@st.cache_resource(show_spinner=False)
def _interruptions(place: str) -> list[str]:
    del place  # the key alone
    try:
        return interrupted(store_to_change())
    except StoreError:  # a user who may only read cannot put the note away
        return []


def version() -> str:
    """The store's data version; the key of every cache below."""
    return the_store().data_version()


def statuses(all_of_them: bool) -> tuple[str, ...]:
    """Facts, or every status."""
    return tuple(ontology().statuses) if all_of_them else FACT_STATUSES


def graph(
    *, as_of: str | None, all_statuses: bool, types: tuple[str, ...] | None = None, undated: bool = False
) -> nx.MultiDiGraph:
    """The graph at a date; shared by all sessions, never changed.

    Args:
        undated: also ties whose dates do not tell whether they held then.
    """
    data_version = version()

    def make() -> nx.MultiDiGraph:
        filters = Filters(
            types=frozenset(types) if types else None, statuses=frozenset(statuses(all_statuses)),
            undated=undated,
        )  # fmt: skip
        entities, ties = _records(data_version)
        found = graph_of(entities, ties, filters, as_of=as_of, data_version=data_version)
        settled()
        return found

    return _shelf().get(data_version, (as_of, all_statuses, types, undated), make)


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf:
    return Shelf()


def records() -> tuple[list[Entity], list[Tie]]:
    """Every entity and every tie, in memory; shared by all sessions, never changed."""
    return _records(version())


@st.cache_resource(show_spinner=False, max_entries=1)
def _records(data_version: str) -> tuple[list[Entity], list[Tie]]:
    # Read once: every other date or choice of types is a graph made of the same records.
    with paused():
        found = list(watched(the_store().entities())), list(watched(the_store().ties()))
    settled()
    return found


def the_dossier(entity_id: str, as_of: str | None, all_statuses: bool) -> Dossier:
    """What is recorded about an entity."""
    return _dossier(version(), entity_id, as_of, all_statuses)


@st.cache_resource(show_spinner=False, max_entries=200)
def _dossier(data_version: str, entity_id: str, as_of: str | None, all_statuses: bool) -> Dossier:
    return dossier(the_store(), entity_id, as_of=as_of, statuses=statuses(all_statuses))


def the_stats() -> Stats:
    """Counts of the store."""
    return _stats(version())


@st.cache_resource(show_spinner=False, max_entries=4)
def _stats(data_version: str) -> Stats:
    return stats(the_store())


def names() -> NameIndex:
    """The name index."""
    return _names(version())


@st.cache_resource(show_spinner=False, max_entries=1)
def _names(data_version: str) -> NameIndex:
    entities, ties = _records(data_version)
    with paused():
        index = NameIndex(entities, Counter(end for tie in ties for end in (tie.from_id, tie.to_id)))
    settled()
    return index


def sources_of(ties: list[Tie]) -> dict[str, Source]:
    """The sources that ties cite, by id."""
    wanted = tuple(sorted({key for tie in ties for key in tie.sources}))
    return {source.id: source for source in _sources(version(), wanted)}


@st.cache_resource(show_spinner=False, max_entries=200)
def _sources(data_version: str, ids: tuple[str, ...]) -> tuple[Source, ...]:
    return tuple(the_store().sources(ids))


def all_sources() -> list[dict[str, Any]]:
    """Every source with the number of ties that cite it."""
    return _all_sources(version())


@st.cache_data(show_spinner=False, max_entries=4)
def _all_sources(data_version: str) -> list[dict[str, Any]]:
    cited: dict[str, int] = {}
    for tie in _records(data_version)[1]:
        for key in tie.sources:
            cited[key] = cited.get(key, 0) + 1
    return [
        {
            "id": source.id,
            "publisher": source.publisher,
            "title": source.title,
            "date": source.date,
            "language": source.language,
            "url": source.url,
            "ties": cited.get(source.id, 0),
        }
        for source in the_store().sources()
    ]


def ties_citing(source_id: str) -> list[Tie]:
    """The ties that rest on a source."""
    return _ties_citing(version(), source_id)


@st.cache_resource(show_spinner=False, max_entries=100)
def _ties_citing(data_version: str, source_id: str) -> list[Tie]:
    return [tie for tie in _records(data_version)[1] if source_id in tie.sources]


def answer(query_id: str, values: dict[str, Any]) -> Rows:
    """Rows of a saved query."""
    query = catalogue().get(query_id)
    # The text is part of the key: a query may be replaced while the app runs.
    return _answer(version(), query_id, query.text, tuple(sorted(values.items())))


@st.cache_resource(show_spinner=False, max_entries=100)
def _answer(data_version: str, query_id: str, text: str, values: tuple[tuple[str, Any], ...]) -> Rows:
    return run_query(the_store(), catalogue().get(query_id), dict(values))
