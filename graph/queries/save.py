"""Writing a saved query: a header made from a form, checked like any file, put beside the others."""

from __future__ import annotations

import re
import textwrap
import threading
from dataclasses import dataclass, replace
from pathlib import Path

from graph.atomic import replacing
from graph.errors import LoadError, QueryNotFound, SettingsError
from graph.queries import catalogue as queries
from graph.queries.header import QueryColumn, QueryParameter, SavedQuery, body_of, parse_query

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_ID_MAX = 60
_LINE = 108
_write = threading.Lock()


@dataclass(frozen=True, slots=True)
class Draft:
    """A query that is to be saved.

    Attributes:
        parameters, columns: as the header declares them, see :mod:`graph.queries.header`.
        draw_entities, draw_ties: columns, and parameters written ``$name``, that a drawing is made of.
        cypher: the text to run; ``//`` lines at its top give way to the header.
    """

    id: str
    title: str
    category: str
    about: str
    tags: tuple[str, ...]
    parameters: tuple[QueryParameter, ...]
    columns: tuple[QueryColumn, ...]
    draw_entities: tuple[str, ...]
    draw_ties: tuple[str, ...]
    cypher: str


def draft_text(draft: Draft) -> str:
    """The draft as the text of a ``.cypher`` file; not checked."""
    lines = [
        f"id: {draft.id}",
        f"title: {draft.title}",
        f"category: {draft.category}",
        f"about: {draft.about}",
    ]
    if draft.tags:
        lines.append(f"tags: {' '.join(draft.tags)}")
    lines += [f"param {_parameter(parameter)}" for parameter in draft.parameters]
    lines.append("returns: " + ", ".join(_column(column) for column in draft.columns))
    lines.append(f"draw: {_drawing(draft)}")
    header = "\n".join(_comment(line) for line in lines)
    return f"{header}\n{body_of(draft.cypher)}\n"


def check_draft(draft: Draft, folder: Path | None = None) -> SavedQuery:
    """The saved query that the draft would become.

    Args:
        folder: where saved queries are; default ``cypher/``.

    Raises:
        LoadError: id or category are no file names, the id is taken in another category, a text cannot
            stand in a header, or :func:`graph.queries.header.parse_query` refuses the file.
    """
    path = draft_path(draft, folder)
    query = parse_query(draft_text(draft), path)
    kept = replace(
        draft, id=query.id, title=query.title, category=query.category, about=query.about, tags=query.tags,
        parameters=query.parameters, columns=query.columns, draw_entities=query.draw_entities,
        draw_ties=query.draw_ties,
    )  # fmt: skip
    if kept != draft:
        field = next(name for name in draft.__slots__ if getattr(kept, name) != getattr(draft, name))
        raise LoadError(
            "would not be read back as it stands.", path=str(path), field=field,
            hint='Leave out line breaks, double spaces, quotation marks and "--".',
        )  # fmt: skip
    return query


def draft_path(draft: Draft, folder: Path | None = None) -> Path:
    """The file of a draft: always inside the folder of saved queries.

    Raises:
        LoadError: id or category are no plain names, lead out of the folder, or the id is taken.
    """
    root = (folder or queries.QUERY_FOLDER).resolve()
    for field, name in (("id", draft.id), ("category", draft.category)):
        if not _SLUG.match(name) or len(name) > _ID_MAX:
            raise LoadError(
                f"{name[:80]!r} cannot be used.", field=field,
                hint=f"Use up to {_ID_MAX} small letters, digits and hyphens between them: who-sued-whom.",
            )  # fmt: skip
    path = (root / draft.category / f"{draft.id}.cypher").resolve()
    if root not in path.parents:
        raise LoadError("leads out of the folder of saved queries.", field="category", hint="Choose another.")
    try:
        taken = queries.catalogue(root).get(draft.id)
    except QueryNotFound:
        return path
    if Path(taken.path).resolve() != path:
        raise LoadError(
            f"{draft.id!r} is taken in the category {taken.category}.", field="id", hint="Choose another id."
        )
    return path


def save_draft(draft: Draft, folder: Path | None = None, *, overwrite: bool = False) -> SavedQuery:
    """Check the draft and write its file, whole or not at all.

    Raises:
        LoadError: see :func:`check_draft`.
        SettingsError: the file exists and ``overwrite`` is not set, or cannot be written.
    """
    query = check_draft(draft, folder)
    path = Path(query.path)
    with _write:
        if path.exists() and not overwrite:
            raise SettingsError(
                f"There is a saved query {draft.id!r} already.",
                hint="Tick the box to replace it, or choose another id.",
            )
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as exc:
            raise SettingsError(
                f"{path.parent} cannot be made: {exc.strerror or exc}.", hint="Download the file instead."
            ) from exc
        with replacing(path) as file:
            file.write(query.text.encode("utf-8"))
    return query


def _parameter(parameter: QueryParameter) -> str:
    need = "required" if parameter.required else "optional"
    if not parameter.required and parameter.default is not None:
        plain = re.fullmatch(r"[^\s\",]+", parameter.default)
        need = f"default {parameter.default}" if plain else f'default "{parameter.default}"'
    example = f', e.g. "{parameter.example}"' if parameter.example is not None else ""
    return f"{parameter.name}: {parameter.type}, {need}{example} -- {parameter.about}"


def _column(column: QueryColumn) -> str:
    return f"{column.name} ({column.unit})" if column.unit else column.name


def _drawing(draft: Draft) -> str:
    parts = [
        f"{word} {', '.join(names)}"
        for word, names in (("entities", draft.draw_entities), ("ties", draft.draw_ties))
        if names
    ]
    return "; ".join(parts) or "nothing"


def _comment(line: str) -> str:
    parts = textwrap.wrap(line, _LINE, break_long_words=False, break_on_hyphens=False) or [""]
    return "\n".join([f"// {parts[0]}", *(f"//   {part}" for part in parts[1:])])
