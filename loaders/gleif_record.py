"""What the files of GLEIF say, whatever their form: one value per record, text as published."""

from __future__ import annotations

from dataclasses import dataclass

from graph.model import Place


@dataclass(frozen=True, slots=True)
class LeiRecord:
    """A legal entity (level 1). Unstated values are None.

    Attributes:
        authority, authority_entity: the business register and the number of the entity there.
        registration: status of the LEI record, such as ISSUED or LAPSED.
        updated: when the record last changed; its text sorts.
        deleted: when the register deleted the record, in delta files.
    """

    lei: str | None
    name: str | None
    aliases: tuple[str, ...] = ()
    jurisdiction: str | None = None
    country: str | None = None
    category: str | None = None
    status: str | None = None
    expired: str | None = None
    expiry_reason: str | None = None
    created: str | None = None
    authority: str | None = None
    authority_entity: str | None = None
    registration: str | None = None
    updated: str | None = None
    deleted: str | None = None

    @property
    def key(self) -> str | None:
        """What the record is about: a later record with the same key takes its place."""
        return self.lei


@dataclass(frozen=True, slots=True)
class Period:
    """A period of a relationship; ``kind`` is such as RELATIONSHIP_PERIOD."""

    kind: str | None
    start: str | None
    end: str | None


@dataclass(frozen=True, slots=True)
class RelationshipRecord:
    """A relationship (level 2): ``start`` is the child, fund or branch.

    Attributes:
        qualifiers: such as ``ACCOUNTING_STANDARD: IFRS``.
        quantifiers: such as ``ACCOUNTING_CONSOLIDATION 100 PERCENTAGE``.
        registration, updated, deleted: see :class:`LeiRecord`.
    """

    start: str | None
    end: str | None
    start_scheme: str | None = None
    end_scheme: str | None = None
    kind: str | None = None
    status: str | None = None
    periods: tuple[Period, ...] = ()
    qualifiers: tuple[str, ...] = ()
    quantifiers: tuple[str, ...] = ()
    registration: str | None = None
    updated: str | None = None
    deleted: str | None = None

    @property
    def key(self) -> str | None:
        """See :attr:`LeiRecord.key`; a relationship is known by its two ends and its type."""
        if self.start is None or self.end is None:
            return None
        return f"{self.start} {self.kind} {self.end}"


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """Why an entity states no parent (level 2 reporting exception)."""

    lei: str | None
    category: str | None = None
    reasons: tuple[str, ...] = ()
    deleted: str | None = None

    @property
    def registration(self) -> str | None:
        """Exceptions have no status of their own."""
        return None

    @property
    def updated(self) -> str | None:
        """Exceptions carry no date of their own."""
        return None

    @property
    def key(self) -> str | None:
        """See :attr:`LeiRecord.key`; one exception for each sort of parent."""
        return None if self.lei is None else f"{self.lei} {self.category}"


@dataclass(frozen=True, slots=True)
class FileHeader:
    """What an XML file says about itself."""

    date: str | None
    count: str | None


Record = LeiRecord | RelationshipRecord | ExceptionRecord
Read = tuple[Place, Record | FileHeader]
