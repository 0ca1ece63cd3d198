"""Stored edges as evidence alone decides them: what grouping had held links again, and links of agreeing groups are found anew.

An edge table tells levels and weights, so no pair has to be measured again.
"""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.identity.values import single
from linker.index.scoring import Scorer
from linker.matching.deciding import decide
from linker.matching.hysteresis import nearly_linked
from linker.matching.policy import LINKED, RULES, Rule
from linker.matching.pooling import Pairs, Pooling
from linker.schema import EDGE, Decision

Codes = NDArray[np.int8]


def released(edge: pa.Table, scorer: Scorer, slack: float) -> pa.Table:
    """An EDGE table in which links that were held, or made because groups agreed, stand as each pair by itself decides. What hysteresis of
    `slack` bits had kept stays kept."""
    decision, rule = _decisions(edge)
    rows = np.flatnonzero(np.isin(rule, [RULES.index(r) for r in LINKED if r not in {Rule.LINK, Rule.KEPT}]))
    if not len(rows):
        return edge
    part = edge.take(pa.array(rows))
    vectors, weight = vectors_of(part, scorer), part["weight"].to_numpy().astype(np.float64)
    plain = decide(scorer.policy, scorer.comparisons, vectors, weight, scorer.tables)
    decision[rows], rule[rows] = plain.decision, plain.rule
    held = np.asarray(pc.starts_with(part["rule"], "held_"))
    near = nearly_linked(scorer.policy, scorer.comparisons, vectors, weight, scorer.tables, slack)
    kept = rows[held & near & (plain.decision != Decision.LINK)]
    decision[kept], rule[kept] = Decision.LINK, RULES.index(Rule.KEPT)
    return _with(edge, decision, rule)


def settled_by_groups(edge: pa.Table, record_ids: pa.Array, scorer: Scorer) -> pa.Table:
    """An EDGE table as the groups decide that its links make (`matching.pooling`): some are held, some link."""
    pooling = Pooling.of(scorer.model, scorer.policy, scorer.comparisons, scorer.matching.floor)
    if pooling is None or not edge.num_rows:
        return edge
    pairs = pooling.settled(
        len(record_ids), pairs_of(edge, record_ids), lambda rows: vectors_of(edge.take(pa.array(rows)), scorer)
    )
    return _with(edge, pairs.decision, pairs.rule)


def pairs_of(edge: pa.Table, record_ids: pa.Array) -> Pairs:
    """An EDGE table as scored pairs of the rows of `record_ids`."""
    left, right = (
        pc.index_in(single(edge[side]), value_set=record_ids).to_numpy().astype(np.int32)
        for side in ("record_id_l", "record_id_r")
    )
    return Pairs(left, right, edge["weight"].to_numpy(), *_decisions(edge))


def vectors_of(edge: pa.Table, scorer: Scorer) -> Codes:
    """Level codes, shape (pairs, comparisons), as the `levels` column tells them; each distinct text is read once."""
    encoded = single(edge["levels"]).dictionary_encode()
    place = {c.name: k for k, c in enumerate(scorer.comparisons)}
    distinct = np.zeros((len(encoded.dictionary), len(place)), np.int8)
    for row, text in enumerate(encoded.dictionary.to_pylist()):
        for name, (level, _) in json.loads(text).items():
            distinct[row, place[name]] = scorer.comparisons[place[name]].level(level).code
    vectors: Codes = distinct[encoded.indices.to_numpy()]
    return vectors


def _decisions(edge: pa.Table) -> tuple[Codes, Codes]:
    names = pa.array([str(r) for r in RULES])
    rule = pc.index_in(single(edge["rule"]), value_set=names).to_numpy().astype(np.int8)
    return edge["decision"].to_numpy().astype(np.int8), rule


def _with(edge: pa.Table, decision: Codes, rule: Codes) -> pa.Table:
    names = pa.array([str(r) for r in RULES])
    columns = {name: edge[name] for name in edge.column_names}
    return EDGE.conform(pa.table({**columns, "decision": pa.array(decision), "rule": names.take(pa.array(rule))}))
