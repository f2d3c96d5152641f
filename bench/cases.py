"""One measurement of an analysis: ours against peers on the same graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import networkx as nx

Work = Callable[[nx.MultiDiGraph], Any]


@dataclass(frozen=True)
class Case:
    """What to time.

    Attributes:
        name: what is computed, with its parameters.
        ours: the public function, from the NetworkX graph to the answer.
        peers: name of a library to the same work done with it alone; ``networkx`` is plain NetworkX.
        same: whether our answer and a peer's agree; None when they are not to be compared.
        limit: the largest size (``1k``, ``20k`` or ``200k``) that is measured at all; None for no limit.
        peer_limits: the same for single peers, where one is known not to end in time.
    """

    name: str
    ours: Work
    peers: Mapping[str, Work]
    same: Callable[[Any, Any], bool] | None = None
    limit: str | None = None
    peer_limits: Mapping[str, str] = field(default_factory=dict[str, str])
