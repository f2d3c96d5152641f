"""The ontology: kinds, tie types, statuses and their wording, read once from ``ontology.yaml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any

import yaml

from graph.dates import parse_date
from graph.errors import SchemaViolation, did_you_mean
from graph.model import SCHEMES, Entity, Record, Source, Tie

ID_MAX = 500
AMOUNT_MAX = 10**18
"""Engines keep whole numbers in 64 bits."""
ONTOLOGY_FILE = Path(__file__).with_name("ontology.yaml")
_PLAIN_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,20})?\Z", re.ASCII)
_HALF = re.compile("[\ud800-\udfff]")
_VALUES: dict[type[Record], Callable[[Record], tuple[Any, ...]]] = {
    kind: attrgetter(*kind.__slots__) for kind in (Entity, Source, Tie)
}
_COUNTRY, _CURRENCY = re.compile(r"[A-Z]{2}\Z"), re.compile(r"[A-Z]{3}\Z")
_HTTP_URL = re.compile(r"https?://[^\s<>\"]+\Z")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entity. ``label`` is its Cypher label; ``shape`` and ``colour`` draw it."""

    id: str
    label: str
    title: str
    plural: str
    colour: str
    shape: str
    about: str
    ftm: str
    bods: str


@dataclass(frozen=True, slots=True)
class Status:
    """A status of a tie. ``fact`` statuses are shown unless asked otherwise.

    ``strength`` in (0, 1] is multiplied with that of the tie's type, see :mod:`graph.analytics.strength`.
    """

    id: str
    fact: bool
    strength: float
    about: str


@dataclass(frozen=True, slots=True)
class TieType:
    """A type of tie: which kinds it joins, in which direction, in which words.

    Attributes:
        nature: ``event`` (happened at a date) or ``state`` (holds from start to end).
        directed: False where the order of the ends means nothing.
        roles: role that the tie gives its ends, for facets; None where it gives none.
        from_name, to_name: what its ties are called as attributes of an object at that end.
        shares: share bases that make sense on it.
        strength: how strong it is as a step of an influence path, in (0, 1]; ``strength_about`` says why.
        forward, backward: verb forms, see ``ontology.yaml``.
        ftm, bods: the FollowTheMoney schema with its two properties, the BODS interest type.
    """

    id: str
    title: str
    about: str
    family: str
    nature: str
    directed: bool
    from_kinds: tuple[str, ...]
    to_kinds: tuple[str, ...]
    from_role: str | None
    to_role: str | None
    from_name: str
    to_name: str
    shares: tuple[str, ...]
    strength: float
    strength_about: str
    forward: Mapping[str, str]
    backward: Mapping[str, str]
    role_default: str | None
    ftm: Mapping[str, str]
    bods: str | None


@dataclass(frozen=True, slots=True)
class Ontology:
    """Everything ``ontology.yaml`` declares."""

    version: int
    kinds: Mapping[str, Kind]
    types: Mapping[str, TieType]
    statuses: Mapping[str, Status]
    families: Mapping[str, str]
    share_bases: Mapping[str, Mapping[str, str]]
    patterns: Mapping[str, Mapping[str, str]]
    properties: Mapping[str, Mapping[str, Mapping[str, str]]]

    @property
    def fact_statuses(self) -> tuple[str, ...]:
        """Ids of the statuses that state facts."""
        return tuple(status.id for status in self.statuses.values() if status.fact)

    def types_in(self, family: str) -> tuple[str, ...]:
        """Ids of the tie types of a family."""
        return tuple(kind.id for kind in self.types.values() if kind.family == family)

    def label_of(self, kind: str) -> str:
        """Cypher label of a kind."""
        return self.kinds[kind].label


@cache
def ontology() -> Ontology:
    """The ontology of this installation; read once."""
    raw: dict[str, Any] = yaml.safe_load(ONTOLOGY_FILE.read_text(encoding="utf-8"))
    return Ontology(
        version=raw["version"],
        kinds={key: Kind(id=key, **{"about": "", **value}) for key, value in raw["kinds"].items()},
        types={key: _tie_type(key, value) for key, value in raw["types"].items()},
        statuses={key: _status(key, value) for key, value in raw["statuses"].items()},
        families=raw["families"],
        share_bases=raw["share_bases"],
        patterns=raw["patterns"],
        properties=raw["properties"],
    )


def _status(key: str, raw: dict[str, Any]) -> Status:
    return Status(key, raw["fact"], float(raw["strength"]), raw["about"])


def _tie_type(key: str, raw: dict[str, Any]) -> TieType:
    return TieType(
        id=key,
        title=raw["title"],
        about=raw["about"],
        family=raw["family"],
        nature=raw["nature"],
        directed=raw.get("directed", True),
        from_kinds=tuple(raw["from"]),
        to_kinds=tuple(raw["to"]),
        from_role=raw["roles"]["from"],
        to_role=raw["roles"]["to"],
        from_name=raw["names"]["from"],
        to_name=raw["names"]["to"],
        shares=tuple(raw["shares"]),
        strength=float(raw["strength"]["value"]),
        strength_about=raw["strength"]["about"],
        forward=raw["forward"],
        backward=raw["backward"],
        role_default=raw.get("role_default"),
        ftm=raw["ftm"],
        bods=raw["bods"],
    )


def check(record: Record) -> None:
    """Check one record against the ontology.

    Raises:
        SchemaViolation: with field, value and the next step. Ends of ties and ids of sources are
            looked up by the importer, which knows the other records.
    """
    if not record.id.strip():
        raise SchemaViolation("the id is empty.", field="id", hint="Give every record a stable id.")
    if len(record.id) > ID_MAX:
        raise SchemaViolation(
            f"the id has {len(record.id):,} characters, at most {ID_MAX} can be indexed.",
            field="id", value=record.id[:80], hint="Use the short stable key of the register it comes from.",
        )  # fmt: skip
    _check_text(record)
    if isinstance(record, Entity):
        _check_entity(record)
    elif isinstance(record, Source):
        _check_source(record)
    else:
        _check_tie(record)


def _check_text(record: Record) -> None:
    """Every engine refuses half a character, and with it everything that was to be written together."""
    # First all of them as one: nearly every record is fine, and an import has hundreds of thousands.
    values = [value for value in _VALUES[type(record)](record) if value.__class__ in (str, tuple)]
    whole = "".join([value if value.__class__ is str else "".join(value) for value in values])
    if whole.isascii() or not _HALF.search(whole):
        return
    for field in record.__slots__:
        value: Any = getattr(record, field)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and not text.isascii() and _HALF.search(text):
                raise SchemaViolation(
                    "the text has half a character (a lone surrogate) in it.",
                    field=field,
                    value=_HALF.sub("\ufffd", text),
                    hint="Write the file again as UTF-8.",
                )


def check_ends(tie: Tie, from_kind: str, to_kind: str) -> None:
    """Check that a tie of this type may join these two kinds.

    Raises:
        SchemaViolation: for example a company that holds a role.
    """
    declared = ontology().types[tie.type]
    for field, kind, allowed in (
        ("from", from_kind, declared.from_kinds),
        ("to", to_kind, declared.to_kinds),
    ):
        if kind not in allowed:
            raise SchemaViolation(
                f"{tie.type} cannot have a {kind} as its {field!r} end.",
                field=field,
                value=kind,
                hint=f"Allowed there: {', '.join(allowed)}.",
            )


def _check_entity(entity: Entity) -> None:
    if not entity.name.strip():
        raise SchemaViolation("the name is empty.", field="name", hint="Give every entity a name.")
    _one_of("kind", entity.kind, ontology().kinds)
    if entity.country is not None and not _COUNTRY.match(entity.country):
        raise SchemaViolation(
            f"{entity.country!r} is not a country code.",
            field="country",
            value=entity.country,
            hint="Write two capital letters (ISO 3166-1 alpha-2), such as US.",
        )
    if entity.founded is not None:
        parse_date(entity.founded, field="founded")
    if entity.born is not None and parse_date(entity.born, field="born").precision == "day":
        raise SchemaViolation(
            "a full birthday is more than is needed to tell people apart.",
            field="born",
            value=entity.born,
            hint="Keep the year, or year and month: 1970-03.",
        )
    for item in entity.identifiers:
        scheme, colon, value = item.partition(":")
        if scheme not in SCHEMES or not (colon and value.strip()):
            raise SchemaViolation(
                f"{item[:60]!r} is not an identifier.",
                field="identifiers",
                value=item,
                hint=f"Write scheme:value; the schemes are {', '.join(SCHEMES)}.",
            )


def _check_source(source: Source) -> None:
    if source.date is not None:
        parse_date(source.date, field="date")
    if source.url is not None and not _HTTP_URL.match(source.url):
        raise SchemaViolation(
            f"{source.url[:60]!r} is not an http(s) address.",
            field="url",
            value=source.url,
            hint="Only http:// and https:// links are kept; leave the cell empty otherwise.",
        )


def _check_tie(tie: Tie) -> None:
    declared = ontology()
    _one_of("type", tie.type, declared.types)
    _one_of("status", tie.status, declared.statuses)
    if tie.from_id == tie.to_id:
        raise SchemaViolation(
            "the tie joins an entity to itself.", field="to", value=tie.to_id, hint="Check both ends."
        )
    start = parse_date(tie.start_date, field="start") if tie.start_date is not None else None
    end = parse_date(tie.end_date, field="end") if tie.end_date is not None else None
    if start and end and start.first_day > end.last_day:
        raise SchemaViolation(
            f"the end {end.text} is before the start {start.text}.",
            field="end",
            value=end.text,
            hint="Swap them?",
        )
    for field, dollars in (("amount_usd", tie.amount_usd), ("round_usd", tie.round_usd)):
        if dollars is not None and abs(dollars) > AMOUNT_MAX:
            raise SchemaViolation(
                "the amount has more than 18 digits.", field=field, hint="No amount of money has so many."
            )
    if tie.amount_usd is not None and tie.amount_usd <= 0:
        raise SchemaViolation(
            f"the amount {tie.amount_usd} is not above 0.",
            field="amount_usd",
            value=tie.amount_usd,
            hint="Leave the cell empty when the amount is not known.",
        )
    _check_amount(tie)
    _check_share(tie)
    if not tie.sources:
        raise SchemaViolation(
            "the tie has no source.", field="sources", hint="Every tie needs at least one source id."
        )


def _check_amount(tie: Tie) -> None:
    for field, value in (("amount", tie.amount), ("quantity", tie.quantity)):
        if value is not None and not _PLAIN_NUMBER.match(value):
            raise SchemaViolation(
                f"{value[:40]!r} is not a plain decimal number.",
                field=field,
                value=value,
                hint="Write digits and a point: 1500000.50. Leave the cell empty when it is not known.",
            )
    if tie.amount is not None and tie.currency is None:
        raise SchemaViolation(
            "there is an amount without a currency.", field="currency", hint="Say which: EUR, GBP ..."
        )
    if tie.currency is not None and not _CURRENCY.match(tie.currency):
        raise SchemaViolation(
            f"{tie.currency[:20]!r} is not a currency code.",
            field="currency",
            value=tie.currency,
            hint="Write three capital letters (ISO 4217), such as EUR.",
        )
    if tie.round_usd is not None and tie.round_usd <= 0:
        raise SchemaViolation(
            f"the round {tie.round_usd} is not above 0.",
            field="round_usd",
            value=tie.round_usd,
            hint="Leave the cell empty when it is not known.",
        )
    if tie.directness is not None:
        _one_of("directness", tie.directness, {"direct": 1, "indirect": 1})


def _check_share(tie: Tie) -> None:
    shares = {"share": tie.share, "share_min": tie.share_min, "share_max": tie.share_max}
    given = {field: share for field, share in shares.items() if share is not None}
    if not given:
        if tie.share_basis is not None:
            raise SchemaViolation(
                "there is a share basis without a share.", field="share_basis", value=tie.share_basis,
                hint="Fill in the share, or leave both empty.",
            )  # fmt: skip
        return
    for field, share in given.items():
        # A band may start at 0, and nobody can hold more than all.
        if not (0 <= share <= 1 and (share > 0 or field == "share_min")):
            raise SchemaViolation(
                f"the share {share:g} is not between 0 and 1.",
                field=field,
                value=share,
                hint="Write fractions: 0.12 for 12 %. Leave the cell empty when it is not known.",
            )
    if tie.share is not None and len(given) > 1:
        raise SchemaViolation(
            "there is a share and a band for it.", field="share_min", value=tie.share_min,
            hint="Keep the share, or its two bounds.",
        )  # fmt: skip
    if tie.share_min is not None and tie.share_max is not None and tie.share_min > tie.share_max:
        raise SchemaViolation(
            f"the band of {tie.share_min:g} to {tie.share_max:g} is empty.", field="share_min",
            value=tie.share_min, hint="Swap the two bounds?",
        )  # fmt: skip
    if tie.share_basis is None:
        raise SchemaViolation(
            "there is a share without a share basis.", field="share_basis",
            hint=f"Say what it is a share of: {', '.join(ontology().share_bases)}.",
        )  # fmt: skip
    _one_of("share_basis", tie.share_basis, ontology().share_bases)
    allowed = ontology().types[tie.type].shares
    if tie.share_basis not in allowed:
        raise SchemaViolation(
            f"{tie.type} has no share of {tie.share_basis}.",
            field="share_basis",
            value=tie.share_basis,
            hint=f"Allowed there: {', '.join(allowed) or 'none'}.",
        )


def _one_of(field: str, value: str, known: Mapping[str, object]) -> None:
    if value not in known:
        raise SchemaViolation(
            f"{value[:40]!r} is not a known {field.replace('_', ' ')}.{did_you_mean(value, list(known))}",
            field=field,
            value=value,
            hint=f"Known: {', '.join(known)}.",
        )
