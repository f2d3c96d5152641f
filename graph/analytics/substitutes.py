"""Who else could supply: others whose recorded products read like those of a supplier.

Products are free text, so likeness is a hint and never more: both texts and the words they share are
shown. Words are weighed by rarity (inverse document frequency, Spärck Jones 1972, Journal of
Documentation 28(1), 11-21); likeness is the weight of shared words over the weight of all words of both
texts (weighted Jaccard), 0..1.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import networkx as nx

from graph.analytics.compact import kept
from graph.analytics.reach import SUPPLY, dated, evidence, links
from graph.errors import AnalysisError, EntityNotFound
from graph.model import EntityId, TieId

LIKE_ENOUGH = 0.2
"""Texts below this likeness share too little to be shown."""
_CANDIDATES = 20_000
_SAYS_MOST = ("active", "completed", "ended", "announced", "planned", "alleged", "considered", "abandoned")
_WORD = re.compile(r"[^\W\d_]+\w*", re.UNICODE)  # words start with a letter: no years, no amounts
_EMPTY_WORDS = frozenset(
    _WORD.findall(
        "a about above added after all an and are as at based behind be by eight end first five for from full"
        " in including into is it its later made more most next of on one or other over part per planned"
        " several share than that the their then three through to two under up used using via with year years"
    )
)


@dataclass(frozen=True, slots=True)
class ProductTie:
    """A supply tie with its product text, the words in it, and its status: it may be over or no fact."""

    supplier: EntityId
    customer: EntityId
    tie: TieId
    product: str
    words: frozenset[str]
    status: str = "active"


@dataclass(frozen=True, slots=True)
class Match:
    """The best pair of product texts of supplier and candidate, and the words they share."""

    ours: ProductTie
    theirs: ProductTie
    words: tuple[str, ...]
    likeness: float


@dataclass(frozen=True, slots=True)
class Substitute:
    """A candidate and the reasons for it.

    Attributes:
        entity: the candidate.
        match: the products most alike; None when only competition speaks for it.
        shared_customers: customers that both are recorded to supply.
        like_products_to: of those, the ones it supplies with a product like the supplier's.
        competes: ties that say that the two compete.
        like_statuses: for each of ``like_products_to``, the status that says most of such a tie.
        rivalry: the status that says most of the ``competes`` ties.

    In a graph as of a date, what has ended since counts as active.
    """

    entity: EntityId
    match: Match | None
    shared_customers: tuple[EntityId, ...]
    like_products_to: tuple[EntityId, ...]
    competes: tuple[TieId, ...]
    like_statuses: tuple[str, ...] = ()
    rivalry: str = "active"

    @property
    def ties(self) -> tuple[TieId, ...]:
        """Every tie that speaks for the candidate."""
        found = (self.match.ours.tie, self.match.theirs.tie) if self.match else ()
        return (*found, *self.competes)


@dataclass(frozen=True, slots=True)
class Substitutes:
    """Candidates for a supplier, best first; see :func:`substitutes`.

    Attributes:
        supplier, customer: what was asked; ``customer`` None for all customers.
        products: the supplier's recorded products that were compared.
        without_text: supply ties of the supplier without a product text.
        found: the candidates.
        compared: product texts in the graph.
        stopped: whether there were more candidate ties than are looked at.
    """

    supplier: EntityId
    customer: EntityId | None
    products: tuple[ProductTie, ...]
    without_text: int
    found: tuple[Substitute, ...]
    compared: int
    stopped: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Index:
    ties: tuple[ProductTie, ...]
    by_word: Mapping[str, list[int]]

    def weight(self, word: str) -> float:
        """Rarity of a word: 0 where every text has it."""
        return math.log((1 + len(self.ties)) / (1 + len(self.by_word.get(word, ()))))


def words_of(text: str) -> frozenset[str]:
    """The words that tell products apart: lower case, no numbers, plural s taken off.

    >>> sorted(words_of("about 200,000 Hopper-class GPUs in Colossus"))
    ['class', 'colossus', 'gpu', 'hopper']
    """
    found = (word.casefold() for word in _WORD.findall(text))
    return frozenset(_singular(word) for word in found if len(word) > 1 and word not in _EMPTY_WORDS)


def substitutes(
    graph: nx.Graph,
    supplier: EntityId,
    *,
    customer: EntityId | None = None,
    like_enough: float = LIKE_ENOUGH,
) -> Substitutes:
    """Others that supply something that reads like the supplier's products, or compete with it.

    Ranked by: supplies a like product to the same customer, then competes with the supplier, then
    likeness, then id.

    Args:
        graph: edges run supplier -> customer and carry ``product``.
        supplier: the one to replace.
        customer: only what the supplier sells to this one, and who could sell it the same.
        like_enough: smallest likeness of two texts, 0..1.

    Raises:
        EntityNotFound: an entity is not in the graph.
        AnalysisError: the supplier is not recorded to supply ``customer``, or likeness outside 0..1.
    Cost: O(supply ties) to index the words once, then O(texts that share a word).
    """
    for entity in (supplier, customer):
        if entity is not None and entity not in graph:
            raise EntityNotFound(entity, list(graph))
    if not 0 <= like_enough <= 1:
        raise AnalysisError("Likeness lies between 0 and 1.", hint="0.2 is usual.")
    sold = [
        link
        for link in links(graph, supplier, types=SUPPLY, upstream=False)
        if customer is None or link.other == customer
    ]
    if customer is not None and not sold:
        raise AnalysisError(
            f"{supplier} is not recorded to supply {customer}.", hint="Leave the customer out to see all."
        )
    index = kept(graph, ("product words", dated(graph)), lambda: _index(graph))
    ours = [
        _product(supplier, link.other, link.tie, link.data.get("product"), _status(graph, link.data))
        for link in sold
    ]
    products = sorted((item for item in ours if item.words), key=lambda item: item.tie)
    matches, stopped = _matches(index, products, like_enough)
    rivals = _rivals(graph, supplier)
    customers = {link.other for link in sold}
    found = [
        _substitute(graph, entity, matches.get(entity, []), rivals.get(entity, []), customers)
        for entity in sorted({*matches, *rivals} - {supplier, customer})
    ]
    found.sort(key=_rank)
    without = sum(not item.words for item in ours)
    return Substitutes(supplier, customer, tuple(products), without, tuple(found), len(index.ties), stopped)


def _rank(item: Substitute) -> tuple[int, bool, float, EntityId]:
    likeness = item.match.likeness if item.match else 0.0
    return -len(item.like_products_to), not item.competes, -likeness, item.entity


def _matches(
    index: _Index, products: Sequence[ProductTie], like_enough: float
) -> tuple[dict[EntityId, list[Match]], bool]:
    found: dict[EntityId, list[Match]] = defaultdict(list)
    stopped = False
    for ours in products:
        near: Counter[int] = Counter()
        # Rare words first, so that what is cut off at the limit is what says least.
        for word in sorted(ours.words, key=lambda word: (-index.weight(word), word)):
            if len(near) > _CANDIDATES:
                stopped = True
                break
            near.update(index.by_word.get(word, ()))
        for place in near:
            theirs = index.ties[place]
            if theirs.supplier == ours.supplier:
                continue
            shared = ours.words & theirs.words
            both = math.fsum(index.weight(word) for word in sorted(ours.words | theirs.words))
            likeness = math.fsum(index.weight(word) for word in sorted(shared)) / both if both else 0.0
            if likeness >= like_enough and likeness > 0:
                found[theirs.supplier].append(Match(ours, theirs, tuple(sorted(shared)), likeness))
    return found, stopped


def _substitute(
    graph: nx.Graph,
    entity: EntityId,
    matches: Sequence[Match],
    competes: Sequence[tuple[TieId, str]],
    customers: set[EntityId],
) -> Substitute:
    best = min(matches, key=_closest) if matches else None
    served = {link.other for link in links(graph, entity, types=SUPPLY, upstream=False)}
    alike: dict[EntityId, list[str]] = defaultdict(list)
    for match in matches:
        alike[match.theirs.customer].append(match.theirs.status)
    shared = served & customers
    like = sorted(shared & set(alike))
    return Substitute(
        entity, best, tuple(sorted(shared)), tuple(like), tuple(sorted(tie for tie, _ in competes)),
        tuple(_most_said(alike[key]) for key in like), _most_said([status for _, status in competes]),
    )  # fmt: skip


def _closest(match: Match) -> tuple[float, int, TieId, TieId]:
    return -match.likeness, _rank_of(match.theirs.status), match.ours.tie, match.theirs.tie


def _rank_of(status: str) -> int:
    return _SAYS_MOST.index(status) if status in _SAYS_MOST else len(_SAYS_MOST)


def _most_said(statuses: Sequence[str]) -> str:
    return min(statuses, key=_rank_of, default="active")


def _status(graph: nx.Graph, data: Mapping[str, Any]) -> str:
    status = str(data.get("status") or "active")
    return "active" if status == "ended" and dated(graph) else status


def _rivals(graph: nx.Graph, supplier: EntityId) -> dict[EntityId, list[tuple[TieId, str]]]:
    found: dict[EntityId, list[tuple[TieId, str]]] = defaultdict(list)
    directions = (True, False) if graph.is_directed() else (False,)
    for upstream in directions:
        for link in links(graph, supplier, types=("COMPETES_WITH",), upstream=upstream):
            if link.data.get("type") == "COMPETES_WITH":
                found[link.other].append((link.tie, _status(graph, link.data)))
    return found


def _index(graph: nx.Graph) -> _Index:
    ties: list[ProductTie] = []
    many = graph.is_multigraph()
    for start, near in graph.adjacency():
        for end, between in near.items():
            for key, data in between.items() if many else ((None, between),):
                text = data.get("product")
                if text and start != end and data.get("type") in (*SUPPLY, None):
                    ties.append(
                        _product(start, end, evidence(start, end, key, data), text, _status(graph, data))
                    )
    by_word: dict[str, list[int]] = defaultdict(list)
    for place, tie in enumerate(ties):
        for word in tie.words:
            by_word[word].append(place)
    return _Index(tuple(ties), by_word)


def _product(supplier: EntityId, customer: EntityId, tie: TieId, text: str | None, status: str) -> ProductTie:
    return ProductTie(supplier, customer, tie, text or "", words_of(text or ""), status)


def _singular(word: str) -> str:
    ends_in_s = len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "is"))
    return (
        word[:-1] if ends_in_s and (len(word) == 4 or not word.endswith("us")) else word
    )  # gpus, not campus
