"""``docs/ontology.md``, written from the ontology so that it never tells another story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from graph.model import Tie
from graph.ontology import TieType, ontology
from graph.wording import phrase

_FROM, _TO = "A", "B"


def ontology_page() -> str:
    """The page as Markdown, ending in a line feed."""
    return "\n".join(_lines()).rstrip("\n") + "\n"


def _lines() -> Iterator[str]:
    declared = ontology()
    yield "# Ontology"
    yield ""
    yield "Written by `interlock ontology` from `graph/ontology.yaml`; change that file, not this page."
    yield ""
    yield (
        "An entity is a node with the label `Entity` and the label of its kind. A tie is a relationship of "
        "its type, directed from `from` to `to`. A source is a node with the label `Source`; ties name "
        "their sources by id. Unknown properties are absent, never 0 or empty."
    )
    yield from _section("Kinds of entities")
    yield "Kinds exclude each other. Roles, such as investor or supplier, come from ties: one may have many."
    yield ""
    yield from _table(
        ("kind", "label", "about", "FollowTheMoney schema", "BODS type"),
        (
            (f"`{kind.id}`", f"`{kind.label}`", kind.about or f"{kind.title}.", kind.ftm, kind.bods)
            for kind in declared.kinds.values()
        ),
    )
    yield from _section("Statuses")
    yield "Facts are shown unless asked otherwise; the other statuses only when asked, and drawn apart."
    yield ""
    yield from _table(
        ("status", "fact", "factor of strength", "meaning"),
        (
            (f"`{s.id}`", "yes" if s.fact else "no", f"{s.strength:g}", s.about)
            for s in declared.statuses.values()
        ),
    )
    yield from _section("Tie types")
    for family, title in declared.families.items():
        for name in declared.types_in(family):
            yield from _type(declared.types[name], title)
    yield from _strengths()
    yield from _shares()
    yield from _properties()


def _type(declared: TieType, family: str) -> Iterator[str]:
    yield f"### {declared.id}"
    yield ""
    yield f"{declared.title}: {declared.about}."
    yield ""
    yield f"- Family: {family}. {'An event' if declared.nature == 'event' else 'A state'}" + (
        "." if declared.directed else "; its direction means nothing."
    )
    yield f"- From: {', '.join(declared.from_kinds)}. To: {', '.join(declared.to_kinds)}."
    given = [
        f"`{end}` is {_article(role)}"
        for end, role in (("from", declared.from_role), ("to", declared.to_role))
        if role
    ]
    yield f"- Roles: {', '.join(given) or 'none'}."
    yield f"- Share bases: {', '.join(declared.shares) or 'none'}."
    yield f"- Strength: {declared.strength:g} ({declared.strength_about})."
    ftm = "{schema} (`{from}` to `{to}`)".format_map(declared.ftm)
    yield f"- FollowTheMoney: {ftm}. BODS: {declared.bods or 'none'}."
    yield ""
    yield from _table(
        ("status", "from A to B", "from B to A"),
        (
            (f"`{status}`", _words(declared, status, False), _words(declared, status, True))
            for status in ontology().statuses
        ),
    )
    yield ""


def _article(role: str) -> str:
    return f"{'an' if role[0] in 'aeiou' else 'a'} {role}"


def _words(declared: TieType, status: str, backward: bool) -> str:
    return phrase(Tie("", "a", declared.id, "b", status), _FROM, _TO, backward=backward)


def _strengths() -> Iterator[str]:
    yield from _section("Strengths")
    yield (
        "How strong a tie is as a step of an influence path: the strength of its type times the factor of "
        "its status, both above 0 and at most 1. These are editorial judgements that rank paths, no "
        "measurements; shares and amounts do not enter, because most are unknown. `--strength` and an edge "
        "attribute `strength` replace them."
    )
    yield ""
    ordered = sorted(ontology().types.values(), key=lambda declared: (-declared.strength, declared.id))
    yield from _table(
        ("type", "strength", "why"),
        ((f"`{declared.id}`", f"{declared.strength:g}", declared.strength_about) for declared in ordered),
    )


def _shares() -> Iterator[str]:
    yield from _section("Shares")
    yield "A share is a fraction from 0 to 1 and never stands without its basis."
    yield ""
    yield from _table(
        ("basis", "meaning"),
        ((f"`{name}`", basis["about"]) for name, basis in ontology().share_bases.items()),
    )


def _properties() -> Iterator[str]:
    yield from _section("Properties")
    for owner, properties in ontology().properties.items():
        yield f"### Properties of {_article(owner)}"
        yield ""
        yield from _table(
            ("property", "meaning", "form and unit"),
            ((f"`{name}`", about["about"], about["format"]) for name, about in properties.items()),
        )
        yield ""


def _section(title: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
