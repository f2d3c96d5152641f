"""Tables of any columns, read by a mapping file, or straight away where the header leaves no doubt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from graph.errors import LoadError, did_you_mean
from graph.model import Item, Place, Problem, Unread
from loaders import ReadOptions
from loaders.mapped_rows import MappedRows, Table
from loaders.mapping import Mapping, TableRule, columns_in, read_mapping, write_mapping
from loaders.mapping_guess import guess_mapping, scope_of
from loaders.source_file import Member, SourceFile
from loaders.table_plain import plain_rules
from loaders.table_rows import TableFile, columns_of, looks_like_table, rows_of, tables_of

__all__ = [
    "Mapping", "Previewed", "TableLoader", "columns_of", "guess_mapping", "preview", "read_mapping",
    "write_mapping",
]  # fmt: skip
_SHOWN_COLUMNS = 12


class TableLoader:
    """CSV, TSV, Excel, Parquet, JSON lines and arrays of flat objects. Asked last: it reads any table."""

    format_id = "table"
    title = "Table by a mapping: CSV, TSV, Excel .xlsx, Parquet, JSON lines"
    strict = False

    def __init__(self, options: ReadOptions | None = None) -> None:
        self.options = options or ReadOptions()

    def accepts(self, source: SourceFile, member: Member) -> bool:
        """Whether it is a table at all."""
        return looks_like_table(source, member)

    def known(self, source: SourceFile) -> list[Member]:
        """The files whose every table is told by its header or by a mapping."""
        if self.options.mapping is not None:
            return list(source.members)
        tables = [(member, table) for member in source.members for table in tables_of(source, member)]
        rules = plain_rules(source, [table for _, table in tables])
        unclear = {member for (member, _), rule in zip(tables, rules, strict=True) if rule is None}
        return [member for member in source.members if member not in unclear]

    def read(self, source: SourceFile) -> Iterator[Item]:
        """Every row of every table; tables of entities first. Streams.

        Raises:
            LoadError: a file cannot be read; there is no mapping and the header does not tell; or the
                mapping names columns that are not there.
        """
        mapping = read_mapping(self.options.mapping) if self.options.mapping else None
        tables = [table for member in source.members for table in tables_of(source, member)]
        ruled, left = _ruled(tables, mapping, source)
        scope = (mapping.scope if mapping else None) or scope_of(source)
        load = MappedRows("table", self.options, scope, scoped=mapping is None)
        for table, rule in ruled:
            rows = rows_of(source, table)
            yield from load.read(rule, rows, name=_name(table), shown=table.shown)
        yield from left


@dataclass(frozen=True, slots=True)
class Previewed:
    """One row: what stands in the file, and what it becomes."""

    place: Place
    cells: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]


def preview(source: SourceFile, mapping: Mapping, rows: int = 20) -> list[Previewed]:
    """What the first rows of each table become, with the raw cells beside them.

    Args:
        source: the files.
        mapping: as guessed or written.
        rows: how many of each table.

    Raises:
        LoadError: see :meth:`TableLoader.read`.
    """
    tables = [
        table
        for member in source.members
        if looks_like_table(source, member)
        for table in tables_of(source, member)
    ]
    load = MappedRows("table", ReadOptions(), mapping.scope or scope_of(source))
    found: list[Previewed] = []
    for table, rule in _ruled(tables, mapping, source)[0]:
        reading = Table(load, rule, _name(table))
        for row in islice(rows_of(source, table), rows):
            if isinstance(row, Problem):
                found.append(Previewed(row.place, row.place.row, (row,)))
            else:
                found.append(Previewed(row.place, row.raw().row, tuple(reading.row(row))))
    return found


def _ruled(
    tables: list[TableFile], mapping: Mapping | None, source: SourceFile
) -> tuple[list[tuple[TableFile, TableRule]], list[Unread]]:
    if mapping is None:
        ruled = list(zip(tables, plain_rules(source, tables), strict=True))
        for table, rule in ruled:
            if rule is None:
                raise _unclear(table)
    else:
        ruled = [
            (table, mapping.table_for(table.member.plain_name, table.columns, table.sheet))
            for table in tables
        ]
        if tables and not any(rule for _, rule in ruled):
            raise LoadError(
                "fits no table of the mapping.", path=tables[0].shown,
                hint=f"Its columns: {_columns(tables[0])}. Check files, sheet and header of the mapping.",
            )  # fmt: skip
    kept = [(table, rule) for table, rule in ruled if rule is not None]
    for table, rule in kept:
        _check_columns(table, rule)
    # Names and kinds of entities must be known when ties name them.
    kept.sort(key=lambda pair: bool(pair[1].ties))
    return kept, [Unread(table.shown, ()) for table, rule in ruled if rule is None]


def _check_columns(table: TableFile, rule: TableRule) -> None:
    if table.sort == "json":
        # Keys may first appear in a later object.
        return
    for field, column in columns_in(rule):
        if column not in table.columns:
            raise LoadError(
                f"has no column {column[:60]!r}, which the mapping names."
                f"{did_you_mean(column, table.columns)}",
                path=table.shown, field=field, hint=f"Its columns: {_columns(table)}.",
            )  # fmt: skip


def _unclear(table: TableFile) -> LoadError:
    return LoadError(
        f"is a table whose columns Interlock does not know: {_columns(table)}.", path=table.shown,
        hint=f"Have a mapping guessed: interlock load {table.member.name} --guess-mapping mapping.yaml. "
        "Look at it, correct it and load with --mapping mapping.yaml.",
        details={"columns": list(table.columns)},
    )  # fmt: skip


def _columns(table: TableFile) -> str:
    more = len(table.columns) - _SHOWN_COLUMNS
    shown = ", ".join(name[:40] for name in table.columns[:_SHOWN_COLUMNS])
    return shown + (f" and {more} more" if more > 0 else "")


def _name(table: TableFile) -> str:
    return f"{table.member.name}#{table.sheet}" if table.sheet else table.member.name
