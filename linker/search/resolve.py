"""New rows against a snapshot: what the next update would do with each of them. Nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from linker.index import SnapshotIndex
from linker.index.scoring import Scored
from linker.matching.policy import RULES
from linker.normalise.persons import PersonOptions, to_persons
from linker.normalise.records import to_records
from linker.schema import ROW, Decision
from linker.search.tables import as_rows

RESOLVED = pa.schema(
    [
        ("row", pa.int64()), ("decision", pa.string()), ("identity_id", pa.string()), ("record_id", pa.string()),
        ("other_row", pa.int64()), ("weight", pa.float64()), ("probability", pa.float64()), ("rule", pa.string()),
    ]
)  # fmt: skip
_NAMES = {Decision.LINK: "link", Decision.REVIEW: "review", Decision.NO_LINK: "new"}


def resolve(
    index: SnapshotIndex, table: Any, options: PersonOptions, states: Collection[str] | None = None
) -> pa.Table:
    """One row of `RESOLVED` for every row of the table; `states`: of the base only records of these states count."""
    rows = as_rows(table)
    count = len(rows)
    if not count:
        return RESOLVED.empty_table()
    record = to_records(ROW.conform(rows)).record
    first = record.filter(pc.equal(record["part"], 1))
    person = to_persons(first, options)
    of_row = np.asarray(first["line"].to_numpy(), np.int64)
    new = index.code(person)
    found = index.candidates(new)
    pair = np.unique(found.row.astype(np.int64) << 32 | found.partner)
    if states is not None:
        partner = pair & 0xFFFFFFFF
        pair = pair[(partner >= len(index)) | index.of_states(states)[np.minimum(partner, len(index) - 1)]]
    scored = index.score(new, (pair >> 32).astype(np.int32), (pair & 0xFFFFFFFF).astype(np.int32))
    return _table(index, scored, of_row, count)


def _table(index: SnapshotIndex, scored: Scored, of_row: NDArray[np.int64], count: int) -> pa.Table:
    """The best partner of every row: what would be linked before what would be reviewed, then by weight."""
    order = np.lexsort((-scored.weight, -scored.decision.astype(np.int64), scored.right))
    _, first = np.unique(scored.right[order], return_index=True)
    best = order[first]
    best = best[scored.decision[best] > Decision.NO_LINK]
    at = of_row[scored.right[best]]
    decision = np.full(count, "no_name", object)
    decision[of_row] = "new"
    decision[at] = [_NAMES[Decision(int(d))] for d in scored.decision[best]]
    n = len(index)
    partner = scored.left[best]
    columns: dict[str, list[Any]] = {name: [None] * count for name in RESOLVED.names}
    columns["row"], columns["decision"] = list(range(count)), decision.tolist()
    for k, row in enumerate(at.tolist()):
        other = int(partner[k])
        if other < n:
            columns["identity_id"][row] = index.identity_id(int(index.identity[other]))
            columns["record_id"][row] = index.record_ids[other].as_py()
        else:
            columns["other_row"][row] = int(of_row[other - n])
        weight = float(scored.weight[best[k]])
        columns["weight"][row], columns["probability"][row] = weight, 1 / (1 + 2.0**-weight)
        columns["rule"][row] = str(RULES[scored.rule[best[k]]])
    return pa.table(columns, schema=RESOLVED)
