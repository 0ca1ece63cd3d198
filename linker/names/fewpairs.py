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
_NO_WEIGHTS, _NO_GRADES = np.zeros(0, np.float32), np.zeros(0, np.int8)


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
        fresh = np.empty(len(missing), np.int64)
        self.count += _enter_fresh(self.codes, missing, first, fresh, numbers)
        fresh = fresh[: self.count - first]
        weight, grade = self.weights[first : self.count], self.grades[first : self.count]
        kind, whole = np.empty(len(fresh), np.int8), np.empty(len(fresh), np.int64)
        self._look(fresh, whole, (weight, grade), kind)
        some, tokens, i, j = _singles(fresh, kind, len(self._numbers))
        if len(some):
            numbers_of = self._numbers[
                tokens
            ]  # what is known of a token lies scattered over memory: only these are gathered
            facts = Facts.gathered(self._space.parted(numbers_of))
            weight[some], grade[some] = self.single(facts, (i, j), numbers_of)
        some = np.flatnonzero(kind & _JOINED)
        if len(some):
            parts = (fresh[some] >> 42, fresh[some] >> 21 & NO_TOKEN, fresh[some] & NO_TOKEN)
            weight[some], grade[some] = self.joined(*(self._numbers[part] for part in parts))
        some = np.flatnonzero(kind & _KEPT)
        if self._kept is not None and len(some):
            self._kept.keep(whole[some], weight[some], grade[some])
        return numbers

    def _look(
        self, fresh: NDArray[np.int64], whole: NDArray[np.int64], out: tuple[NDArray[np.float32], NDArray[np.int8]],
        kind: NDArray[np.int8],
    ) -> None:  # fmt: skip
        """Takes what is kept; writes of every code what is to be done, and its code in the whole table."""
        if self._kept is None:
            _sort_out(fresh, self._lasting, _NOTHING, _NO_WEIGHTS, _NO_GRADES, whole, *out, kind)
            return
        kept = self._kept
        with kept.lock:
            _sort_out(fresh, self._lasting, kept.codes, kept.weights, kept.grades, whole, *out, kind)


@njit(types.Tuple((I8S, I8S, I8S, I8S))(I8S, I1S, I8), cache=True, nogil=True)  # type: ignore[no-untyped-call]
def _singles(fresh, kind, places):  # type: ignore[no-untyped-def]
    """The codes that are pairs of single words to be weighed: which they are, the places of their words, ascending, and for each pair which
    two of these it joins."""
    number = np.full(places, -1, np.int64)
    some = np.empty(len(fresh), np.int64)
    n = 0
    for k in range(len(fresh)):
        if kind[k] & _SINGLE:
            some[n] = k
            number[fresh[k] >> 42] = number[fresh[k] & NO_TOKEN] = 0
            n += 1
    tokens = np.flatnonzero(number == 0)
    for k in range(len(tokens)):
        number[tokens[k]] = k
    i, j = np.empty(n, np.int64), np.empty(n, np.int64)
    for k in range(n):
        i[k], j[k] = number[fresh[some[k]] >> 42], number[fresh[some[k]] & NO_TOKEN]
    return some[:n].copy(), tokens, i, j


@njit(I8(TABLE, I8S, I8, I8S, types.int32[::1]), cache=True, nogil=True)
def _enter_fresh(table, codes, count, fresh, numbers):  # type: ignore[no-untyped-def]
    """Enters codes that the table lacks, numbered from `count`; writes them, and the number of every code. Returns how many there were."""
    n = 0
    for k in range(len(codes)):
        slot = table_slot(table, codes[k])
        if slot < 0:
            slot = -1 - slot
            table[slot, 0], table[slot, 1] = codes[k], count + n
            fresh[n] = codes[k]
            n += 1
        numbers[k] = table[slot, 1]
    return n


@njit(types.void(I8S, I8S, TABLE, F4S, I1S, I8S, F4S, I1S, I1S), cache=True, nogil=True)
def _sort_out(fresh, lasting, kept, kept_weights, kept_grades, whole, weights, grades, kind):  # type: ignore[no-untyped-def]
    """What is to be done with every code: nothing, as it is kept, or to weigh a pair, or joined words, and to keep it or not."""
    for k in range(len(fresh)):
        a, a2, b = lasting[fresh[k] >> 42], fresh[k] >> 21 & NO_TOKEN, lasting[fresh[k] & NO_TOKEN]
        single = a2 == NO_TOKEN
        a2 = NO_TOKEN if single else lasting[a2]
        kind[k] = _SINGLE if single else _JOINED
        if a >= 0 and b >= 0 and a2 >= 0:
            whole[k] = pair_code(a, a2, b)
            slot = table_slot(kept, whole[k])
            if slot >= 0:
                number = kept[slot, 1]
                weights[k], grades[k], kind[k] = kept_weights[number], kept_grades[number], _KNOWN
            else:
                kind[k] |= _KEPT
