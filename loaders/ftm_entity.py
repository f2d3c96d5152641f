"""Entities of FollowTheMoney as entities of the graph."""

from __future__ import annotations

import re

from graph.model import Entity
from loaders.ftm_rows import Thing
from loaders.ftm_schema import KINDS
from loaders.values import RowReader, country_code

_STRONG = {
    "leiCode": "lei",
    "wikidataId": "wikidata",
    "cikCode": "cik",
    "isin": "isin",
    "isinCode": "isin",
    "swiftBic": "bic",
    "icijId": "icij",
}
_NUMBERS = {
    "ogrnCode": "ogrn",
    "innCode": "inn",
    "okpoCode": "okpo",
    "vatCode": "vat",
    "dunsCode": "duns",
    "uniqueEntityId": "uei",
    "npiCode": "npi",
    "permId": "permid",
    "bvdId": "bvd",
    "imoNumber": "imo",
    "mmsi": "mmsi",
    "figiCode": "figi",
    "cadastralCode": "cadastre",
    "iban": "iban",
    "publicKey": "wallet",
}
_OWN_NUMBERS = ("registrationNumber", "idNumber", "taxNumber")
_NAMES = ("name", "alias", "weakAlias", "previousName", "abbreviation")
_COUNTRIES = {
    "person": ("nationality", "citizenship", "country"),
    "asset": ("flag", "country"),
    "address": ("country",),
}
_OTHER_NAMES = (
    "full", "title", "summary", "registrationNumber", "imoNumber", "isin", "publicKey", "iban",
    "accountNumber", "cadastralCode", "address",
)  # fmt: skip
_PLACE = ("street", "street2", "postOfficeBox", "postalCode", "city", "region", "state")
_OPENCORPORATES = re.compile(r"https?://opencorporates\.com/companies/([a-z_]{2,10}/[^/?#\s]+)\Z")
_SOUND = {
    "lei": re.compile(r"[A-Z0-9]{20}\Z"),
    "cik": re.compile(r"\d{1,10}\Z", re.ASCII),
    "wikidata": re.compile(r"Q\d+\Z", re.ASCII),
}
READ_PROPERTIES = frozenset(
    {
        *_STRONG, *_NUMBERS, *_OWN_NUMBERS, *_NAMES, *_PLACE, "full", "summary", "firstName", "lastName",
        "nationality", "citizenship", "country", "jurisdiction", "mainCountry", "flag", "topics", "sector",
        "incorporationDate", "dissolutionDate", "birthDate", "deathDate", "position", "status", "description",
        "opencorporatesUrl", "sourceUrl", "publisher", "parent", "owner", "holder", "operator",
        "addressEntity",
    }
)  # fmt: skip


def entity_of(thing: Thing, reader: RowReader) -> Entity:
    """The entity; values that cannot be read, or of which only one is kept, are remarked."""
    kind = KINDS[thing.schema]
    names = _names(thing, kind)
    born = _best_date(thing, "birthDate", reader) if kind == "person" else None
    founded = _best_date(thing, "incorporationDate", reader)
    return Entity(
        id=thing.id,
        name=names[0],
        kind=kind,
        aliases=tuple(names[1:]),
        country=_country(thing, kind, reader),
        founded=founded[:4] if founded else None,
        sectors=tuple(thing.texts("topics") + [_slug(text) for text in thing.texts("sector") if _slug(text)]),
        description=thing.text("summary", "description"),
        identifiers=tuple(_identifiers(thing, kind)),
        born=born[:7] if born else None,
        note=" ".join(_notes(thing, reader)) or None,
    )


def _names(thing: Thing, kind: str) -> list[str]:
    found = thing.texts(*_NAMES)
    if kind == "address":
        found = thing.texts("full", "name") or found or [", ".join(thing.texts(*_PLACE))]
    found = [name for name in found if name]
    if thing.caption and (thing.caption in found or not found):
        found = [thing.caption, *found]
    if not found and kind == "person":
        found = [" ".join(thing.texts("firstName", "lastName"))]
    found = [name for name in found if name] or thing.texts(*_OTHER_NAMES)[:1]
    return list(dict.fromkeys(found)) or [thing.id]


def _country(thing: Thing, kind: str, reader: RowReader) -> str | None:
    names = _COUNTRIES.get(kind, ("jurisdiction", "mainCountry", "country"))
    codes: list[str] = []
    for name in names:
        for text in thing.texts(name):
            code = reader.country(name, text)
            if code and code not in codes:
                codes.append(code)
    if len(codes) > 1:
        reader.remark("country", ", ".join(codes), "only the first of several countries is kept")
    return codes[0] if codes else None


def _best_date(thing: Thing, name: str, reader: RowReader) -> str | None:
    """Of several dates the one that says most, of those the earliest."""
    dates = [date for text in thing.texts(name) if (date := reader.date(name, text))]
    if not dates:
        return None
    best = min(dates, key=lambda date: (-len(date), date))
    if any(not best.startswith(date) for date in dates):
        reader.remark(name, ", ".join(dates), "there are several dates; the most exact one is kept")
    return best


def _identifiers(thing: Thing, kind: str) -> list[str]:
    found: list[str] = []
    for name, scheme in _STRONG.items():
        for text in thing.texts(name):
            value = text.upper() if scheme in ("lei", "isin", "bic", "wikidata") else text
            sound = _SOUND.get(scheme)
            if sound and not sound.match(value):
                found.append(f"reg:{scheme}:{text}")
            else:
                found.append(f"{scheme}:{value.zfill(10) if scheme == 'cik' else value}")
    found += [
        f"opencorporates:{page[1]}"
        for text in thing.texts("opencorporatesUrl")
        if (page := _OPENCORPORATES.match(text))
    ]
    # Numbers of papers and tax accounts of people are nobody's business here.
    if kind != "person":
        country = next(
            (code for text in thing.texts("jurisdiction", "country") if (code := country_code(text))),
            "unknown",
        )
        found += [f"reg:{country}:{text}" for text in thing.texts(*_OWN_NUMBERS)]
        found += [f"reg:{scheme}:{text}" for name, scheme in _NUMBERS.items() for text in thing.texts(name)]
    # Other files may still call it by an old id.
    found += [f"reg:ftm:{old}" for old in thing.referents[:100]]
    return list(dict.fromkeys(found))


def _notes(thing: Thing, reader: RowReader) -> list[str]:
    found: list[str] = []
    for name, word in (("deathDate", "Died"), ("dissolutionDate", "Dissolved")):
        if date := _best_date(thing, name, reader):
            found.append(f"{word} {date}.")
    for name, word in (("status", "Status"), ("position", "Positions")):
        if texts := thing.texts(name):
            found.append(f"{word}: {'; '.join(texts)}.")
    return found


def _slug(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")[:80]
