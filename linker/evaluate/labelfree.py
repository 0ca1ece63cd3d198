"""What can be said about errors without a truth table.

Two estimates of coincidental matches, both wanted in every report. Each link carries the probability p that it is
right, so Σ(1 − p) links are expected to be wrong, if the model is right. And independently of the model: among N
people, how many pairs share a name (and a name with a year of birth) by chance alone, which is the birthday problem.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linker.schema import Decision


@dataclass(frozen=True)
class Coincidence:
    """Expected coincidental matches.

    Attributes:
        links: pairs that policy linked.
        expected_false: of these, expected to be wrong by the model's own probabilities: Σ(1 − p).
        namesake_pairs: pairs of *different* identities whose names are the same in Latin letters, counted.
        namesake_same_birth_pairs: of these, the pairs whose birth intervals overlap.
        one_in: two identities drawn at random have the same name once in so many times; 0 if no two do.
    """

    links: int
    expected_false: float
    namesake_pairs: int
    namesake_same_birth_pairs: int
    one_in: float

    def to_dict(self) -> dict[str, float]:
        """Plain numbers, ready for JSON."""
        return asdict(self)


def coincidence(edges: pa.Table, identity: pa.Table) -> Coincidence:
    """The estimate for an `edge` table and an `identity` table."""
    probability = edges["probability"].to_numpy()[edges["decision"].to_numpy() == int(Decision.LINK)]
    pairs, same_birth = _namesakes(identity)
    people = len(identity)
    return Coincidence(
        links=len(probability),
        expected_false=float((1 - probability.astype(np.float64)).sum()),
        namesake_pairs=pairs,
        namesake_same_birth_pairs=same_birth,
        one_in=people * (people - 1) / 2 / pairs if pairs else 0.0,
    )


def _namesakes(identity: pa.Table) -> tuple[int, int]:
    """Pairs of identities with the same name, and those of them whose known birth intervals overlap.

    Intervals are counted by sweeping: two intervals do not overlap when one ends before the other begins, so for
    every interval the number of earlier-ending intervals of the same name is subtracted.
    """
    spelled = pc.utf8_lower(pc.coalesce(identity["name_latin"], identity["name"]))
    named = identity.select(["birth_from", "birth_to"]).append_column("name", spelled).filter(pc.is_valid(spelled))
    name = named["name"].combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
    count = np.bincount(name).astype(np.int64)
    begin = named["birth_from"].cast(pa.int32()).to_numpy()
    end = named["birth_to"].cast(pa.int32()).to_numpy()
    known = np.isfinite(begin.astype(np.float64)) & np.isfinite(end.astype(np.float64))
    name, begin, end = name[known].astype(np.int64), begin[known].astype(np.int64), end[known].astype(np.int64)
    bounded = np.bincount(name).astype(np.int64)
    span = np.int64(1_000_000)
    ends = np.sort(name * span + end + span // 2)
    begins = name * span + begin + span // 2
    before = np.searchsorted(ends, begins) - np.searchsorted(ends, name * span)
    return _choose2(count), _choose2(bounded) - int(before.sum())


def _choose2(count: np.typing.NDArray[np.int64]) -> int:
    return int((count * (count - 1) // 2).sum())
