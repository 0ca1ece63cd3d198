"""What becomes of a question once people have answered: pure functions of the opinions that stand.

One opinion settles an item that needs one. Where two are needed, two that agree settle it; where they differ, a third person decides:
the answer that two of the three gave, and 'not enough evidence' if all three differ. Nobody's opinion counts twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from linker.config.review import FourEyes
from linker.review.items import Answer, Status


@dataclass(frozen=True)
class Opinion:
    """What one person said about an item. `groups` only with SPLIT (see `items.groups_text`)."""

    number: int
    item: int
    account: str
    answer: Answer
    groups: str | None
    reason: str
    note: str
    at: str
    seconds: float
    decisions: tuple[int, ...] = ()

    @property
    def said(self) -> str:
        """The answer in one text: two people agree if theirs are equal."""
        return self.groups if self.answer is Answer.SPLIT and self.groups else str(self.answer)


@dataclass(frozen=True)
class Settled:
    """Where an item stands: its status, and the opinion that counts once it is decided (None: 'not enough evidence')."""

    status: Status
    counts: Opinion | None = None

    @property
    def outcome(self) -> str | None:
        if self.status is not Status.DECIDED:
            return None
        return str(self.counts.answer) if self.counts else str(Answer.UNSURE)


def settle(opinions: Sequence[Opinion], needs: int) -> Settled:
    """The state of an item with these standing opinions, one per person, in order."""
    people = {o.account: o for o in opinions}
    stand = sorted(people.values(), key=lambda o: o.number)
    if not stand:
        return Settled(Status.OPEN)
    if len(stand) < needs:
        return Settled(Status.SECOND)
    if needs == 1:
        return Settled(Status.DECIDED, stand[0])
    said, count = Counter(o.said for o in stand).most_common(1)[0]
    if count >= 2:
        return Settled(Status.DECIDED, next(o for o in stand if o.said == said))
    return Settled(Status.THIRD) if len(stand) == 2 else Settled(Status.DECIDED, None)


@dataclass(frozen=True)
class Circumstances:
    """What decides how many people must look."""

    juvenile: bool = False
    states: int = 1
    records: int = 2
    engine: str = ""
    """'same' if the engine linked it by itself, 'different' if it forbids it, '' if it left it to people"""


def why_two(facts: Circumstances, rules: FourEyes) -> tuple[str, ...]:
    """Why two people must agree whatever the answer is; empty if one is enough."""
    found = []
    if rules.juvenile and facts.juvenile:
        found.append("juvenile")
    if rules.across_states and facts.states > 1:
        found.append("across_states")
    if facts.records >= rules.large_cluster:
        found.append("large_cluster")
    return tuple(found)


def overrides(answer: Answer, engine: str) -> bool:
    """Whether an answer undoes what the engine did by itself."""
    return (engine == "same" and answer in {Answer.DIFFERENT, Answer.SPLIT}) or (
        engine == "different" and answer is Answer.SAME
    )
