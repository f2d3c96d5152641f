"""What the readers of EDGAR's small forms share: each filing is read twice, the newest one first."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from graph.errors import LoadError
from graph.model import Entity, Item, Place, Placed, Problem, Skipped, Source, Tie, Unread
from loaders import ReadOptions
from loaders.sec_filing import Document, Header, Lines, documents, family, leaves_not_read
from loaders.source_file import Member, SourceFile
from loaders.values import made_id
from loaders.xml_file import Element

_FIRMNESS = ("party", "organization", "company", "investor", "government", "person")


@dataclass(frozen=True, slots=True)
class Filing:
    """A filing as the first reading found it.

    Attributes:
        member, number: the file, and which of its XML documents.
        order: sorts filings from old to new.
        header: see :class:`Header`.
        form: such as ``4/A``.
        facts: what a form's reader keeps for the second reading.
    """

    member: Member
    number: int
    order: tuple[str, ...]
    header: Header
    form: str
    facts: Any = None


class FormRun:
    """One reading of a source: which entities, sources and ties were given already.

    Kept in memory: names of filers and issuers, and ids of ties.
    """

    root: str = "edgarSubmission"
    read_names: frozenset[str] = frozenset()
    what: str = "form"

    def __init__(self, options: ReadOptions, source: SourceFile) -> None:
        self.options = options
        self.source_file = source
        self.entities: dict[str, tuple[tuple[str, ...], Entity]] = {}
        self.given: set[str] = set()

    @abstractmethod
    def survey(self, document: Document, root: Element, member: Member, number: int) -> Filing:
        """Note who a filing names, with :meth:`meet`, and say how to sort it."""

    @abstractmethod
    def rows(self, filing: Filing, root: Element, place: _Placer) -> Iterator[Item]:
        """The rows of a filing."""

    def items(self) -> Iterator[Item]:
        """Everything in the files."""
        filings: list[Filing] = []
        for member in self.source_file.members:
            found: list[Filing] = []
            try:
                for number, document, root, _ in self._roots(member):
                    found.append(self.survey(document, root, member, number))
            except LoadError as exc:
                reason = exc.message.removeprefix(f"{exc.path}:{exc.line}: ").removeprefix(f"{exc.path}: ")
                hint = exc.hint or "Fetch the file again."
                yield Problem(Place(member.shown, exc.line or 1), "", "", reason, hint)
                continue
            if not found:
                yield Problem(
                    Place(member.shown, 1), "", "", f"the file holds no {self.what}.", "Is it another form?"
                )
            filings += found
        filings.sort(key=lambda filing: filing.order, reverse=True)
        for filing in self.chosen(filings):
            if isinstance(filing, Filing):
                yield from self._filing(filing)
            else:
                yield filing

    def chosen(self, filings: list[Filing]) -> Iterator[Filing | Item]:
        """The filings to read, newest first."""
        yield from filings

    def _roots(self, member: Member) -> Iterator[tuple[int, Document, Element, int]]:
        for number, document in enumerate(documents(self.source_file, member)):
            for _, root in document.elements(self.root):
                yield number, document, root, document.offset

    def _filing(self, filing: Filing) -> Iterator[Item]:
        for number, _, root, offset in self._roots(filing.member):
            if number == filing.number:
                yield from self.rows(filing, root, _Placer(filing.member.shown, offset))
                names = sorted(set(leaves_not_read(root, self.read_names)))
                if names:
                    yield Unread(filing.member.shown, tuple(names))

    def meet(self, entity: Entity, order: tuple[str, ...]) -> None:
        """Note an entity: its newest name counts, the others become aliases, and its firmest kind."""
        before = self.entities.get(entity.id)
        if before is None:
            self.entities[entity.id] = (order, entity)
            return
        newer, older = (entity, before[1]) if order >= before[0] else (before[1], entity)
        names = dict.fromkeys((*newer.aliases, older.name, *older.aliases))
        names.pop(newer.name, None)
        merged = replace(
            newer,
            kind=max(newer.kind, older.kind, key=_FIRMNESS.index),
            aliases=tuple(names),
            country=newer.country or older.country,
            founded=newer.founded or older.founded,
            identifiers=tuple(dict.fromkeys((*newer.identifiers, *older.identifiers))),
            note=newer.note or older.note,
        )
        self.entities[entity.id] = (max(order, before[0]), merged)

    def kind(self, entity_id: str) -> str:
        """Kind that an entity noted before has."""
        return self.entities[entity_id][1].kind

    def entity(self, entity_id: str, place: Place) -> list[Placed]:
        """An entity noted before; nothing when it was given already."""
        if entity_id in self.given:
            return []
        self.given.add(entity_id)
        return [Placed(self.entities[entity_id][1], place)]

    def tie(self, tie: Tie, source: Source, place: Place) -> list[Placed]:
        """A tie, after its source; nothing when a newer filing gave it."""
        if tie.id in self.given:
            return []
        self.given.add(tie.id)
        found = [] if source.id in self.given else [Placed(source, place)]
        self.given.add(source.id)
        return [*found, Placed(tie, place)]

    def source(self, filing: Filing, title: str, cik: str | None, *content: object) -> Source:
        """The filing as a source; ``content`` tells it from others when it has no accession number."""
        header = filing.header
        url = None
        if header.accession and cik:
            url = f"https://www.sec.gov/Archives/edgar/data/{int(cik)}/{header.accession.replace('-', '')}/"
        return Source(
            id=f"sec:{header.accession}" if header.accession else made_id("sec", filing.form, cik, *content),
            publisher=self.options.publisher or "SEC",
            title=title,
            date=self.options.date or header.filed,
            url=self.options.url or url,
        )


class _Placer:
    """Places of the elements of one filing."""

    def __init__(self, shown: str, offset: int) -> None:
        self._shown, self._offset, self._lines = shown, offset, Lines()

    def __call__(self, element: Element) -> Place:
        return Place(self._shown, self._lines.of(self._offset + int(element.sourceline or 0)))


Placer = _Placer


class SecLoader:
    """A reader of one of EDGAR's forms."""

    format_id = ""
    title = ""
    strict = False
    run: type[FormRun]

    def __init__(self, options: ReadOptions | None = None) -> None:
        self._options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether the file is such a form, by its root element or the header of the submission."""
        return family(source.head(member)) == self.format_id

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every part of every filing, the newest filing first. Reads each file twice."""
        yield from self.run(self._options, source).items()


def records_or(
    found: list[Placed], place: Place, reason: str = "a newer filing states the same"
) -> Iterator[Placed | Skipped]:
    """The records of a row; when it has none left, that it was superseded."""
    if found:
        yield from found
    else:
        yield Skipped(place, "superseded", reason)
