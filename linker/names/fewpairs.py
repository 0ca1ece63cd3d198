"""What pairs of a few tokens are worth: of a query's words against those of its candidates, or of the pieces of divided words.

A pair costs one look and, if it is new, one weighing. Pairs of tokens that the whole table knows, or that were coined before, are looked up
where they are kept for the next query.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

from linker.names.facts import Facts
from linker.names.kernel_types import F4S, I1S, I8, I8S, TABLE
from linker.names.numbering import NO_TOKEN, pair_code, table_slot
from linker.names.space import PairTable, TokenSpace

_KNOWN, _SINGLE, _JOINED = 0, 1, 2
_KEPT = 4
"""Added to `_SINGLE` or `_JOINED` where the whole table knows the tokens."""
_NOTHING = np.zeros((1, 2), np.int64)
_NOTHING[:, 0] = -1
_NOTHING_KEPT = (_NOTHING, np.zeros(0, np.float32), np.zeros(0, np.int8))


class FewPairs(PairTable):
    """Weights and grades of pairs of the tokens `numbers` (ascending) of a space, by their places there. Those of tokens that last are
    taken from what the space remembers, and kept there."""

    def __init__(self, space: TokenSpace, numbers: NDArray[np.int64]) -> None:
        super().__init__(space)
        self._numbers, self._kept = numbers, space.remembered.pairs if space.remembered else None
        self._lasting = space.lasting(numbers) if self._kept else np.full(len(numbers), -1, np.int64)

    def add(self, missing: NDArray[np.int64]) -> NDArray[np.int32]:
        """Enters codes that kernels missed, with their weights; the number of each."""
        self.reserve(len(missing))
        first, numbers = self.count, np.empty(len(missing), np.int32)
        fresh, whole, kind = self._look(missing, numbers)
        weight, grade = self.weights[first : self.count], self.grades[first : self.count]
        some, tokens, i, j, joined, kept = _to_be_done(fresh, kind, len(self._numbers))
        if len(some):  # what is known of a token lies scattered over memory: only these are gathered
            numbers_of = self._numbers[tokens]
            facts = Facts.gathered(self._space.parted(numbers_of))
            weight[some], grade[some] = self.single(facts, (i, j), numbers_of)
        if len(joined):
            codes = fresh[joined]
            parts = (codes >> 42, codes >> 21 & NO_TOKEN, codes & NO_TOKEN)
            weight[joined], grade[joined] = self.joined(*(self._numbers[part] for part in parts))
        if self._kept is not None and len(kept):
            self._kept.keep(whole[kept], weight[kept], grade[kept])
        return numbers

    def _look(
        self, missing: NDArray[np.int64], numbers: NDArray[np.int32]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int8]]:
        """Enters the codes and takes what is kept. Gives those that are new here, their codes in the whole table, and what is to be done
        with each; writes the number of every code."""
        own = (self.codes, self.weights, self.grades)
        if self._kept is None:
            fresh, whole, kind = _enter_and_sort_out(missing, self.count, self._lasting, own, _NOTHING_KEPT, numbers)
        else:
            kept = self._kept
            with kept.lock:
                others = (kept.codes, kept.weights, kept.grades)
                fresh, whole, kind = _enter_and_sort_out(missing, self.count, self._lasting, own, others, numbers)
        self.count += len(fresh)
        return fresh, whole, kind


@njit(types.Tuple((I8S, I8S, I8S, I8S, I8S, I8S))(I8S, I1S, I8), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _to_be_done(fresh, kind, places):  # type: ignore[no-untyped-def]
    """The codes that are pairs of single words to be weighed: which they are, the places of their words, ascending, and for each pair which
    two of these it joins. Then which codes are of joined words to be weighed, and which are to be kept."""
    number = np.full(places, -1, np.int64)
    some, joined, kept = np.empty(len(fresh), np.int64), np.empty(len(fresh), np.int64), np.empty(len(fresh), np.int64)
    n = m = more = 0
    for k in range(len(fresh)):
        if kind[k] & _SINGLE:
            some[n] = k
            number[fresh[k] >> 42] = number[fresh[k] & NO_TOKEN] = 0
            n += 1
        elif kind[k] & _JOINED:
            joined[m] = k
            m += 1
        if kind[k] & _KEPT:
            kept[more] = k
            more += 1
    tokens = np.flatnonzero(number == 0) if n else np.empty(0, np.int64)
    for k in range(len(tokens)):
        number[tokens[k]] = k
    i, j = np.empty(n, np.int64), np.empty(n, np.int64)
    for k in range(n):
        i[k], j[k] = number[fresh[some[k]] >> 42], number[fresh[some[k]] & NO_TOKEN]
    return some[:n], tokens, i, j, joined[:m], kept[:more]


_WEIGHED = types.Tuple((TABLE, F4S, I1S))  # type: ignore[no-untyped-call]


@njit(
    types.Tuple((I8S, I8S, I1S))(I8S, I8, I8S, _WEIGHED, _WEIGHED, types.int32[::1]),  # type: ignore[no-untyped-call]
    cache=True,
    nogil=True,
)
def _enter_and_sort_out(missing, count, lasting, own, kept, numbers):  # type: ignore[no-untyped-def]
    """Enters codes that the table lacks, numbered from `count`, and writes the number of every code. Of those entered: what they are, their
    codes in the whole table, and what is to be done with each: nothing, as it is kept, or to weigh a pair, or joined words, and to keep it
    or not."""
    table, weights, grades = own
    kept_codes, kept_weights, kept_grades = kept
    fresh, whole, kind = (
        np.empty(len(missing), np.int64),
        np.empty(len(missing), np.int64),
        np.empty(len(missing), np.int8),
    )
    n = 0
    for k in range(len(missing)):
        slot = table_slot(table, missing[k])
        if slot < 0:
            slot = -1 - slot
            table[slot, 0], table[slot, 1] = missing[k], count + n
            fresh[n] = missing[k]
            n += 1
        numbers[k] = table[slot, 1]
    for k in range(n):
        a, a2, b = lasting[fresh[k] >> 42], fresh[k] >> 21 & NO_TOKEN, lasting[fresh[k] & NO_TOKEN]
        single = a2 == NO_TOKEN
        a2 = NO_TOKEN if single else lasting[a2]
        kind[k] = _SINGLE if single else _JOINED
        if a >= 0 and b >= 0 and a2 >= 0:
            whole[k] = pair_code(a, a2, b)
            slot = table_slot(kept_codes, whole[k])
            if slot >= 0:
                number = kept_codes[slot, 1]
                weights[count + k], grades[count + k], kind[k] = kept_weights[number], kept_grades[number], _KNOWN
            else:
                kind[k] |= _KEPT
    return fresh[:n], whole[:n], kind[:n]
