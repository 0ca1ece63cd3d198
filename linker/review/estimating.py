"""What people's verdicts say about the engine: how many of its links are right, estimated from the pairs that were drawn by chance.

People err as well. How often is known from the known pairs, and taken out of the estimate (Rogan and Gladen 1978); the interval holds the
uncertainty of both (delta method). Without known pairs the people are believed.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from sqlalchemy import Connection, Engine, func, select

from linker.registry.database import reading
from linker.registry.review_tables import ITEM, OPINION
from linker.review.agreement import wilson
from linker.review.items import Answer, Status, Stratum
from linker.review.queue import standing

Z = 1.96


@dataclass(frozen=True)
class Errors:
    """How people answered known pairs: of so many known different pairs so many were called the same, and the other way round."""

    called_same: int = 0
    different: int = 0
    called_different: int = 0
    same: int = 0

    @property
    def false_same(self) -> float:
        return self.called_same / self.different if self.different else 0.0

    @property
    def false_different(self) -> float:
        return self.called_different / self.same if self.same else 0.0


@dataclass(frozen=True)
class Estimate:
    """A share with its 95% interval, and from how many verdicts."""

    value: float
    low: float
    high: float
    of: int

    @property
    def half(self) -> float:
        return (self.high - self.low) / 2


def estimate(same: int, different: int, errors: Errors | None = None) -> Estimate | None:
    """The share of pairs that are one person, from verdicts on a random sample; None without verdicts, or if people guess."""
    n = same + different
    if not n:
        return None
    q = same / n
    told = errors or Errors()
    a, b = told.false_same, told.false_different
    sharp = 1 - a - b
    if sharp <= 0.1:
        return None
    if a == 0 and b == 0:
        return Estimate(q, *wilson(same, n), n)
    p = min(max((q - a) / sharp, 0.0), 1.0)
    spread = (q * (1 - q) / n) / sharp**2
    spread += (a * (1 - a) / told.different * ((1 - q - b) / sharp**2) ** 2) if told.different else 0.0
    spread += (b * (1 - b) / told.same * ((q - a) / sharp**2) ** 2) if told.same else 0.0
    low, high = wilson(round(p * n), n)
    half = max(Z * sqrt(spread), (high - low) / 2)
    return Estimate(p, max(p - half, 0.0), min(p + half, 1.0), n)


@dataclass(frozen=True)
class Estimates:
    """`precision` of the links drawn; `missed`: share of the pairs left apart that are one person after all; `review`: share of the pairs
    sent to people that are one person."""

    precision: Estimate | None
    missed: Estimate | None
    review: Estimate | None


def estimates(engine: Engine) -> Estimates:
    """From what has been decided so far. Pairs that people could not tell count as neither."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(ITEM.c.stratum, ITEM.c.outcome, func.count())
            .where(ITEM.c.status == Status.DECIDED)
            .group_by(ITEM.c.stratum, ITEM.c.outcome)
        )
        counted = {(str(stratum), str(outcome)): int(n) for stratum, outcome, n in rows}
        errors = errors_of(connection)

    def of(stratum: Stratum, told: Errors | None) -> Estimate | None:
        return estimate(counted.get((stratum, Answer.SAME), 0), counted.get((stratum, Answer.DIFFERENT), 0), told)

    return Estimates(of(Stratum.LINKED, None), of(Stratum.BELOW, None), of(Stratum.REVIEW, errors))


def errors_of(connection: Connection) -> Errors:
    """How people answered known pairs."""
    rows = connection.execute(
        select(ITEM.c.answer, OPINION.c.verdict, func.count())
        .join(OPINION, OPINION.c.item == ITEM.c.number)
        .where(ITEM.c.answer.is_not(None), standing())
        .group_by(ITEM.c.answer, OPINION.c.verdict)
    )
    n = {(str(known), str(said)): int(count) for known, said, count in rows}
    same, different = Answer.SAME, Answer.DIFFERENT
    return Errors(
        n.get((different, same), 0), n.get((different, same), 0) + n.get((different, different), 0),
        n.get((same, different), 0), n.get((same, different), 0) + n.get((same, same), 0),
    )  # fmt: skip
