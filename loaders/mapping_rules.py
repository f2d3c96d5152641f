"""What a mapping file may say: tables, entities, ties and where each of their fields comes from."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from graph.errors import did_you_mean
from graph.model import SCHEMES
from graph.ontology import ontology


class Rule(BaseModel):
    """Fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Column(Rule):
    """Where a field comes from.

    Attributes:
        column: name of a column of the file.
        value: a constant for all rows; one of the two is given.
        values: text of the column to what it means; compared without case and blanks around it.
        otherwise: what every other text means; None leaves it as it stands.
        split: what parts the items of a list; None for semicolons.
        why: why this was guessed; for the eye alone.
    """

    column: str | None = Field(default=None, min_length=1)
    value: str | None = Field(default=None, min_length=1)
    values: dict[str, str] = Field(default_factory=dict)
    otherwise: str | None = Field(default=None, min_length=1)
    split: str | None = Field(default=None, min_length=1)
    why: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, data: Any) -> Any:
        return {"column": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one(self) -> Column:
        if (self.column is None) == (self.value is None):
            raise ValueError("name a column, or give a constant as {value: ...}")
        return self

    @model_serializer(mode="wrap")
    def _dump(self, handler: SerializerFunctionWrapHandler) -> Any:
        kept = {key: value for key, value in handler(self).items() if value not in (None, {})}
        return kept["column"] if list(kept) == ["column"] else kept


class EntityRule(Rule):
    """One entity of a row: the row itself, or an end of a tie.

    Attributes:
        id: key of the entity, kept as it stands after ``id_prefix``. Without one the first of
            ``identifiers`` that is filled is the id; without those, an id made of the name.
        identifiers: scheme (``lei``, ``cik``, ``gb-coh`` ...) to column; ``any`` for a column that holds
            ``scheme:value``.
        kind: see the ontology; unknown words become ``organization``, none at all ``party``.
    """

    id: Column | None = None
    id_prefix: str = ""
    name: Column | None = None
    kind: Column | None = None
    country: Column | None = None
    aliases: Column | None = None
    identifiers: dict[str, Column] = Field(default_factory=dict)
    founded: Column | None = None
    born: Column | None = None
    sectors: Column | None = None
    description: Column | None = None
    note: Column | None = None
    stub: Column | None = None

    @model_validator(mode="after")
    def _known(self) -> EntityRule:
        if self.id is None and self.name is None and not self.identifiers:
            raise ValueError("name the column of the id or of the name")
        for scheme in self.identifiers:
            if scheme not in (*SCHEMES, "any"):
                raise ValueError(f"there is no scheme {scheme!r}.{did_you_mean(scheme, list(SCHEMES))}")
        _targets("kind", self.kind, ontology().kinds)
        return self


class SourceRule(Rule):
    """The source of a row's tie; without one the file itself is the source."""

    id: Column | None = None
    publisher: Column | None = None
    title: Column | None = None
    url: Column | None = None
    date: Column | None = None


class TieRule(Rule):
    """One tie of a row.

    Attributes:
        from_, to: its ends (``from`` in the file); an end left out is the row's own ``entity``.
        type: tie type of the ontology; unknown words become ``RELATED_TO`` with the word as role.
        swap: ``yes`` in rows that name the ends the other way round.
        undirected: ``yes`` in rows whose ends have no order: types with a direction are not kept there.
        amount: in units of ``currency`` (a column or constant) times ``scale``; a currency that stands
            beside the number wins.
        whole_round: the amount is that of all investors of a round together.
        share_unit: what a number without a sign means.
        share_basis: of shares; ``equity`` where the type allows it and nothing is said.
    """

    id: Column | None = None
    from_: EntityRule | None = Field(default=None, validation_alias="from", serialization_alias="from")
    to: EntityRule | None = None
    type: Column
    swap: Column | None = None
    undirected: Column | None = None
    status: Column | None = None
    start: Column | None = None
    end: Column | None = None
    amount: Column | None = None
    currency: Column | None = None
    scale: int = Field(default=1, gt=0, le=10**12)
    whole_round: bool = False
    amount_usd: Column | None = None
    round_usd: Column | None = None
    share: Column | None = None
    share_min: Column | None = None
    share_max: Column | None = None
    share_unit: Literal["percent", "fraction"] = "percent"
    share_basis: Column | None = None
    round: Column | None = None
    product: Column | None = None
    role: Column | None = None
    note: Column | None = None
    interest: Column | None = None
    directness: Column | None = None
    quantity: Column | None = None
    source: SourceRule | None = None

    @model_validator(mode="after")
    def _known(self) -> TieRule:
        if self.from_ is None and self.to is None:
            raise ValueError("say what is at 'from' or at 'to'")
        known = ontology()
        _targets("type", self.type, known.types)
        _targets("status", self.status, known.statuses)
        _targets("share_basis", self.share_basis, known.share_bases)
        _targets("directness", self.directness, {"direct": 1, "indirect": 1})
        return self


class TableRule(Rule):
    """How the rows of a table are read.

    Attributes:
        files: patterns of file names, such as ``deals*.csv``; none fits all.
        header: columns that the table must have.
        sheet: of a workbook; ``nodes`` or ``edges`` of a graph file.
        date_order: of dates such as 03/04/2020.
        entity: what a row is, if it is an entity.
        ties: ties that a row states.
        ignore: columns left aside on purpose; they are not reported as unread.
    """

    files: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    sheet: str | None = None
    date_order: Literal["dmy", "mdy"] = "dmy"
    entity: EntityRule | None = None
    ties: tuple[TieRule, ...] = ()
    ignore: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> TableRule:
        if self.entity is None and not self.ties:
            raise ValueError("say what a row is: entity, ties or both")
        if self.entity is None and any(tie.from_ is None or tie.to is None for tie in self.ties):
            raise ValueError("a tie without 'from' or 'to' needs the row's own entity")
        return self

    def fits(self, name: str, columns: Sequence[str], sheet: str | None = None) -> bool:
        """Whether a table is read by this rule."""
        named = not self.files or any(
            fnmatch.fnmatchcase(name.lower(), pattern.lower()) for pattern in self.files
        )
        return named and set(self.header) <= set(columns) and self.sheet in (None, sheet)


class Mapping(Rule):
    """A mapping file.

    Attributes:
        scope: names are taken for the same entity within a scope, and never beyond it; None for the
            name of the file.
    """

    version: Literal["1"] = "1"
    scope: str | None = Field(default=None, min_length=1, max_length=100)
    tables: tuple[TableRule, ...] = Field(min_length=1)

    def table_for(self, name: str, columns: Sequence[str], sheet: str | None = None) -> TableRule | None:
        """The first rule that fits a table."""
        return next((rule for rule in self.tables if rule.fits(name, columns, sheet)), None)


def columns_in(rule: Rule) -> list[tuple[str, str]]:
    """Every column that a rule names, with the field it is for: ``("ties.0.from.name", "Investor")``."""
    found: list[tuple[str, str]] = []

    def walk(field: str, value: Any) -> None:
        if isinstance(value, Column):
            if value.column is not None:
                found.append((field, value.column))
        elif isinstance(value, Rule):
            for name, part in value:
                walk(f"{field}.{name.rstrip('_')}".lstrip("."), part)
        elif isinstance(value, dict):
            for name, part in value.items():
                walk(f"{field}.{name}", part)
        elif isinstance(value, tuple):
            for number, part in enumerate(value):
                walk(f"{field}.{number}", part)

    walk("", rule)
    return found


def _targets(field: str, column: Column | None, known: MappingOf[str, object]) -> None:
    if column is None:
        return
    for value in (column.value, column.otherwise, *column.values.values()):
        if value is not None and value not in known:
            raise ValueError(f"{field}: {value[:40]!r} is not known.{did_you_mean(value, list(known))}")
