"""A brief to hand on: an answer or an entity as Markdown, every sentence with its sources numbered below."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence

from graph.analytics.answer import Answer
from graph.dossier import Dossier
from graph.model import Source, Tie
from graph.ontology import ontology
from graph.wording import counted, entity_facts, identifier_text

# Everything that CommonMark or an HTML-minded reader could take for mark-up.
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&])")
_BREAKS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)
_HTTP = re.compile(r"https?://[^\s<>\"()\\]+\Z")
_MOST_ROWS = 200


class _Notes:
    """Sources in the order they are first cited."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self.sources = sources
        self.numbers: dict[str, int] = {}

    def marks(self, ids: Iterable[str]) -> str:
        kept = [key for key in dict.fromkeys(ids) if key in self.sources]
        return "".join(f"[^{self.numbers.setdefault(key, len(self.numbers) + 1)}]" for key in kept)

    def lines(self) -> list[str]:
        return [f"[^{number}]: {_cited(self.sources[key])}" for key, number in self.numbers.items()]


def answer_brief(answer: Answer, ties: Mapping[str, Tie], sources: Mapping[str, Source]) -> str:
    """An answer as a Markdown page: sentences with footnotes, the table, notes, method and provenance.

    Args:
        ties: tie id to tie, for the ties that the statements rest on.
        sources: source id to source.
    """
    notes = _Notes(sources)
    lines = [f"# {text(answer.title)}", ""]
    for statement in answer.statements:
        cited = (key for tie in statement.ties if tie in ties for key in ties[tie].sources)
        lines.append(f"- {text(statement.text)}{notes.marks(cited)}")
    if answer.rows:
        lines += ["", *_table(answer.columns, answer.rows)]
    lines += ["", *(f"> {text(note)}" for note in answer.notes)]
    method, made = answer.method, answer.provenance
    when, version = made.as_of or "any time", made.data_version or "not from a store"
    asked = json.dumps(dict(made.parameters), default=str, ensure_ascii=False)
    left = ", ".join(f"{name} {number}" for name, number in made.left_out.items() if number)
    lines += [
        "", "## How this was computed", "",
        f"{text(method.name)}. {text(method.formula)}", "",
        f"Where data is unknown: {text(method.missing)}", "",
        f"Reference: {text(method.citation)}", "",
        f"- Data version {text(version)}, as of {text(when)}",
        f"- {counted(made.ties, 'tie')} among {counted(made.entities, 'entity')}; "
        f"direction: {text(made.direction)}; weights: {text(made.weights)}; "
        f"normalisation: {text(made.normalisation)}",
        f"- Asked: {text(asked)}; seed: {made.seed if made.seed is not None else 'none'}",
        f"- Left out: {text(left or 'nothing')}",
    ]  # fmt: skip
    return _page(lines, notes)


def entity_brief(found: Dossier, *, as_of: str | None, data_version: str) -> str:
    """An entity as a Markdown page: facts first, plans and allegations apart, every tie with its sources."""
    entity = found.entity
    sources = {source.id: source for line in found.lines for source in line.sources}
    notes = _Notes(sources)
    about = [ontology().kinds[entity.kind].title, *entity_facts(entity)]
    lines = [f"# {text(entity.name)}", "", text(" · ".join(about))]
    if entity.aliases:
        lines += ["", f"Also known as {text(', '.join(entity.aliases))}."]
    if entity.description:
        lines += ["", text(entity.description)]
    if entity.note:
        lines += ["", f"Note: {text(entity.note)}"]
    if entity.identifiers:
        lines += ["", *(f"- {text(identifier_text(each))}" for each in entity.identifiers)]
    lines += ["", f"As of {text(as_of or 'any time')}, data version {text(data_version)}."]
    for title, members in found.by_family().items():
        facts = [line for line in members if line.tie.is_fact]
        if facts:
            lines += ["", f"## {text(title)}", ""]
            lines += [_told(line.sentence, line.tie, notes) for line in facts]
    plans = [line for line in found.lines if not line.tie.is_fact]
    if plans:
        lines += ["", "## Not facts: announced, planned, considered, dropped or alleged", ""]
        lines += [_told(line.sentence, line.tie, notes) for line in plans]
    left = ", ".join(f"{reason} {number}" for reason, number in found.left_out.items() if number)
    lines += ["", f"Left out: {text(left or 'nothing')}."]
    return _page(lines, notes)


def text(value: object) -> str:
    """A value as one line of Markdown that shows exactly as it is.

    >>> text("<b> [x](y)")
    '\\\\<b\\\\> \\\\[x\\\\]\\\\(y\\\\)'
    """
    return _SPECIAL.sub(r"\\\1", " ".join(_BREAKS.sub(" ", str(value)).split()))


def _told(sentence: str, tie: Tie, notes: _Notes) -> str:
    remark = f" ({text(tie.note)})" if tie.note else ""
    return f"- {text(sentence)}{remark}{notes.marks(tie.sources)}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    lines = ["| " + " | ".join(text(name) for name in columns) + " |", "| --- " * len(columns) + "|"]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows[:_MOST_ROWS]]
    if len(rows) > _MOST_ROWS:
        lines += ["", f"{_MOST_ROWS:,} of {counted(len(rows), 'row')}."]
    return lines


def _cell(value: object) -> str:
    if value is None:
        return "not known"
    if isinstance(value, float):
        return text(f"{value:.4g}")
    return text(", ".join(map(str, value)) if isinstance(value, (list, tuple)) else value)


def _cited(source: Source) -> str:
    date = f", {source.date}" if source.date else ""
    told = text(f"{source.publisher}: {source.title}{date}")
    return f"{told} <{source.url}>" if source.url and _HTTP.match(source.url) else told


def _page(lines: Sequence[str], notes: _Notes) -> str:
    whole = "\n".join([*lines, "", *notes.lines()])
    return re.sub(r"\n{3,}", "\n\n", whole).strip() + "\n"
