"""Statements of Wikidata items as values: ranks, qualifiers, dates of any precision, proportions, kinds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from loaders.companies_house import company_number
from loaders.json_values import as_list, as_number, as_object, as_text
from loaders.values import RowReader, http_url

_ITEM = re.compile(r"Q[1-9]\d{0,14}\Z", re.ASCII)
_TIME = re.compile(r"([+-]?)(\d{1,16})-(\d\d)-(\d\d)T", re.ASCII)
_DAY, _MONTH, _YEAR = 11, 10, 9
_PERCENT = "Q11229"
_LANGUAGES = ("en", "mul", "en-gb", "en-us", "en-ca")

KINDS: Mapping[str, str] = {
    "person": "Q5",
    "company": "Q4830453 Q783794 Q6881511 Q891723 Q167037 Q22687 Q46970 Q18388277 Q1058914 Q786820 Q219577 "
    "Q658255 Q134161 Q161726 Q1589009 Q5621421 Q270791 Q778575",
    "organization": "Q43229 Q15911314 Q163740 Q157031 Q3918 Q875538 Q902104 Q7278 Q33506",
    "government": "Q327333 Q192350 Q7188 Q6256 Q3624078 Q35657 Q515 Q5119 Q1549591 Q484170 Q262166",
    "asset": "Q3305213 Q11446 Q41176 Q431289 Q3947 Q16560 Q23413 Q35127 Q483110 Q1248784 Q27686",
}
"""Common classes by kind; subclasses are not followed, because that needs the whole of Wikidata."""
_KIND_OF = {item: kind for kind, items in KINDS.items() for item in items.split()}

_COUNTRIES: Mapping[str, str] = {
    found[1]: found[2]
    for found in re.finditer(
        r"(Q\d+):([A-Z]{2})",
        "Q30:US Q145:GB Q183:DE Q142:FR Q38:IT Q29:ES Q55:NL Q31:BE Q39:CH Q40:AT Q34:SE Q20:NO Q35:DK "
        "Q33:FI Q189:IS Q27:IE Q45:PT Q41:GR Q36:PL Q213:CZ Q214:SK Q28:HU Q218:RO Q219:BG Q215:SI Q224:HR "
        "Q403:RS Q212:UA Q159:RU Q184:BY Q211:LV Q37:LT Q191:EE Q43:TR Q801:IL Q851:SA Q878:AE Q846:QA "
        "Q817:KW Q79:EG Q258:ZA Q1033:NG Q114:KE Q148:CN Q17:JP Q884:KR Q423:KP Q865:TW Q668:IN Q843:PK "
        "Q252:ID Q833:MY Q334:SG Q869:TH Q881:VN Q928:PH Q408:AU Q664:NZ Q16:CA Q96:MX Q155:BR Q414:AR "
        "Q298:CL Q739:CO Q419:PE Q717:VE Q32:LU Q233:MT Q229:CY Q347:LI Q235:MC Q238:SM Q232:KZ Q230:GE "
        "Q399:AM Q227:AZ Q265:UZ Q902:BD Q854:LK Q794:IR Q796:IQ Q858:SY Q822:LB Q810:JO Q1028:MA Q948:TN "
        "Q262:DZ Q222:AL Q221:MK Q225:BA Q236:ME Q217:MD Q8646:HK Q14773:MO Q29999:NL Q756617:DK",
    )
}
_IDENTIFIERS: Mapping[str, str] = {
    "P1278": "lei",
    "P5531": "cik",
    "P2622": "gb-coh",
    "P2088": "crunchbase",
    "P2087": "crunchbase",
    "P946": "isin",
    "P2627": "bic",
    "P1320": "opencorporates",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about an item.

    Attributes:
        value: id of the item it names; None for an unknown value or none at all.
        known: ``value``, ``somevalue`` (there is one, nobody knows which) or ``novalue``.
        start, end, at: qualifiers; ``over`` also where the end is unknown but said to exist.
        share: proportion as a fraction.
        urls: addresses of the references.
    """

    property: str
    value: str | None
    known: str
    rank: str
    start: str | None = None
    end: str | None = None
    at: str | None = None
    over: bool = False
    share: float | None = None
    urls: tuple[str, ...] = ()


PROPERTIES_READ = frozenset({"P31", "P17", "P27", "P571", "P569", *_IDENTIFIERS})
"""Properties of an item itself that are read here."""


def item_id(value: object) -> str | None:
    """The id of an item, ``Q`` and a number; None for anything else."""
    text = as_text(value)
    return text if text is not None and _ITEM.match(text) else None


def statements(item: Mapping[str, Any], properties: Iterable[str], reader: RowReader) -> Iterator[Statement]:
    """Statements with these properties, whatever their rank; odd ones are remarked and left out."""
    claims = as_object(item.get("claims"))
    for name in properties:
        for claim in as_list(claims.get(name)):
            snak = as_object(as_object(claim).get("mainsnak"))
            if snak:
                yield _statement(name, as_object(claim), snak, reader)


def _statement(name: str, claim: Mapping[str, Any], snak: Mapping[str, Any], reader: RowReader) -> Statement:
    known = as_text(snak.get("snaktype")) or "value"
    value = _item_of(snak) if known == "value" else None
    qualifiers = as_object(claim.get("qualifiers"))
    start, end = _time(qualifiers, "P580", reader), _time(qualifiers, "P582", reader)
    if start and end and start[: len(end)] > end[: len(start)]:
        reader.remark("P582", end, "the end is before the start; it is left out")
        end = None
    return Statement(
        property=name,
        value=value,
        known=known if known in ("somevalue", "novalue") else "value",
        rank=as_text(claim.get("rank")) or "normal",
        start=start,
        end=end,
        at=_time(qualifiers, "P585", reader),
        over=any(as_object(each).get("snaktype") != "novalue" for each in as_list(qualifiers.get("P582"))),
        share=_share(qualifiers, reader),
        urls=_urls(claim),
    )


def _value(snak: object) -> object:
    return as_object(as_object(snak).get("datavalue")).get("value")


def _item_of(snak: object) -> str | None:
    value = as_object(_value(snak))
    found = item_id(value.get("id"))
    if found is None and value.get("entity-type") == "item":
        # Dumps before 2016 give the number alone.
        number = as_number(value.get("numeric-id"))
        found = item_id(f"Q{number}") if number is not None else None
    return found


def _time(qualifiers: Mapping[str, Any], name: str, reader: RowReader) -> str | None:
    for snak in as_list(qualifiers.get(name)):
        value = as_object(_value(snak))
        if value and (found := read_time(name, value, reader)):
            return found
    return None


def read_time(name: str, value: Mapping[str, Any], reader: RowReader) -> str | None:
    """A time value as a date of its own precision; None, with a remark, for a decade and what is wider."""
    text, precision = as_text(value.get("time")) or "", as_number(value.get("precision"))
    found = _TIME.match(text)
    if found is None:
        return reader.date(name, text)
    if precision is not None and precision < _YEAR:
        reader.remark(name, text, "the date is less precise than a year; it is left out")
        return None
    # Years have at least four digits, in old dumps eleven.
    parts = [found[2].lstrip("0").zfill(4), found[3], found[4]]
    wanted = 3 if precision is None or precision >= _DAY else 2 if precision == _MONTH else 1
    sign = "-" if found[1] == "-" else ""
    return reader.date(name, sign + "-".join(parts[:wanted]))


def _share(qualifiers: Mapping[str, Any], reader: RowReader) -> float | None:
    for snak in as_list(qualifiers.get("P1107")):
        value = as_object(_value(snak))
        amount = as_number((as_text(value.get("amount")) or "").removeprefix("+"))
        if amount is None:
            continue
        if (as_text(value.get("unit")) or "").endswith(f"/{_PERCENT}"):
            amount /= Decimal(100)
        if 0 < amount <= 1:
            return float(amount)
        reader.remark("P1107", amount, "the proportion is not between 0 and 1; it is left out")
    return None


def _urls(claim: Mapping[str, Any]) -> tuple[str, ...]:
    found = (
        http_url(as_text(_value(snak)))
        for reference in as_list(claim.get("references"))
        for snak in as_list(as_object(as_object(reference).get("snaks")).get("P854"))
    )
    return tuple(dict.fromkeys(url for url in found if url and len(url) <= 2000))


def best(item: Mapping[str, Any], name: str) -> list[Any]:
    """Values of a property: those of preferred rank, or else of normal rank."""
    ranked: dict[str, list[Any]] = {}
    for claim in as_list(as_object(item.get("claims")).get(name)):
        value = _value(as_object(claim).get("mainsnak"))
        if value is not None:
            ranked.setdefault(as_text(as_object(claim).get("rank")) or "normal", []).append(value)
    return ranked.get("preferred") or ranked.get("normal") or []


def items_of(item: Mapping[str, Any], name: str) -> list[str]:
    """Ids of the items that a property names, of the best rank."""
    snaks = ({"datavalue": {"value": value}} for value in best(item, name))
    return [found for snak in snaks if (found := _item_of(snak))]


def label(item: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    """The English label, or else another language's, and the aliases of that language."""
    labels, aliases = as_object(item.get("labels")), as_object(item.get("aliases"))
    order = [*_LANGUAGES, *sorted(key for key in labels if key not in _LANGUAGES)]
    for language in order:
        name = as_text(as_object(labels.get(language)).get("value"))
        if name:
            others = [
                *as_list(aliases.get(language)),
                *as_list(aliases.get("mul") if language != "mul" else None),
            ]
            texts = (as_text(as_object(other).get("value")) for other in others)
            return name, tuple(dict.fromkeys(text for text in texts if text and text != name))
    return None, ()


def description(item: Mapping[str, Any]) -> str | None:
    """The English description."""
    return as_text(as_object(as_object(item.get("descriptions")).get("en")).get("value"))


def kind(item: Mapping[str, Any], only_owned: bool) -> str:
    """Kind by the item's classes; an organisation where no class is known.

    Args:
        item: the item.
        only_owned: whether nothing is said of it but who owns it; only then it may be an asset.
    """
    found = {_KIND_OF[each] for each in items_of(item, "P31") if each in _KIND_OF}
    for wanted in ("person", "company", "government", "organization"):
        if wanted in found:
            return wanted
    return "asset" if "asset" in found and only_owned else "organization"


def country(item: Mapping[str, Any], person: bool) -> str | None:
    """Country of an organisation, or citizenship of a person, when it is one of today's larger ones."""
    codes = [_COUNTRIES[each] for each in items_of(item, "P27" if person else "P17") if each in _COUNTRIES]
    return codes[0] if codes else None


def identifiers(item: Mapping[str, Any], own: str, reader: RowReader) -> tuple[str, ...]:
    """Strong ids of other registers, after the item's own."""
    found = [f"wikidata:{own}"]
    for name, scheme in _IDENTIFIERS.items():
        for value in best(item, name):
            text = as_text(value)
            if text is None or len(text) > 200:
                continue
            if scheme == "cik":
                text = text.zfill(10) if re.fullmatch(r"\d{1,10}", text, re.ASCII) else None
            elif scheme == "gb-coh":
                text = company_number(text)
            elif scheme in ("lei", "isin", "bic"):
                text = text.upper()
            if text is None:
                reader.remark(name, value, "the identifier cannot be read; it is left out")
            else:
                found.append(f"{scheme}:{text}")
    return tuple(dict.fromkeys(found))


def year_of(item: Mapping[str, Any], name: str, reader: RowReader, length: int) -> str | None:
    """A date of an item cut to ``length`` characters: 4 for the year, 7 for year and month."""
    for value in best(item, name):
        found = read_time(name, as_object(value), reader) if isinstance(value, dict) else None
        if found:
            return found[:length]
    return None
