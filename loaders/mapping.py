"""Which column of a table means what: a mapping file in YAML, written by people or guessed, and reviewable.

A mapping lists tables. The first whose ``files``, ``sheet`` and ``header`` fit a file reads it::

    version: 1
    scope: acme-deals            # names mean the same only within one scope
    tables:
    - files: [deals*.csv]
      date_order: dmy
      ties:
      - from: {name: Investor, kind: {value: investor}}
        to: {name: Company, id: Company LEI, id_prefix: 'lei:', kind: {value: company}}
        type: {column: Deal, values: {Seed: INVESTED_IN, Buy-out: ACQUIRED}}
        start: Date
        amount: Size
        currency: {value: EUR}

A field is a column (``start: Date`` or ``start: {column: Date}``) or a constant (``{value: EUR}``).
``values`` translates what stands in the column, ``otherwise`` is taken for all else, ``split`` parts a
list, ``why`` says where a guess comes from and means nothing. ``docs/mapping.md`` shows all by example.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from graph.atomic import replacing
from graph.errors import LoadError, did_you_mean, shorten
from loaders.mapping_rules import (
    Column,
    EntityRule,
    Mapping,
    SourceRule,
    TableRule,
    TieRule,
    columns_in,
)
from loaders.source_file import SourceFile

__all__ = [
    "Column", "EntityRule", "Mapping", "SourceRule", "TableRule", "TieRule", "columns_in", "guess_mapping",
    "mapping_of", "mapping_text", "read_mapping", "write_mapping",
]  # fmt: skip
MAX_BYTES = 1_000_000
_HEADING = "# Which column means what; see docs/mapping.md.\n"
_TOLD = 5
_NO_PLAIN_TEXT = re.compile("[^\x20-\x7e\xa1-\u1fff\u3001-\ud7ff\uf900-\ufefe\uff01-\uffee]")


def read_mapping(path: str | Path) -> Mapping:
    """Read a mapping file.

    Raises:
        LoadError: with the field that is wrong and what may stand there.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as exc:
        raise LoadError(f"cannot be read ({exc.strerror}).", path=str(path), hint="Check the path.") from exc
    if len(data) > MAX_BYTES:
        raise LoadError(f"has more than {MAX_BYTES:,} bytes: no mapping.", path=str(path))
    try:
        # Makes texts, lists and dicts only.
        raw = yaml.load(data.decode("utf-8-sig"), Loader=_Texts)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError, TypeError) as exc:
        mark = getattr(exc, "problem_mark", None)
        what = getattr(exc, "problem", None) or str(exc) or type(exc).__name__
        raise LoadError(
            f"is no YAML ({what.splitlines()[0][:120]}).",
            path=str(path),
            line=mark.line + 1 if mark else None,
            hint="Put texts with a colon or a bracket in quotation marks.",
        ) from exc
    return mapping_of(raw, str(path))


def mapping_of(raw: Any, path: str = "") -> Mapping:
    """A mapping from plain values, such as a form gives them.

    Raises:
        LoadError: see :func:`read_mapping`.
    """
    try:
        return Mapping.model_validate(raw)
    except (ValidationError, RecursionError) as exc:
        raise _wrong(exc, path) from exc


def mapping_text(mapping: Mapping) -> str:
    """A mapping as YAML; the same text for the same mapping, and after reading it again."""
    data = _short(mapping.model_dump(mode="json", by_alias=True))
    return _HEADING + yaml.dump(
        data, Dumper=_Writer, sort_keys=False, allow_unicode=True, width=MAX_BYTES, default_flow_style=False
    )


def write_mapping(mapping: Mapping, path: str | Path) -> None:
    """Write :func:`mapping_text` to a file, whole or not at all."""
    with replacing(path) as file:
        file.write(mapping_text(mapping).encode("utf-8"))


def guess_mapping(source: SourceFile) -> Mapping:
    """A first mapping for the tables of a source; see :func:`loaders.mapping_guess.guess_mapping`."""
    from loaders.mapping_guess import guess_mapping as guessed

    return guessed(source)


class _Writer(yaml.SafeDumper):
    """YAML that comes back as it was: texts with odd characters in quotation marks, nothing folded."""

    def represent_str(self, data: str) -> yaml.ScalarNode:
        style = '"' if _NO_PLAIN_TEXT.search(data) else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)


_Writer.add_representer(str, _Writer.represent_str)


class _Texts(yaml.BaseLoader):
    """YAML without types: NO is Norway, 007 an id. A key that stands twice is an error."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        for key in keys:
            if keys.count(key) > 1:
                raise yaml.YAMLError(f"{key[:60]!r} stands there twice")
        return super().construct_mapping(node, deep=deep)


def _short(value: Any) -> Any:
    """Without what is left at its default."""
    if isinstance(value, dict):
        kept = {key: _short(item) for key, item in value.items()}
        return {
            key: item
            for key, item in kept.items()
            if item not in (None, {}, [], "", False)
            and (key, item) not in (("date_order", "dmy"), ("share_unit", "percent"), ("scale", 1))
        }
    return [_short(item) for item in value] if isinstance(value, list) else value


def _wrong(exc: ValidationError | RecursionError, path: str) -> LoadError:
    if isinstance(exc, RecursionError):
        return LoadError("is nested too deeply for a mapping.", path=path)
    told: list[tuple[str, str]] = []
    errors = exc.errors(include_url=False, include_context=False)
    # A list whose items are wrong counts as too short as well, which helps nobody.
    for error in [each for each in errors if each["type"] != "too_short"] or errors:
        field = ".".join(str(part) for part in error["loc"])
        message = error["msg"].removeprefix("Value error, ")
        if error["type"] == "extra_forbidden":
            message = f"there is no such field.{did_you_mean(str(error['loc'][-1]), _fields())}"
        told.append((field, message))
    more = "; ".join(f"{shorten(field)}: {message}" for field, message in told[1:_TOLD])
    field, message = told[0]
    return LoadError(
        f"{_ended(message)}{f' Also: {_ended(more)}' if more else ''}",
        path=path,
        field=shorten(field),
        hint="docs/mapping.md shows every field by example.",
        details={"problems": told},
    )


def _ended(text: str) -> str:
    """With one full stop, unless it asks something."""
    return text if text.endswith("?") else f"{text.rstrip('.')}."


def _fields() -> list[str]:
    classes: Sequence[Callable[..., Any]] = (Column, EntityRule, SourceRule, TieRule, TableRule, Mapping)
    return sorted(
        {str(f.validation_alias or name) for cls in classes for name, f in cls.model_fields.items()}
    )  # type: ignore[attr-defined]
