"""How each reviewer works: agreement with others, answers to known pairs, pace, and whether they drift towards the engine's score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations, pairwise
from statistics import median
from typing import Any

from sqlalchemy import Engine, func, select

from linker.registry.database import reading
from linker.registry.review_tables import ITEM, OPINION
from linker.review.agreement import cohen, fleiss, wilson
from linker.review.items import Answer, Status
from linker.review.queue import standing

PAUSE = 10 * 60
"""Seconds without an opinion after which a new stretch of work begins."""
BINS = 8
WINDOW = 50


@dataclass(frozen=True)
class Share:
    """A share with its 95% interval."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.hits, self.of)


@dataclass(frozen=True)
class Reviewer:
    """One person's figures. `drift`: per window of opinions how often they answered as the score would have (a rise may mean that they
    have learnt to guess it)."""

    account: str
    opinions: int
    answers: dict[str, int]
    known: Share
    false_merges: Share
    """known different pairs that they called the same"""
    overturned: Share
    """opinions in which two others outvoted them"""
    seconds: float | None
    per_hour: float | None
    kappa: float | None
    drift: tuple[float, ...]
    hasty: Share


@dataclass(frozen=True)
class Overview:
    reviewers: tuple[Reviewer, ...]
    kappa: float | None
    """Fleiss' kappa over all items that two or more judged"""
    doubles: int
    pairs: tuple[tuple[str, str, int, float], ...]
    """Cohen's kappa of each two people, with the number of items"""
    days: tuple[tuple[str, int], ...]
    statuses: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Row:
    account: str
    item: int
    said: str
    answer: str
    at: str
    seconds: float
    probability: float | None
    known: str | None
    outcome: str | None
    status: str


def overview(engine: Engine, hasty_seconds: float) -> Overview:
    """Everything for the supervisor's page."""
    with reading(engine) as connection:
        query = (
            select(
                OPINION.c.account, OPINION.c.item, OPINION.c.verdict, OPINION.c.groups, OPINION.c.at, OPINION.c.seconds,
                ITEM.c.probability, ITEM.c.answer, ITEM.c.outcome, ITEM.c.status,
            )
            .join(ITEM, ITEM.c.number == OPINION.c.item)
            .where(standing())
            .order_by(OPINION.c.number)
        )  # fmt: skip
        rows = [
            _Row(
                r.account,
                r.item,
                r.groups or r.verdict,
                r.verdict,
                r.at,
                r.seconds,
                r.probability,
                r.answer,
                r.outcome,
                r.status,
            )
            for r in connection.execute(query)
        ]
        counted = connection.execute(select(ITEM.c.status, func.count()).group_by(ITEM.c.status))
        statuses = {str(status): int(n) for status, n in counted}
    by_item: dict[int, list[_Row]] = defaultdict(list)
    by_person: dict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        by_item[row.item].append(row)
        by_person[row.account].append(row)
    shared = [r for r in by_item.values() if len(r) > 1]
    two = _by_two(shared)
    people = tuple(_reviewer(a, own, two, hasty_seconds) for a, own in sorted(by_person.items()))
    days: dict[str, int] = defaultdict(int)
    for row in rows:
        days[row.at[:10]] += 1
    pairs = tuple((a, b, len(v), k) for (a, b), v in sorted(two.items()) if (k := cohen(v)) is not None)
    return Overview(
        people, fleiss([[r.said for r in rs] for rs in shared]), len(shared), pairs, tuple(sorted(days.items())), statuses
    )  # fmt: skip


def _by_two(shared: Iterable[list[_Row]]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    found: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for rows in shared:
        for one, two in combinations(sorted(rows, key=lambda r: r.account), 2):
            found[one.account, two.account].append((one.said, two.said))
    return found


def _reviewer(
    account: str, own: list[_Row], two: dict[tuple[str, str], list[tuple[str, str]]], hasty_seconds: float
) -> Reviewer:
    answers: dict[str, int] = defaultdict(int)
    for row in own:
        answers[row.answer] += 1
    known = [r for r in own if r.known and r.answer != Answer.UNSURE]
    different = [r for r in known if r.known == Answer.DIFFERENT]
    decided = [r for r in own if r.status == Status.DECIDED and r.outcome]
    mine = [pair if key[0] == account else pair[::-1] for key, v in two.items() if account in key for pair in v]
    timed = [r.seconds for r in own if r.seconds > 0]
    return Reviewer(
        account, len(own), dict(answers),
        Share(sum(r.known == r.answer for r in known), len(known)),
        Share(sum(r.answer == Answer.SAME for r in different), len(different)),
        Share(sum(r.outcome != r.answer for r in decided), len(decided)),
        median(timed) if timed else None, per_hour([r.at for r in own if r.seconds > 0]), cohen(mine), drift(own),
        Share(sum(s < hasty_seconds for s in timed), len(timed)),
    )  # fmt: skip


def per_hour(times: list[str]) -> float | None:
    """Opinions per hour of work; pauses are not work, and verdicts that came in a workbook all at once tell nothing of it."""
    moments = [datetime.fromisoformat(t).timestamp() for t in times]
    gaps = [b - a for a, b in pairwise(moments) if b - a <= PAUSE]
    return 3600 * len(gaps) / sum(gaps) if sum(gaps) > 0 else None


def drift(own: list[Any]) -> tuple[float, ...]:
    """Per window of opinions the share that said what the score alone would have said, unsure left out."""
    followed = [
        (r.answer == Answer.SAME) == (r.probability >= 0.5)
        for r in own
        if r.probability is not None and r.answer in {Answer.SAME, Answer.DIFFERENT}
    ]
    windows = [followed[i : i + WINDOW] for i in range(0, len(followed), WINDOW)]
    return tuple(sum(w) / len(w) for w in windows if len(w) >= min(WINDOW, 10))


@dataclass(frozen=True)
class Pace:
    """How someone's session goes."""

    opinions: int
    minutes: float
    median_seconds: float | None


def pace(engine: Engine, account: str, since: str) -> Pace:
    """A person's stretch of work up to now: opinions since `since` without a pause."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(OPINION.c.at, OPINION.c.seconds)
            .where(OPINION.c.account == account, OPINION.c.kind == "verdict", OPINION.c.at >= since)
            .order_by(OPINION.c.number.desc())
            .limit(500)
        ).all()
    if not rows:
        return Pace(0, 0.0, None)
    moments = [datetime.fromisoformat(r.at).timestamp() for r in rows]
    stretch = 1
    while stretch < len(moments) and moments[stretch - 1] - moments[stretch] <= PAUSE:
        stretch += 1
    seconds = [r.seconds for r in rows[:20] if r.seconds > 0]
    return Pace(len(rows), (moments[0] - moments[stretch - 1]) / 60, median(seconds) if seconds else None)
