"""Scored pairs into groups of records that are one person, under constraints that nothing may break.

Links are taken from the strongest down and join two groups unless a person's verdict or a veto keeps any two of their records apart, so
a cannot-link holds indirectly as well: a link b–c never brings a and b together after 'a and b are different'. Groups that hang on thin
evidence are then cut (`checks`). What was linked and not joined is `held`: it goes to a person, never into an identity.

The result depends on the records and their pairs, not on the order in which they came.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from linker.config.clusters import ClusterRules
from linker.identity import checks, joining, kernels, silent
from linker.schema import Decision

Rows = npt.NDArray[np.int32]
Weights = npt.NDArray[np.float32]
Flags = npt.NDArray[np.bool_]


class Held(IntEnum):
    """Why a link did not join its two records."""

    CANNOT_LINK = 1
    """A verdict 'different' or a veto stands between the two groups."""
    CONTRADICTION = 2
    """Too many pairs across the two groups speak clearly against one person."""
    BRIDGE = 3
    """It alone held two groups together."""
    HUB = 4
    """Two groups had only one record in common, which this link tied to the weaker of them."""
    SPARSE = 5
    """Its group was large and loosely tied, and this was its weakest evidence."""
    UNSTATED = 6
    """One of its records names no relative, and it would join groups whose relatives differ."""


class Attention(IntEnum):
    """Why a published group should be looked at although nothing was cut."""

    CONTRADICTION = 1
    """Some pair inside speaks against one person, outweighed by the rest."""
    SIZE = 2
    """More records than one person plausibly has."""
    DECISION = 3
    """A verdict ties together what the checks would have cut."""


def _no_pairs() -> Rows:
    return np.empty((0, 2), dtype=np.int32)


@dataclass(frozen=True)
class Constraints:
    """What is known besides the weights. Pairs are row numbers, shape (k, 2)."""

    must_link: Rows = field(default_factory=_no_pairs)
    """Verdicts 'same'. One that would break a cannot-link is ignored and stays in no group."""
    cannot_link: Rows = field(default_factory=_no_pairs)
    """Verdicts 'different' and vetoes that are no candidate pairs."""
    veto: Flags | None = None
    """Per scored pair: the two may never be one person (same contest, conflicting fingerprint numbers)."""
    quiet: Flags | None = None
    """Per scored pair: nothing speaks against one person, however little speaks for it. 'Not alike' is no contradiction."""
    contested: Flags | None = None
    """Per scored pair: something speaks so clearly against one person that a group which holds both records calls for attention."""
    stated: Flags | None = None
    """Per scored pair: both records name a relative."""
    differ: Flags | None = None
    """Per scored pair: they do, and the two differ."""


@dataclass(frozen=True)
class Clusters:
    """Groups, and what was held back.

    `label` gives each record the smallest row number of its group. `held_edge` are indices of the given pairs, ascending, with
    `held_reason` (`Held`). `weakest` is per record the weight of the weakest link that its group needs (nan alone, infinite if verdicts
    hold it). `attention` names groups by label with `attention_reason` (`Attention`).
    """

    label: Rows
    held_edge: npt.NDArray[np.int64]
    held_reason: npt.NDArray[np.int8]
    weakest: Weights
    attention: Rows
    attention_reason: npt.NDArray[np.int8]


@dataclass(frozen=True)
class Edges:
    """Scored pairs in canonical form: by left, then right row; `source` leads back to the caller's order."""

    left: Rows
    right: Rows
    weight: Weights
    decision: npt.NDArray[np.int8]
    veto: Flags
    quiet: Flags
    contested: Flags
    stated: Flags
    differ: Flags
    source: npt.NDArray[np.int64]


def cluster(
    n: int,
    left: Rows,
    right: Rows,
    weight: Weights,
    decision: npt.NDArray[np.int8],
    constraints: Constraints | None = None,
    rules: ClusterRules | None = None,
) -> Clusters:
    """Group `n` records by their scored pairs (row numbers, weights in bits, `Decision` values).

    Raises:
        ValueError: arrays of different length, a row outside 0…n-1, a weight that is nan, or a record paired with itself.
    """
    constraints, rules = constraints or Constraints(), rules or ClusterRules()
    edges = _canonical(n, left, right, weight, decision, constraints)
    must = _pairs(n, constraints.must_link)
    cannot = np.concatenate([_pairs(n, constraints.cannot_link), _stack(edges, edges.veto)])
    clearly = (edges.weight <= rules.contradiction) & (edges.decision != Decision.LINK)
    against = _stack(edges, clearly & ~edges.quiet & ~edges.veto)
    linking: Flags = (edges.decision == Decision.LINK) & ~edges.veto
    links, pairs = np.flatnonzero(linking), kernels.Pairs(edges.left, edges.right)
    unheard = silent.parted(n, pairs, linking, (edges.stated, edges.differ), must)
    reason = np.zeros(len(edges.left), dtype=np.int8)
    label, reason[links] = joining.join(
        n,
        kernels.Pairs(edges.left[links], edges.right[links]),
        edges.weight[links],
        joining.Objections(must, np.concatenate([cannot, unheard]), against, rules.tolerance),
    )
    label, stubborn = checks.cut(label, _ties(edges, linking, must, rules), reason, rules)
    reason = silent.reasons(label, pairs, reason, cannot, unheard)
    opposed = np.concatenate([against, _stack(edges, edges.contested & ~linking)])
    return _result(label, edges, linking, reason, _attention(label, opposed, stubborn, rules), must)


def _canonical(
    n: int, left: Rows, right: Rows, weight: Weights, decision: npt.NDArray[np.int8], constraints: Constraints
) -> Edges:
    if not len(left) == len(right) == len(weight) == len(decision):
        raise ValueError("left, right, weight and decision differ in length")
    if len(left) and (min(left.min(), right.min()) < 0 or max(left.max(), right.max()) >= n):
        raise ValueError(f"a pair refers to a row outside 0…{n - 1}")
    if np.isnan(weight).any():
        raise ValueError("a weight is not a number")
    if np.any(left == right):
        raise ValueError("a record is paired with itself")
    none = np.zeros(len(left), dtype=np.bool_)
    names = ("veto", "quiet", "contested", "stated", "differ")
    told = {name: none if (flags := getattr(constraints, name)) is None else flags for name in names}
    low, high = np.minimum(left, right).astype(np.int32), np.maximum(left, right).astype(np.int32)
    edges = Edges(
        low,
        high,
        weight.astype(np.float32),
        decision.astype(np.int8),
        source=np.arange(len(left), dtype=np.int64),
        **told,
    )
    key = (low.astype(np.int64) << 32) | high
    if np.all(key[1:] >= key[:-1]):
        return edges
    by_pair = np.lexsort((-edges.weight, key))
    return replace(edges, **{name: getattr(edges, name)[by_pair] for name in Edges.__dataclass_fields__})


def _pairs(n: int, pairs: Rows) -> Rows:
    """Pairs with the smaller row first, without repetition, in order."""
    if len(pairs) == 0:
        return _no_pairs()
    if pairs.min() < 0 or pairs.max() >= n:
        raise ValueError(f"a constraint refers to a row outside 0…{n - 1}")
    return np.unique(np.sort(pairs.astype(np.int32), axis=1), axis=0)


def _stack(edges: Edges, chosen: Flags) -> Rows:
    return np.stack([edges.left[chosen], edges.right[chosen]], axis=1)


def _ties(edges: Edges, linking: Flags, must: Rows, rules: ClusterRules) -> checks.Inside:
    """What ties records together: verdicts, twice so that none is ever a bridge, links, and supporting pairs."""
    chosen = np.flatnonzero(
        linking | ((edges.weight >= rules.support) & (edges.decision != Decision.NO_LINK) & ~edges.veto)
    )
    verdicts = np.concatenate([must, must])
    return checks.Inside(
        np.concatenate([verdicts[:, 0], edges.left[chosen]]),
        np.concatenate([verdicts[:, 1], edges.right[chosen]]),
        np.concatenate([np.full(len(verdicts), np.inf, np.float32), edges.weight[chosen]]),
        np.concatenate([np.ones(len(verdicts), np.bool_), linking[chosen]]),
        np.concatenate([np.full(len(verdicts), -1), chosen]),
    )


def _attention(label: Rows, against: Rows, stubborn: Rows, rules: ClusterRules) -> tuple[Rows, npt.NDArray[np.int8]]:
    inside = label[against[:, 0]]
    found = [
        (np.unique(inside[inside == label[against[:, 1]]]), Attention.CONTRADICTION),
        (np.flatnonzero(np.bincount(label, minlength=len(label)) > rules.unusual_size), Attention.SIZE),
        (np.unique(label[stubborn]), Attention.DECISION),
    ]
    labels = np.concatenate([group.astype(np.int32) for group, _ in found])
    reasons = np.concatenate([np.full(len(group), reason, dtype=np.int8) for group, reason in found])
    return labels, reasons


def _result(
    label: Rows,
    edges: Edges,
    linking: Flags,
    reason: npt.NDArray[np.int8],
    attention: tuple[Rows, npt.NDArray[np.int8]],
    must: Rows,
) -> Clusters:
    apart = np.flatnonzero(linking & (label[edges.left] != label[edges.right]))
    source = edges.source[apart]
    ascending = np.argsort(source)
    kept = np.flatnonzero(linking & (label[edges.left] == label[edges.right]))
    weakest = joining.weakest(label, must, kernels.Pairs(edges.left[kept], edges.right[kept]), edges.weight[kept])
    return Clusters(label, source[ascending], reason[apart][ascending], weakest, *attention)
