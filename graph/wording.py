"""Ties as sentences, in both directions and in the words that their status allows."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from graph.model import PERIOD_BASES, SCHEMES, Entity, Tie
from graph.ontology import ontology


def sentence(tie: Tie, from_name: str, to_name: str, *, backward: bool = False) -> str:
    """The tie as a sentence with its dates, status, amount and share; no full stop.

    Args:
        tie: the tie; its status decides the words, so an abandoned purchase never reads as done.
        from_name, to_name: names of its two ends, used as they are (callers escape for HTML).
        backward: tell it from the side of ``to``.

    >>> weighed = Tie("r1", "openai", "ACQUIRED", "cerebras", "abandoned", start_date="2017")
    >>> sentence(weighed, "OpenAI", "Cerebras")
    'OpenAI weighed buying Cerebras (2017, abandoned)'
    """
    details = tie_details(tie)
    return f"{phrase(tie, from_name, to_name, backward=backward)}{f' ({details})' if details else ''}"


def phrase(tie: Tie, from_name: str, to_name: str, *, backward: bool = False) -> str:
    """The sentence without its bracket: ``G42 buys from Cerebras``."""
    declared = ontology()
    direction = "backward" if backward else "forward"
    type_ = declared.types[tie.type]
    forms = type_.backward if backward else type_.forward
    role = (tie.role or type_.role_default or "") if "{role}" in forms["now"] else ""
    words = {form: text.replace("{role}", role) for form, text in forms.items()}
    words["now_or_past"] = words["past" if type_.nature == "event" else "now"]
    first, second = (to_name, from_name) if backward else (from_name, to_name)
    # Names come last and only once, so that braces inside a name stay text.
    pattern = declared.patterns[direction][tie.status]
    for form, text in words.items():
        pattern = pattern.replace("{" + form + "}", text)
    before, _, rest = pattern.partition("{a}")
    middle, _, after = rest.partition("{b}")
    return f"{before}{first}{middle}{second}{after}"


def tie_details(tie: Tie) -> str:
    """What stands in the bracket: role, round, product, interest, money, share, dates, status."""
    type_ = ontology().types[tie.type]
    parts: list[str] = []
    if tie.role and "{role}" not in type_.forward["now"]:
        parts.append(tie.role)
    parts += [part for part in (tie.round, tie.product, interest_text(tie)) if part]
    parts += [part for part in (amount_text(tie), round_text(tie), quantity_text(tie)) if part]
    share = share_text(tie)
    if share:
        parts.append(share)
    period_is_date = bool(share) and tie.share_basis in PERIOD_BASES
    if not period_is_date and (when := when_text(tie)):
        parts.append(when)
    if tie.status not in ("active", "completed"):
        parts.append(tie.status)
    return ", ".join(parts)


def when_text(tie: Tie) -> str:
    """``2015-12 to 2018-02``, ``since 2019``, ``until 2018-02``, ``2017``; empty when no date is known."""
    start, end = tie.start_date, tie.end_date
    if start and end:
        return start if start == end else f"{start} to {end}"
    if end:
        return f"until {end}"
    if not start:
        return ""
    state = ontology().types[tie.type].nature == "state" and tie.status == "active"
    return f"since {start}" if state else start


def has_share(tie: Tie) -> bool:
    """Whether the tie says how large its share is, as a figure or as a band."""
    return tie.share is not None or tie.share_min is not None or tie.share_max is not None


def share_text(tie: Tie) -> str:
    """``87 % of revenue, 2024-01 to 2024-06``, ``25 % to 50 % of votes``; never without basis and period."""
    if not has_share(tie):
        return ""
    period = ""
    if tie.share_basis in PERIOD_BASES:
        # Not Tie.share_period: it speaks of exact shares, and a band is measured over a period as well.
        start, end = tie.start_date, tie.end_date
        span = start if start and start == end else " to ".join(part for part in (start, end) if part)
        period = f", {span}" if span else ", period not stated"
    return f"{share_size(tie)} of {basis_text(tie)}{period}"


def share_size(tie: Tie) -> str:
    """The share without its basis: ``87 %``, ``25 % to 50 %``, ``at least 25 %``, ``at most 50 %``.

    >>> share_size(Tie("r1", "a", "OWNS", "b", "active", share_min=0.25, share_max=0.5))
    '25 % to 50 %'
    """
    if tie.share is not None:
        return percent(tie.share)
    low, high = tie.share_min, tie.share_max
    if low is None:
        return "" if high is None else f"at most {percent(high)}"
    if high is None:
        return f"at least {percent(low)}" if low else ""  # at least nothing says nothing
    return percent(low) if low == high else f"{percent(low)} to {percent(high)}"


def basis_text(tie: Tie) -> str:
    """``revenue``, ``equity``, ``votes`` ...: the word for the share basis."""
    return {"voting": "votes", "economic": "economic interest"}.get(
        tie.share_basis or "", tie.share_basis or ""
    )


def has_amount(tie: Tie) -> bool:
    """Whether the tie states its own amount, in whatever currency; the size of a whole round is none."""
    return tie.amount_usd is not None or tie.amount is not None


def amount_text(tie: Tie) -> str:
    """``$1.5bn``, or ``EUR 1,500,000`` in the currency as published, never converted."""
    if tie.amount_usd is not None:
        return money(tie.amount_usd)
    if tie.amount is None:
        return ""
    return f"{tie.currency} {_grouped(tie.amount)}" if tie.currency else _grouped(tie.amount)


def round_text(tie: Tie) -> str:
    """``round of US$ 10 million in all``: the money of all investors of a round together, not of this one."""
    return "" if tie.round_usd is None else f"round of {_dollars(tie.round_usd)} in all"


def quantity_text(tie: Tie) -> str:
    """``1,000 shares``; ``units`` of what is no firm's share, such as a purchase of goods."""
    if tie.quantity is None:
        return ""
    unit = "share" if ontology().types[tie.type].family in ("ownership", "money") else "unit"
    return f"{_grouped(tie.quantity)} {plural(1 if tie.quantity == '1' else 2, unit)}"


def interest_text(tie: Tie) -> str:
    """``direct interest: voting rights``, ``indirect interest``, ``interest: trustee``: the register's."""
    words = (tie.interest or "").replace("-", " ")
    if not words:
        return f"{tie.directness} interest" if tie.directness else ""
    return f"{tie.directness} interest: {words}" if tie.directness else f"interest: {words}"


def _grouped(number: str) -> str:
    """A decimal as published with separators of thousands, every digit kept."""
    try:
        return f"{Decimal(number):,f}"
    except InvalidOperation:
        return number


def _dollars(amount_usd: int) -> str:
    for size, unit in ((1_000_000_000, "billion"), (1_000_000, "million")):
        if float(f"{amount_usd / size:.4g}") >= 1:  # as in money()
            return f"US$ {float(f'{amount_usd / size:.4g}'):g} {unit}"
    return f"US$ {amount_usd:,}"


def tie_words(tie: Tie, from_name: str, to_name: str) -> str:
    """A tie named for people, where a sentence has no room for it: its ends, what it is, when, and how sure.

    >>> tie_words(Tie("r1", "a", "OWNS", "b", "planned", start_date="2024"), "Ann", "Bob Ltd")
    'Ann – Bob Ltd (owns, 2024, planned)'
    """
    declared = ontology().types.get(tie.type)
    what = (declared.title if declared else tie.type.replace("_", " ")).lower()
    when = when_text(tie) if declared else (tie.start_date or "")
    parts = [what, when, "" if tie.is_fact else tie.status]
    return f"{from_name} – {to_name} ({', '.join(filter(None, parts))})"


def identifier_text(identifier: str) -> str:
    """``Legal Entity Identifier 5493001KJTIIGC8Y1R12``: a ``scheme:value`` with the scheme's name.

    >>> identifier_text("gb-coh:00445790")
    'UK Companies House number 00445790'
    """
    scheme, _, value = identifier.partition(":")
    name = _SCHEME_NAMES.get(scheme)
    return f"{name} {value}" if name else identifier


_SCHEME_NAMES = {
    **{scheme: about.split(",")[0] for scheme, about in SCHEMES.items()},
    "crunchbase": "Crunchbase", "cusip": "CUSIP", "isin": "ISIN", "reg": "Register",
    "icij": "ICIJ Offshore Leaks node", "wikidata": "Wikidata", "littlesis": "LittleSis",
    "opencorporates": "OpenCorporates",
}  # fmt: skip
STUB = "named only by others"
"""Words for an entity that has no record of its own, see :attr:`graph.model.Entity.stub`."""


def entity_facts(entity: Entity) -> list[str]:
    """Country, founding or birth, and that only others name it, as far as known; for one line.

    >>> entity_facts(Entity("a", "Ann", "person", country="GB", born="1970-03"))
    ['GB', 'born 1970-03']
    """
    facts = [
        entity.country,
        f"founded {entity.founded}" if entity.founded else None,
        f"born {entity.born}" if entity.born else None,
        STUB if entity.stub else None,
    ]
    return [fact for fact in facts if fact]


def plural(number: int, one: str, many: str | None = None) -> str:
    """The word for so many: ``tie``, ``ties``; ``many`` where the plural is not regular.

    >>> plural(1, "entity"), plural(3, "entity"), plural(2, "way"), plural(2, "is", "are")
    ('entity', 'entities', 'ways', 'are')
    """
    if number == 1:
        return one
    if many is not None:
        return many
    ends_in_y = one.endswith("y") and one[-2:-1] not in tuple("aeiou")
    return f"{one[:-1]}ies" if ends_in_y else f"{one}s"


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 tie``, ``1,200 ties``.

    >>> counted(1, "tie"), counted(1200, "entity"), counted(2, "person", "people")
    ('1 tie', '1,200 entities', '2 people')
    """
    return f"{number:,} {plural(number, one, many)}"


def percent(fraction: float) -> str:
    """``87 %``; one decimal only where it is needed.

    >>> percent(0.87), percent(0.083), percent(0.0004), percent(0.9998)
    ('87 %', '8.3 %', 'less than 0.1 %', 'more than 99.9 %')
    """
    if 0 < fraction < 0.0005:
        return "less than 0.1 %"
    if 0.9995 <= fraction < 1:
        return "more than 99.9 %"
    return f"{round(fraction * 100, 1):g} %"


def money(amount_usd: int) -> str:
    """US dollars in words for people.

    >>> money(10_000_000_000), money(715_000_000), money(1_500)
    ('$10bn', '$715m', '$1,500')
    """
    for size, unit in ((1_000_000_000_000, "tn"), (1_000_000_000, "bn"), (1_000_000, "m")):
        if float(f"{amount_usd / size:.4g}") >= 1:  # $999,999,999 reads as $1bn, not as $1000m
            return f"${amount_usd / size:.4g}{unit}"
    return f"${amount_usd:,}"
