"""What people say enters here: opinion, item, ledger and audit log in one transaction, or nothing at all.

A lease is good for one opinion (the database holds it to that), so a page that is sent twice, or again after the server was killed, does
not count twice. An opinion is taken back by a further row; what the ledger got from it is taken back there as well.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from linker.config.review import ReviewSettings
from linker.errors import LinkerError
from linker.registry import auditlog
from linker.registry.auditlog import AuditLog
from linker.registry.database import now, reading, writing
from linker.registry.ledger import NewUndo, NewVerdict, Verdict
from linker.registry.ledger import append as write_down
from linker.registry.review_tables import ITEM, OPINION
from linker.registry.tables import DECISION
from linker.review.building import engine_says
from linker.review.filling import BLIND
from linker.review.items import Answer, Item, Kind, Status, groups_text
from linker.review.people import Account, May
from linker.review.queue import standing
from linker.review.rules import Opinion, Settled, overrides, settle

LONGEST_NOTE = 2_000


class RefusedError(LinkerError):
    """What was sent cannot be accepted; `code` names the sentence that the page shows."""

    def __init__(self, code: str, what: str) -> None:
        self.code = code
        super().__init__(what)


@dataclass(frozen=True)
class Said:
    """What a person sends. `lease` is the one they hold; `groups` only for a split; `seconds` is how long they looked."""

    item: int
    lease: str
    answer: Answer
    reason: str
    note: str = ""
    groups: tuple[tuple[str, ...], ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Taken:
    """What became of it."""

    item: Item
    opinion: Opinion
    settled: Settled
    again: bool = False
    """It had been sent before; nothing was changed."""


class Verdicts:
    """Takes opinions, and takes them back."""

    def __init__(self, engine: Engine, settings: ReviewSettings, audit: AuditLog) -> None:
        self._engine, self._settings, self._audit = engine, settings, audit
        self._noted = 0.0

    def say(self, account: Account, said: Said) -> Taken:
        """Write an opinion down; if the item is settled by it, its verdict enters the ledger.

        Raises:
            RefusedError: the lease is someone else's by now, the person may not judge this item, or the answer does not fit the question.
        """
        with writing(self._engine) as connection:
            before = _by_lease(connection, said.lease)
            if before is not None:
                return _repeated(connection, account, said, before)
            item = _item(connection, said.item)
            opinions = standing_opinions(connection, item.number)
            self._check(account, item, opinions, said)
            taken, head = self._take(connection, account, item, opinions, said)
        self._note(head)
        return taken

    def _note(self, head: auditlog.Head) -> None:
        """Note the log's head beside it, once a second at most: an older head proves the log up to it as well."""
        if time.monotonic() - self._noted >= 1:
            self._noted = time.monotonic()
            self._audit.keep_head(head)

    def _check(self, account: Account, item: Item, opinions: Sequence[Opinion], said: Said) -> None:
        if item.leased_by != account.name or item.lease != said.lease:
            raise RefusedError("lease_lost", "this question was given to someone else meanwhile; nothing was saved")
        if not account.may(May.JUDGE) or not account.sees(item.states):
            raise RefusedError("not_allowed", "this account may not judge this question")
        if any(o.account == account.name for o in opinions):
            raise RefusedError("own_verdict", "nobody judges the same question twice")
        second = item.status is Status.SECOND and item.why_two != (BLIND,) and self._settings.four_eyes.approver_second
        if (second or item.status is Status.THIRD) and not account.may(May.APPROVE):
            raise RefusedError("not_allowed", "an approver must be the second or third to look")
        codes = {
            Answer.SAME: self._settings.reasons.same,
            Answer.UNSURE: self._settings.reasons.unsure,
            Answer.DIFFERENT: self._settings.reasons.different,
            Answer.SPLIT: self._settings.reasons.different,
        }[said.answer]
        if said.reason not in codes:
            raise RefusedError("reason_missing", "a verdict needs one of the listed reasons")
        if said.reason == "other" and not said.note.strip():
            raise RefusedError("note_missing", "'other' needs a note")
        if len(said.note) > LONGEST_NOTE:
            raise RefusedError("note_long", f"a note has at most {LONGEST_NOTE} characters")
        fitting = Answer.SPLIT if item.kind is Kind.SPLIT else Answer.DIFFERENT
        if said.answer not in {Answer.SAME, Answer.UNSURE, fitting}:
            raise RefusedError("wrong_answer", "this answer does not fit the question")
        if said.answer is Answer.SPLIT:
            _check_groups(item, said.groups)

    def _take(
        self, connection: Connection, account: Account, item: Item, opinions: Sequence[Opinion], said: Said
    ) -> tuple[Taken, auditlog.Head]:
        number = int(connection.scalar(select(func.max(OPINION.c.number))) or 0) + 1
        groups = groups_text(said.groups) if said.answer is Answer.SPLIT else None
        seconds = min(max(said.seconds, 0.0), 24 * 3600.0) if math.isfinite(said.seconds) else 0.0
        opinion = Opinion(
            number, item.number, account.name, said.answer, groups, said.reason, said.note.strip(), now(), seconds
        )
        reasons = item.why_two
        if self._settings.four_eyes.override and overrides(said.answer, engine_says(item.rule)):
            reasons = (*(r for r in reasons if r != BLIND), *(() if "override" in reasons else ("override",)))
        needs = 2 if reasons else item.needs
        settled = Settled(Status.KNOWN) if item.status is Status.KNOWN else settle([*opinions, opinion], needs)
        decisions = _into_ledger(connection, item, settled, [*opinions, opinion])
        opinion = Opinion(**{**opinion.__dict__, "decisions": decisions})
        connection.execute(insert(OPINION).values(**_row(opinion, said.lease)))
        change = {
            "status": str(settled.status), "outcome": settled.outcome, "needs": needs, "why_two": json.dumps(reasons),
            "leased_by": None, "lease": None, "leased_until": None, "changed_at": opinion.at,
        }  # fmt: skip
        row = connection.execute(
            update(ITEM).where(ITEM.c.number == item.number).values(**change).returning(ITEM)
        ).one()
        detail = {"opinion": number, "answer": str(said.answer), "reason": said.reason, "status": str(settled.status)}
        head = auditlog.append(connection, "opinion", f"item {item.number}", detail, account.name)
        return Taken(Item.of_row(row), opinion, settled), head

    def take_back(self, account: Account, number: int, why: str = "undo") -> Item:
        """Take an own opinion back; the item waits again, or what the others said settles it.

        Raises:
            RefusedError: not this person's opinion, taken back already, or too long ago.
        """
        with writing(self._engine) as connection:
            row = connection.execute(select(OPINION).where(OPINION.c.number == number, standing())).first()
            if row is None or row.account != account.name:
                raise RefusedError("nothing_to_undo", "there is no such verdict of yours")
            age = datetime.now(UTC) - datetime.fromisoformat(row.at)
            if age > timedelta(minutes=self._settings.undo_minutes):
                raise RefusedError("undo_late", "too long ago to take back; an approver can decide it anew")
            item = _item(connection, row.item)
            remaining = [o for o in standing_opinions(connection, item.number) if o.number != number]
            _out_of_ledger(connection, item.number, account.name, why)
            settled = Settled(Status.KNOWN) if item.answer else settle(remaining, item.needs)
            decisions = _into_ledger(connection, item, settled, remaining)
            last = int(connection.scalar(select(func.max(OPINION.c.number))) or 0)
            undo = {
                "number": last + 1, "kind": "undo", "item": item.number, "account": account.name, "verdict": None,
                "groups": None, "reason": "undo", "note": why, "at": now(), "seconds": 0.0, "lease": None,
                "takes_back": number, "decisions": json.dumps(decisions),
            }  # fmt: skip
            connection.execute(insert(OPINION).values(**undo))
            change = {"status": str(settled.status), "outcome": settled.outcome, "changed_at": undo["at"]}
            if settled.status is Status.DECIDED or not _held_by_another(item, account):
                change |= {"leased_by": None, "lease": None, "leased_until": None}
            changed = connection.execute(
                update(ITEM).where(ITEM.c.number == item.number).values(**change).returning(ITEM)
            ).one()
            head = auditlog.append(
                connection, "opinion undone", f"item {item.number}", {"opinion": number, "status": str(settled.status)}, account.name
            )  # fmt: skip
        self._note(head)
        return Item.of_row(changed)

    def last_of(self, account: str, limit: int = 20) -> list[tuple[Opinion, Item, bool]]:
        """A person's last opinions with their items, the newest first, and whether each stands."""
        with reading(self._engine) as connection:
            rows = connection.execute(
                select(OPINION).where(OPINION.c.account == account).order_by(OPINION.c.number.desc()).limit(limit)
            ).all()
            undone = {r.takes_back for r in rows if r.kind == "undo"}
            items = {
                r.number: Item.of_row(r)
                for r in connection.execute(select(ITEM).where(ITEM.c.number.in_({r.item for r in rows})))
            }
            return [(_opinion(r), items[r.item], r.number not in undone) for r in rows if r.kind == "verdict"]

    def on(self, number: int) -> list[Opinion]:
        """The opinions that stand about an item."""
        with reading(self._engine) as connection:
            return standing_opinions(connection, number)


def standing_opinions(connection: Connection, item: int) -> list[Opinion]:
    rows = connection.execute(select(OPINION).where(OPINION.c.item == item, standing()).order_by(OPINION.c.number))
    return [_opinion(r) for r in rows]


def _opinion(row: Any) -> Opinion:
    return Opinion(
        row.number, row.item, row.account, Answer(row.verdict), row.groups, row.reason, row.note, row.at, row.seconds,
        tuple(json.loads(row.decisions)),
    )  # fmt: skip


def _row(opinion: Opinion, lease: str) -> dict[str, Any]:
    return {
        "number": opinion.number, "kind": "verdict", "item": opinion.item, "account": opinion.account,
        "verdict": str(opinion.answer), "groups": opinion.groups, "reason": opinion.reason, "note": opinion.note,
        "at": opinion.at, "seconds": opinion.seconds, "lease": lease, "takes_back": None,
        "decisions": json.dumps(opinion.decisions),
    }  # fmt: skip


def _item(connection: Connection, number: int) -> Item:
    row = connection.execute(select(ITEM).where(ITEM.c.number == number).with_for_update()).first()
    if row is None:
        raise RefusedError("no_item", f"there is no question {number}")
    return Item.of_row(row)


def _held_by_another(item: Item, account: Account) -> bool:
    """Whether somebody else is looking at an item at present: what they are about to say is not lost by an undo."""
    return item.leased_by not in {None, account.name} and (item.leased_until or "") >= now()


def _by_lease(connection: Connection, lease: str) -> Any:
    return connection.execute(select(OPINION).where(OPINION.c.lease == lease)).first()


def _repeated(connection: Connection, account: Account, said: Said, row: Any) -> Taken:
    if row.account != account.name or row.item != said.item:
        raise RefusedError("lease_lost", "this lease is used up; nothing was saved")
    item = _item(connection, row.item)
    return Taken(item, _opinion(row), Settled(item.status), again=True)


def _check_groups(item: Item, groups: tuple[tuple[str, ...], ...]) -> None:
    named = [r for g in groups for r in g]
    if len(named) != len(set(named)) or not set(named) <= set(item.records) or len([g for g in groups if g]) < 2:
        raise RefusedError("wrong_groups", "a split needs two groups or more, each record in one at most")


def _into_ledger(connection: Connection, item: Item, settled: Settled, opinions: Sequence[Opinion]) -> tuple[int, ...]:
    """Write the verdict of a settled item down; gives the numbers of the ledger's entries."""
    if settled.status is not Status.DECIDED:
        return ()
    counts = settled.counts
    agreed = [o for o in opinions if counts is None or o.said == counts.said]
    who = ", ".join(dict.fromkeys(o.account for o in agreed))
    notes = "; ".join(dict.fromkeys(f"{o.reason}{': ' + o.note if o.note else ''}" for o in agreed))
    why = f"{notes} (review item {item.number})"
    verdicts = [NewVerdict(a, b, v, why, who) for a, b, v in _pairs(item, counts)]
    if not verdicts:
        return ()
    entries, _ = write_down(connection, verdicts)
    return tuple(e.number for e in entries)


def _pairs(item: Item, counts: Opinion | None) -> list[tuple[str, str, Verdict]]:
    """The verdicts on pairs that an outcome means. Inside a group a chain, between groups one pair: the rest follows from these."""
    answer = counts.answer if counts else Answer.UNSURE
    if item.kind is not Kind.SPLIT:
        return [(item.records[0], item.records[1], Verdict(str(answer)))]
    if answer is Answer.UNSURE or counts is None:
        return []
    groups = [list(item.records)] if answer is Answer.SAME else json.loads(counts.groups or "[]")
    inside = [(a, b, Verdict.SAME) for group in groups for a, b in pairwise(group)]
    return inside + [(g[0], h[0], Verdict.DIFFERENT) for g, h in combinations(groups, 2)]


def _out_of_ledger(connection: Connection, item: int, who: str, why: str) -> None:
    """Take back whatever the ledger holds of an item."""
    texts = connection.scalars(select(OPINION.c.decisions).where(OPINION.c.item == item))
    numbers = sorted({n for text in texts for n in json.loads(text)})
    if not numbers:
        return
    gone = set(
        connection.scalars(
            select(DECISION.c.supersedes).where(DECISION.c.kind == "undo", DECISION.c.supersedes.in_(numbers))
        )
    )
    undos = [NewUndo(n, f"{why} (review item {item})", who) for n in reversed(numbers) if n not in gone]
    if undos:
        write_down(connection, undos)
