"""LittleSis: answers of its API and its bulk files, as JSON arrays or lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from graph.model import Entity, Item, Place, Placed, Problem, Skipped, Source
from graph.ontology import ID_MAX
from loaders import ReadOptions
from loaders.json_values import (
    UnreadKeys,
    as_id,
    as_list,
    as_object,
    as_text,
    as_texts,
    row_digest,
    row_object,
)
from loaders.littlesis_ties import READ_BY_TIES, littlesis_id, relationship_ties
from loaders.seen import Seen
from loaders.source_file import Member, SourceFile
from loaders.values import RowReader, http_url, read_date

PUBLISHER = "LittleSis (Public Accountability Initiative)"
_HOME = "https://littlesis.org/"
_DOCUMENT = re.compile(rb'\{\s*"(?:data|meta|included|links)"\s*:')
_ENTITY = re.compile(rb'"primary_ext"\s*:')
_RELATIONSHIP = re.compile(rb'"entity[12]_id"\s*:')
_CATEGORY = re.compile(rb'"category_id"\s*:')
_GOVERNMENT = frozenset({"government body", "governmentbody", "government advisory body"})
_COMPANY = frozenset({
    "business", "public company", "private company", "privately held company", "law firm", "lobbying firm",
    "public relations firm", "consulting firm", "media organization", "publiccompany", "privatecompany",
    "lawfirm", "lobbyingfirm", "publicrelationsfirm", "consultingfirm", "mediaorg",
})  # fmt: skip
_INVESTOR = frozenset({"private equity firm", "hedge fund", "venture capital firm", "investment firm"})
_READ_BY_ENTITIES = frozenset({
    "id", "name", "blurb", "summary", "primary_ext", "types", "aliases", "start_date", "end_date",
    "extensions", "updated_at", "link_count",
})  # fmt: skip
_WRAPPER = frozenset({"type", "id", "attributes", "links", "self", "entity", "related"})


class LittleSisLoader:
    """Entities and relationships in any mix; of one file or several."""

    format_id = "littlesis"
    title = "LittleSis JSON: API and bulk files"
    strict = False

    def __init__(self, options: ReadOptions) -> None:
        self._options = options

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the first kilobytes hold a key that only LittleSis has."""
        head = source.head(member)
        if not head.startswith((b"{", b"[")):
            return False
        return bool(_ENTITY.search(head) or (_RELATIONSHIP.search(head) and _CATEGORY.search(head)))

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every entity and relationship. Reads each file twice; keeps some 16 bytes for each row.

        Raises:
            LoadError: a file is no whole JSON.
        """
        kinds = _Kinds()
        for member in source.members:
            for found in _values(source, member):
                if isinstance(found, tuple):
                    kinds.note(found[1])
        rows = Seen()
        unread = UnreadKeys(_READ_BY_ENTITIES | READ_BY_TIES)
        cited: set[str] = set()
        for member in source.members:
            for found in _values(source, member):
                if isinstance(found, Problem):
                    yield found
                    continue
                number, value = found
                yield from self._row(member, number, value, kinds, rows, unread, cited)
        yield from unread.items()

    def _row(
        self,
        member: Member,
        number: int,
        value: object,
        kinds: _Kinds,
        rows: Seen,
        unread: UnreadKeys,
        cited: set[str],
    ) -> Iterator[Item]:
        place = Place(member.shown, number)
        row = row_object(place, value)
        if isinstance(row, Problem):
            yield row
            return
        attributes = _attributes(row)
        if not rows.add(("row", str(row_digest(row)))):
            yield Skipped(place, "duplicate", "the same row stands in the files before")
            return
        unread.see(member.shown, attributes)
        unread.see(member.shown, {key: item for key, item in row.items() if key not in _WRAPPER})
        reader = RowReader(place)
        if "entity1_id" in attributes or "entity2_id" in attributes:
            source = _source(member, self._options)
            found = relationship_ties(attributes, row, source.id, reader, kinds.of)
            if isinstance(found, Problem | Skipped):
                yield found
                return
            if not rows.add(("tie", found[0].id)):
                yield Skipped(
                    place, "superseded", "another version of the relationship stands in the files before"
                )
                return
            if source.id not in cited:
                cited.add(source.id)
                yield Placed(source, place)
            yield from (Placed(tie, place) for tie in found)
        elif "primary_ext" in attributes or as_text(row.get("type")) == "entities":
            entity = _entity(attributes, row, reader)
            if entity is None:
                yield Problem(place, "id", "", "the entity has no id.", "Every entity needs its own.")
                return
            yield Placed(entity, place)
        else:
            yield Problem(
                place, "type", str(row.get("type"))[:200], "the row is neither an entity nor a relationship."
            )
            return
        yield from reader.remarks


def _values(source: SourceFile, member: Member) -> Iterator[tuple[int, Any] | Problem]:
    """The rows of a file, whatever it wraps them in, with numbers that tell them apart."""
    if not _DOCUMENT.match(source.head(member)):
        yield from source.json_items(member)
        return
    number = 0
    for path in ("data.item", "data", "included.item"):
        if path == "data" and number:
            continue
        for found in source.json_items(member, path):
            if isinstance(found, Problem):
                yield found
            elif not (path == "data" and isinstance(found[1], list)):
                number += 1
                yield number, found[1]


def _attributes(row: Mapping[str, Any]) -> Mapping[str, Any]:
    inner = as_object(row.get("attributes"))
    return inner or row


class _Kinds:
    """Which entities are people and which are governments: few types of ties join those to anything."""

    def __init__(self) -> None:
        self._seen = Seen()

    def note(self, value: object) -> None:
        """Look at a row."""
        row = as_object(value)
        attributes = _attributes(row)
        kind = _kind(as_text(attributes.get("primary_ext")), as_texts(attributes.get("types")))
        key = littlesis_id(attributes.get("id")) or littlesis_id(row.get("id"))
        if key is not None and kind in ("person", "government"):
            self._seen.add((kind, key))

    def of(self, key: str) -> str | None:
        """The kind of an entity; None when it is another or not known."""
        return next((kind for kind in ("person", "government") if (kind, key) in self._seen), None)


def _source(member: Member, options: ReadOptions) -> Source:
    return Source(
        f"littlesis:{member.name}"[:ID_MAX],
        options.publisher or PUBLISHER,
        f"LittleSis data, {member.name}",
        read_date(options.date)[0],
        http_url(options.url) or _HOME,
    )


def _entity(attributes: Mapping[str, Any], row: Mapping[str, Any], reader: RowReader) -> Entity | None:
    key = littlesis_id(attributes.get("id")) or littlesis_id(row.get("id"))
    if key is None:
        return None
    name = as_text(attributes.get("name"))
    if name is None:
        reader.remark("name", "", "there is no name; the id stands in for it")
        name = key
    types = as_texts(attributes.get("types"))
    kind = _kind(as_text(attributes.get("primary_ext")), types)
    begun = reader.date("start_date", as_text(attributes.get("start_date")))
    over = reader.date("end_date", as_text(attributes.get("end_date")))
    aliases = (alias for alias in as_texts(attributes.get("aliases")) if alias != name)
    words = "died" if kind == "person" else "ended"
    return Entity(
        key,
        name,
        kind,
        aliases=tuple(aliases),
        founded=begun[:4] if begun and kind != "person" else None,
        sectors=tuple(dict.fromkeys(slug for text in types if (slug := _slug(text)) not in _PLAIN)),
        description=as_text(attributes.get("blurb")) or as_text(attributes.get("summary")),
        identifiers=(key, *_registers(attributes)),
        born=begun[:7] if begun and kind == "person" else None,
        note=f"{words} {over}" if over else None,
    )


_PLAIN = frozenset({"", "person", "organization", "org"})


def _kind(extension: str | None, types: list[str]) -> str:
    if extension == "Person":
        return "person"
    if extension is None:
        return "party"
    found = {text.lower() for text in types}
    for kind, words in (("government", _GOVERNMENT), ("investor", _INVESTOR), ("company", _COMPANY)):
        if found & words:
            return kind
    return "organization"


def _registers(attributes: Mapping[str, Any]) -> Iterator[str]:
    """CIKs in the details of a public company."""
    extensions = as_object(attributes.get("extensions"))
    for item in extensions.values():
        for number in as_list(as_object(item).get("sec_cik")):
            text = as_id(number)
            if text and re.fullmatch(r"\d{1,10}", text, re.ASCII) and int(text):
                yield f"cik:{text.zfill(10)}"


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[^\W_]+", text.lower()))
