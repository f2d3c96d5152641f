"""A saved query: one ``.cypher`` file whose leading ``//`` lines say what it asks, takes and returns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from graph.errors import LoadError, did_you_mean, nearest
from graph.ontology import ontology

RESERVED = ("id", "run", "page", "label", "icon", "category")
"""Names that the addresses of the app use for themselves; no parameter may be called so."""
PARAMETER_TYPES = (
    *("entity id", "text", "fraction", "integer", "US dollars", "date", "as-of date"),
    *("tie type", "kind", "status", "yes or no"),
)
COLUMN_UNITS = (
    *("entity id", "entity ids", "tie id", "tie ids", "source id", "source ids", "tie types"),
    *("fraction", "US dollars", "date", "count", "hops", "link", "index 0 to 10000"),
)
_KEYS = ("id", "title", "category", "about", "tags", "param", "returns", "draw")
_REQUIRED = ("id", "title", "category", "about", "returns", "draw")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_PARAM = re.compile(
    r"(?P<name>[a-z_][a-z0-9_]*): (?P<type>[A-Za-z -]+?)"
    r", (?P<need>required|optional|default (?P<default>\"[^\"]*\"|\S+))"
    r"(?:, e\.g\. \"(?P<example>[^\"]*)\")? -- (?P<about>.+)\Z"
)
_COLUMN = re.compile(r"(?P<name>[a-z_][a-z0-9_]*)(?: \((?P<unit>[^)]*)\))?\Z")


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """One input of a saved query.

    Attributes:
        type: one of ``PARAMETER_TYPES``; it decides the check and the picker of the form.
        required: whether a value must be given; otherwise ``default`` is used, None meaning "any".
        default, example: as text, the way a person would type them.
    """

    name: str
    type: str
    required: bool
    default: str | None
    example: str | None
    about: str


@dataclass(frozen=True, slots=True)
class QueryColumn:
    """One column of the answer; ``unit`` is one of ``COLUMN_UNITS`` or empty for plain text."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class SavedQuery:
    """A checked saved query.

    Attributes:
        title: the question it answers.
        draw_entities: columns that hold entity ids, and parameters (``$name``) that do, for a drawing.
        draw_ties: columns that hold tie ids.
        text: the whole file, ready for any Cypher console.
        path: where it was read.
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
    text: str
    path: str

    @property
    def examples(self) -> dict[str, str]:
        """The example value of every parameter that needs one."""
        return {p.name: p.example for p in self.parameters if p.required and p.example is not None}


@dataclass(frozen=True, slots=True)
class _Line:
    key: str
    value: str
    number: int


def read_query(path: Path) -> SavedQuery:
    """Read and check one file, see :func:`parse_query`.

    Raises:
        LoadError: it cannot be read, or its text is wrong.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise LoadError(
            f"cannot be read: {exc}", path=str(path), hint="Saved queries are UTF-8 text."
        ) from exc
    return parse_query(text, path)


def parse_query(text: str, path: Path) -> SavedQuery:
    """Check the text of a saved query that is, or is to be, kept at ``path``.

    Raises:
        LoadError: with file, line and field: unknown or missing key, undeclared parameter, a label or
            tie type that the ontology does not have, rows that are not ordered and limited.
    """
    lines = _header(path, text)
    single = {line.key: line for line in lines if line.key != "param"}
    for key in _REQUIRED:
        if key not in single:
            _refuse(path, 1, key, "is missing from the header.", f"Start the file with // {key}: ...")
    query_id = single["id"]
    if not _SLUG.match(query_id.value) or query_id.value != path.stem:
        _refuse(path, query_id.number, "id", f"must be the file name, {path.stem!r}.", "Rename one of them.")
    if single["category"].value != path.parent.name:
        number = single["category"].number
        _refuse(
            path, number, "category", f"must be the folder's name, {path.parent.name!r}.", "Move the file."
        )
    parameters = tuple(_parameter(path, line) for line in lines if line.key == "param")
    columns = _columns(path, single["returns"])
    entities, ties = _drawing(path, single["draw"], columns, parameters)
    query = SavedQuery(
        query_id.value, single["title"].value, single["category"].value, single["about"].value,
        tuple(single["tags"].value.split()) if "tags" in single else (), parameters, columns, entities, ties,
        text, str(path),
    )  # fmt: skip
    _check_body(path, query)
    return query


def _refuse(path: Path, line: int, field: str, message: str, hint: str) -> NoReturn:
    raise LoadError(message, path=str(path), line=line, field=field, hint=hint)


def _header(path: Path, text: str) -> list[_Line]:
    found: list[_Line] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        if not raw.startswith("//"):
            break
        body = raw[2:]
        if body.startswith("   ") and found:
            last = found[-1]
            found[-1] = _Line(last.key, f"{last.value} {body.strip()}", last.number)
            continue
        if body.startswith(" param "):
            found.append(_Line("param", body.removeprefix(" param ").strip(), number))
            continue
        key, colon, value = body.strip().partition(": ")
        if not colon or key not in _KEYS:
            known = did_you_mean(key, list(_KEYS))
            _refuse(
                path, number, key[:40], f"is not a key of the header.{known}", f"Known: {', '.join(_KEYS)}."
            )
        if any(line.key == key for line in found):
            _refuse(path, number, key, "stands twice.", "Keep one; three spaces continue a line.")
        found.append(_Line(key, value.strip(), number))
    return found


def _parameter(path: Path, line: _Line) -> QueryParameter:
    match = _PARAM.match(line.value)
    if not match:
        _refuse(
            path, line.number, "param", f"{line.value[:60]!r} is not understood.",
            'Write: param name: type, required|optional|default X, e.g. "example" -- what it means',
        )  # fmt: skip
    if match["type"] not in PARAMETER_TYPES:
        close = nearest(match["type"], PARAMETER_TYPES) or PARAMETER_TYPES
        _refuse(
            path,
            line.number,
            match["name"],
            f"type {match['type']!r} is not known.",
            f"Known: {', '.join(close)}.",
        )
    if match["name"] in RESERVED:
        _refuse(
            path, line.number, match["name"], f"a parameter cannot be called {match['name']!r}.",
            f"The app's addresses use {', '.join(RESERVED)}; call it entity, say.",
        )  # fmt: skip
    required = match["need"] == "required"
    if required and match["example"] is None:
        _refuse(path, line.number, match["name"], "a required parameter needs an example.", 'Add: e.g. "..."')
    default = match["default"].strip('"') if match["default"] else None
    return QueryParameter(match["name"], match["type"], required, default, match["example"], match["about"])


def _columns(path: Path, line: _Line) -> tuple[QueryColumn, ...]:
    found: list[QueryColumn] = []
    for part in line.value.split(", "):
        match = _COLUMN.match(part.strip())
        if not match:
            _refuse(
                path, line.number, "returns", f"{part!r} is not a column.", "Write: name, name (unit), ..."
            )
        unit = match["unit"] or ""
        if unit and unit not in COLUMN_UNITS:
            _refuse(
                path,
                line.number,
                match["name"],
                f"unit {unit!r} is not known.",
                f"Known: {', '.join(COLUMN_UNITS)}.",
            )
        found.append(QueryColumn(match["name"], unit))
    return tuple(found)


def _drawing(
    path: Path, line: _Line, columns: tuple[QueryColumn, ...], parameters: tuple[QueryParameter, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if line.value == "nothing":
        return (), ()
    drawn: dict[str, tuple[str, ...]] = {"entities": (), "ties": ()}
    for part in line.value.split(";"):
        word, _, names = part.strip().partition(" ")
        if word not in drawn or not names:
            _refuse(
                path,
                line.number,
                "draw",
                f"{part.strip()!r} is not understood.",
                "Write: entities a, b; ties c",
            )
        drawn[word] = tuple(name.strip() for name in names.split(","))
    ids = {
        column.name for column in columns if column.unit in ("entity id", "entity ids", "tie id", "tie ids")
    }
    ids |= {f"${parameter.name}" for parameter in parameters if parameter.type == "entity id"}
    for name in (*drawn["entities"], *drawn["ties"]):
        if name not in ids:
            _refuse(
                path,
                line.number,
                "draw",
                f"{name!r} holds no ids.",
                f"Columns and parameters that do: {', '.join(sorted(ids))}.",
            )
    return drawn["entities"], drawn["ties"]


def body_of(text: str) -> str:
    """The text of a query without the ``//`` lines and empty lines at its top: what the engine runs."""
    lines = text.splitlines()
    start = next(
        (n for n, line in enumerate(lines) if line.strip() and not line.startswith("//")), len(lines)
    )
    return "\n".join(lines[start:]).rstrip()


def parameters_in(text: str) -> tuple[str, ...]:
    """Names of the parameters that a Cypher text uses, each once, in order; not those in comments."""
    return tuple(dict.fromkeys(re.findall(r"\$(\w+)", _without_comments_and_texts(text))))


def _check_body(path: Path, query: SavedQuery) -> None:
    body = _without_comments_and_texts(query.text)
    declared = {parameter.name for parameter in query.parameters}
    used = set(parameters_in(query.text))
    for name in sorted(used - declared):
        _refuse(
            path,
            _line_of(query.text, f"${name}"),
            name,
            "is used and not declared.",
            f"Add: // param {name}: ...",
        )
    for name in sorted(declared - used):
        _refuse(path, 1, name, "is declared and not used.", "Use it or remove it.")
    known_types, labels = (
        ontology().types,
        {kind.label for kind in ontology().kinds.values()} | {"Entity", "Source"},
    )
    for names in re.findall(r"\[\s*\w*\s*:\s*([A-Za-z_|]+)", body):
        for name in names.split("|"):
            if name not in known_types:
                _refuse(
                    path,
                    _line_of(query.text, name),
                    name,
                    "is not a tie type of the ontology.",
                    did_you_mean(name, list(known_types)).strip(),
                )
    for names in re.findall(r"\(\s*\w*\s*:\s*([A-Za-z_|&]+)", body):
        for name in re.split(r"[|&]", names):
            if name not in labels:
                _refuse(
                    path,
                    _line_of(query.text, name),
                    name,
                    "is not a label of the ontology.",
                    did_you_mean(name, list(labels)).strip(),
                )
    if not re.search(r"ORDER BY[^;]*LIMIT \d+\s*;?\s*\Z", body, re.DOTALL):
        _refuse(
            path,
            body.count("\n"),
            "text",
            "must end with ORDER BY ... LIMIT n.",
            "Order the rows fully; break ties by id.",
        )


def _without_comments_and_texts(text: str) -> str:
    """The text with comments and quoted strings blanked out, line breaks kept."""
    pattern = re.compile(r"/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _line_of(text: str, part: str) -> int:
    body_starts = next((n for n, line in enumerate(text.splitlines()) if not line.startswith("//")), 0)
    for number, line in enumerate(text.splitlines(), start=1):
        if number > body_starts and part in line:
            return number
    return 1
