"""Ties as sentences, in both directions and in the words that their status allows."""

from __future__ import annotations

from graph.model import PERIOD_BASES, Tie
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
    """What stands in the bracket: role, round, product, amount, share with period, dates, status."""
    type_ = ontology().types[tie.type]
    parts: list[str] = []
    if tie.role and "{role}" not in type_.forward["now"]:
        parts.append(tie.role)
    parts += [part for part in (tie.round, tie.product) if part]
    if tie.amount_usd is not None:
        parts.append(money(tie.amount_usd))
    if tie.share is not None:
        parts.append(share_text(tie))
    period_is_date = tie.share is not None and tie.share_basis in PERIOD_BASES
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


def share_text(tie: Tie) -> str:
    """``87 % of revenue, 2024-01 to 2024-06``; a share never stands without its basis and period."""
    if tie.share is None:
        return ""
    period = ""
    if tie.share_basis in PERIOD_BASES:
        start, end = tie.share_period
        span = start if start and start == end else " to ".join(part for part in (start, end) if part)
        period = f", {span}" if span else ", period not stated"
    return f"{percent(tie.share)} of {basis_text(tie)}{period}"


def basis_text(tie: Tie) -> str:
    """``revenue``, ``equity``, ``votes`` ...: the word for the share basis."""
    return {"voting": "votes", "economic": "economic interest"}.get(
        tie.share_basis or "", tie.share_basis or ""
    )


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
