"""Files that were damaged by accident or on purpose: every reader reads them or refuses them in our words,
and a store that they are loaded into stays whole."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.errors import ExplorerError, LoadError
from graph.importer import import_records
from graph.imports import Stage, undo_import
from graph.model import Item, Placed, Problem, Record, Skipped
from graph.ontology import check
from graph.store import Store
from graph.store.embedded import EmbeddedStore
from loaders import FORMATS, ReadOptions, plan
from loaders.mapping import guess_mapping, write_mapping
from loaders.source_file import SourceFile
from tests.unit.loaders.formats import FIXTURES, MAPPED, files_of
from tests.unit.loaders.reading_checks import spoilt_bytes

BROKEN = [FIXTURES / "triple" / "broken" / "entities.csv"]
SEEDS = {format_id: files_of(format_id) for format_id in FORMATS} | {"mapped": [MAPPED], "broken": BROKEN}
DEEP = "@deep@"
TEXTS = [
    "", " ", "null", "\x00", "\x1f", "\ud800", "a\udfffb", "x" * 100_000, "3201-01-01", "0000-00-00", "31/31/2020",
    "1,5 Mio EUR", "-5", "-1e400", "1e999999", "9" * 400, "9" * 5000, "0.1.2", "NaN", "inf", "25-50 %", "150%",
    "<script>alert(1)</script>", "=cmd()|' /C calc'!A0", "&amp;&lt;", "]]>", '"', "'", ";", "\n", "\u202eabc",
    "\ufeff", "Q1", "../../etc/passwd", "http://", "javascript:alert(1)", "true", "None", "#NAME?", "٣", "²",
    "2020-02-30T25:61:61Z", "e" * 501, "a\u0000b", "lei:", ":", "::", "person", "USD", "\U0001f9ee", DEEP,
]  # fmt: skip
VALUES: list[Any] = [
    None, True, False, 0, -1, 2**63, -(2**63) - 1, 10**40, 1.5, -0.0, 1e308, [], {}, [[]], [None, {}], [""], {"": ""},
    {"a": {"b": [1]}}, ["a", 7, None], [{"id": []}], {"id": None}, *TEXTS,
]  # fmt: skip


def spots(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every value inside a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from spots(item, (*path, key))


def put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """The JSON value with another one at the end of the way."""
    if not path:
        return new
    value[path[0]] = put(value[path[0]], path[1:], new)
    return value


def json_text(value: Any) -> str:
    """JSON with half characters as escapes, and a value nested beyond reason."""
    return json.dumps(value).replace(f'"{DEEP}"', "[" * 3000 + "]" * 3000)


@st.composite
def spoilt_json(draw: st.DrawFn, text: str) -> bytes:
    """A JSON value, or one of the lines that are JSON values, with other values in it."""
    lines = text.splitlines()
    try:
        whole: Any = json.loads(text)
    except ValueError:
        number = draw(st.integers(0, len(lines) - 1))
        try:
            whole = json.loads(lines[number])
        except ValueError:
            return text.encode()
    else:
        number = -1
    for _ in range(draw(st.integers(1, 3))):
        new = deepcopy(draw(st.sampled_from(VALUES)))
        whole = put(whole, draw(st.sampled_from(list(spots(whole)))), new)
    found = json_text(whole)
    if number >= 0:
        found = "\n".join([*lines[:number], found, *lines[number + 1 :]])
    return found.encode("utf-8", "surrogatepass")


@st.composite
def spoilt_xml(draw: st.DrawFn, text: str) -> bytes:
    """XML with another text in an element or attribute, as it stands or escaped."""
    for _ in range(draw(st.integers(1, 3))):
        places = [
            found.span(1) for found in re.finditer(r'>([^<>]*)<|="([^"<>]*)"', text) if found[1] is not None
        ]
        places += [found.span(1) for found in re.finditer(r'="([^"<>]*)"', text)]
        if not places:
            break
        start, end = draw(st.sampled_from(places))
        new = draw(st.sampled_from(TEXTS)).replace(DEEP, "<a>" * 600 + "</a>" * 600)
        if draw(st.booleans()):
            new = new.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        text = text[:start] + new + text[end:]
    return text.encode("utf-8", "surrogatepass")


@st.composite
def spoilt_table(draw: st.DrawFn, text: str) -> bytes:
    """A table with other texts in some cells."""
    mark = max(",;|\t", key=text.split("\n", 1)[0].count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    for _ in range(draw(st.integers(1, 3))):
        # Without its header a table is no table: that is tried, but not half of the time.
        filled = [row for row in rows if row]
        row = draw(st.sampled_from((filled[1:] * 3 + filled[:1]) or [[""]]))
        row[draw(st.integers(0, len(row) - 1))] = draw(st.sampled_from(TEXTS)).replace(DEEP, "[" * 3000)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=mark).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


@st.composite
def spoilt_lines(draw: st.DrawFn, data: bytes) -> bytes:
    """Lines in another order, some of them gone, some there twice."""
    lines = data.splitlines(keepends=True) or [b""]
    action = draw(st.sampled_from(["shuffle", "take away", "twice", "first"]))
    if action == "shuffle":
        lines = draw(st.permutations(lines)) if len(lines) < 40 else lines[::-1]
    elif action == "first":
        lines = lines[: draw(st.integers(0, len(lines)))]
    else:
        for _ in range(draw(st.integers(1, 3))):
            at = draw(st.integers(0, max(0, len(lines) - 1)))
            lines[at : at + 1] = [] if action == "take away" else lines[at : at + 1] * 2
    return b"".join(lines)


def texts_of(path: Path) -> Callable[[str], st.SearchStrategy[bytes]]:
    head = path.read_bytes()[:2000].lstrip()
    if head.startswith((b"{", b"[")):
        return spoilt_json
    return spoilt_xml if b"<" in head[:1000] else spoilt_table


@st.composite
def spoilt(draw: st.DrawFn, path: Path) -> tuple[str, bytes]:
    """A name and the bytes of a spoilt file."""
    data = path.read_bytes()
    action = draw(st.sampled_from(["values", "values", "values", "lines", "bytes", "packed"]))
    if action == "values":
        return path.name, draw(texts_of(path)(data.decode("utf-8", "replace")))
    if action == "lines":
        return path.name, draw(spoilt_lines(data))
    if action == "bytes":
        return path.name, draw(spoilt_bytes(data))
    packed = gzip.compress(data, mtime=0)
    if draw(st.booleans()):
        return f"{path.name}.gz", draw(spoilt_bytes(packed))
    return f"{path.name}.gz", packed[: draw(st.integers(0, len(packed)))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a mapping for the table that needs one; every example writes its file anew."""
    made = tmp_path_factory.mktemp("spoilt")
    write_mapping(guess_mapping(SourceFile(MAPPED)), made / "mapping.yaml")
    return made


def items_of(seed: str, path: Path, beside: list[Path], folder: Path) -> list[Item]:
    """Everything that is read of a file, by its own reader or by whichever takes it."""
    options = ReadOptions(mapping=folder / "mapping.yaml") if seed == "mapped" else None
    try:
        planned = plan([path, *beside], options=options)
    except LoadError:
        # Nobody takes it any more: its own reader is asked all the same.
        planned = plan([path], {"mapped": "table", "broken": "triple"}.get(seed, seed), options)
    return list(planned.items())


def drawn(data: st.DataObject, seed: str, folder: Path) -> tuple[Path, list[Path]]:
    """A spoilt file and, at times, the whole ones that lie beside it."""
    original = data.draw(st.sampled_from(SEEDS[seed]))
    name, content = data.draw(spoilt(original))
    path = folder / name
    path.write_bytes(content)
    others = [other for other in SEEDS[seed] if other.parent == original.parent and other != original]
    return path, others if data.draw(st.booleans()) else []


@pytest.mark.parametrize("seed", SEEDS)
@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_spoilt_file_is_read_or_refused(seed: str, folder: Path, data: st.DataObject) -> None:
    path, beside = drawn(data, seed, folder)
    items: list[Item] = []
    # Anything else that is raised ends the test.
    with suppress(ExplorerError):
        items = items_of(seed, path, beside, folder)
    path.unlink()
    stage = Stage(None, strict=strict(seed)).read(items)
    changes = {} if stage.refused else stage.records()[1]
    report = stage.report(changes, written=False, dry_run=True)
    places = {
        (item.place.path, item.place.line) for item in items if isinstance(item, Placed | Problem | Skipped)
    }
    assert report.read == len(places) == report.accepted + report.rejected + report.skipped


def strict(seed: str) -> bool:
    """Whether one wrong row turns the whole down."""
    return seed in ("triple", "broken")


def everything(store: Store) -> dict[tuple[str, str], tuple[Record, str | None]]:
    records: list[Record] = [*store.entities(), *store.ties(), *store.sources()]
    return {(type(record).__name__, record.id): (record, record.origin) for record in records}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Generator[EmbeddedStore]:
    """A store that holds a part of the fixtures, so that spoilt ones change something as well."""
    with EmbeddedStore(tmp_path_factory.mktemp("store") / "store") as store:
        for name in (
            "ftm/typical.ftm.json",
            "bods/typical-0.4.json",
            "graph_files/typical.graphml",
            "gleif/lei.csv",
        ):
            import_records(store, plan([FIXTURES / name]).items(), strict=False)
        yield store


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_store_stays_whole_or_as_it_was(folder: Path, filled: EmbeddedStore, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(sorted(SEEDS)))
    path, beside = drawn(data, seed, folder)
    before = everything(filled)
    try:
        items = items_of(seed, path, beside, folder)
        report = import_records(filled, items, strict=strict(seed))
    except ExplorerError:
        assert everything(filled) == before
        return
    finally:
        path.unlink()
    assert report.read == report.accepted + report.rejected + report.skipped
    after = everything(filled)
    if report.import_id is None:
        assert after == before
        return
    assert [*filled.begun()] == []
    for (sort, _), (record, _) in after.items():
        check(record)
        if sort == "Tie":
            assert {("Entity", record.from_id), ("Entity", record.to_id)} <= after.keys()
            assert {("Source", key) for key in record.sources} <= after.keys()
    again = import_records(filled, items, strict=strict(seed))
    assert again.import_id is None, "the same again changes nothing"
    undo_import(filled, report.import_id)
    assert everything(filled) == before
