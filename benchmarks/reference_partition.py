"""The exact answer on small components: the partition with the largest sum of weights inside groups that the constraints allow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Problem:
    """Square matrices over a few records. Every group must hang together by `linked` pairs; `apart` pairs may not, `together` pairs must
    share a group."""

    weight: npt.NDArray[np.float64]
    linked: npt.NDArray[np.bool_]
    apart: npt.NDArray[np.bool_]
    together: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls, rows: npt.NDArray[np.integer], left: npt.NDArray[np.integer], right: npt.NDArray[np.integer],
        weight: npt.NDArray[np.floating], link: npt.NDArray[np.bool_], apart: npt.NDArray[np.bool_],
    ) -> Problem:  # fmt: skip
        """Pairs of `rows` (ascending row numbers of a population)."""
        n = len(rows)
        made = cls(np.zeros((n, n)), *(np.zeros((n, n), np.bool_) for _ in range(3)))
        a, b = np.searchsorted(rows, left), np.searchsorted(rows, right)
        for matrix, values in ((made.weight, weight), (made.linked, link & ~apart), (made.apart, apart)):
            matrix[a, b] = matrix[b, a] = values
        return made

    def value(self, label: npt.NDArray[np.integer]) -> float:
        """The sum of weights inside groups."""
        same = label[:, None] == label[None, :]
        return float(np.triu(np.where(same, self.weight, 0), 1).sum())


def best_partition(problem: Problem) -> tuple[float, npt.NDArray[np.int64]]:
    """The largest value of any partition that is allowed (-inf if none is), and each record's group in it.

    Branch and bound over records in order: each joins a group before it or founds one; a branch ends when even all positive pairs still
    open could not make it the best.
    """
    weight, n = problem.weight, len(problem.weight)
    hope = [sum(max(weight[k, j], 0) for k in range(i, n) for j in range(k)) for i in range(n)] + [0.0]
    best, label = -np.inf, np.arange(n)

    def place(i: int, blocks: list[list[int]], value: float) -> None:
        nonlocal best, label
        if value + hope[i] <= best:
            return
        if i == n:
            if all(_hangs_together(problem.linked, block) for block in blocks):
                best = value
                label = np.empty(n, np.int64)
                for number, block in enumerate(blocks):
                    label[block] = number
            return
        for block in [*blocks, []]:
            split = any(problem.together[i, j] for other in blocks if other is not block for j in other)
            if problem.apart[i, block].any() or split:
                continue
            gain = float(weight[i, block].sum())
            block.append(i)
            place(i + 1, blocks if len(block) > 1 else [*blocks, block], value + gain)
            block.pop()

    place(0, [], 0.0)
    return best, label


def _hangs_together(linked: npt.NDArray[np.bool_], block: list[int]) -> bool:
    seen, queue = {block[0]}, [block[0]]
    while queue:
        at = queue.pop()
        for other in block:
            if other not in seen and linked[at, other]:
                seen.add(other)
                queue.append(other)
    return len(seen) == len(block)
