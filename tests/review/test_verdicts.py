"""Questions are handed out and answered: leases, four eyes, disagreement, undo, the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError

from linker.config.review import ReviewSettings
from linker.registry.database import changing, reading
from linker.registry.review_tables import ITEM, OPINION
from linker.review.filling import add_known, put
from linker.review.items import Answer, Kind, Status, Stratum, Tray, states_text
from linker.review.verdicts import RefusedError, Said
from tests.review.desk import ASHA, BINA, CALM, DELHI, MEENA, VIKRAM, Desk, draft

S, D, U, P = Answer.SAME, Answer.DIFFERENT, Answer.UNSURE, Answer.SPLIT


def expire(desk: Desk, number: int) -> None:
    past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat(timespec="microseconds")
    with changing(desk.engine) as connection:
        connection.execute(update(ITEM).where(ITEM.c.number == number).values(leased_until=past))


def test_the_most_important_comes_first_and_to_one_person_only(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, 1.0), draft(2, 9.0), draft(3, 5.0)])
    first, second = desk.take(ASHA), desk.take(BINA)
    assert (first.priority, second.priority) == (9.0, 5.0)
    assert desk.take(ASHA).number == first.number
    assert desk.queue.take_this(BINA, first.number) is None


def test_an_expired_lease_is_free_and_the_late_verdict_is_refused(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)])
    mine = desk.take(ASHA)
    expire(desk, mine.number)
    theirs = desk.take(BINA)
    assert theirs.number == mine.number
    assert not desk.queue.renew(ASHA, mine.number, mine.lease or "")
    with pytest.raises(RefusedError, match="someone else"):
        desk.say(ASHA, mine, S)
    assert desk.say(BINA, theirs, S).settled.status is Status.DECIDED


def test_a_late_verdict_counts_while_nobody_else_has_the_question(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)])
    mine = desk.take(ASHA)
    expire(desk, mine.number)
    assert desk.say(ASHA, mine, S).settled.status is Status.DECIDED


def test_one_verdict_enters_ledger_and_log(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)])
    taken = desk.say(ASHA, desk.take(ASHA), S, note="PAN seen")
    entry = desk.ledger.entries()[0]
    assert (entry.verdict, entry.who, entry.why) == (S, "asha", "document: PAN seen (review item 1)")
    assert taken.opinion.decisions == (entry.number,)
    assert desk.audit.verify().faults == []


def test_what_is_sent_twice_counts_once(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)])
    item = desk.take(ASHA)
    first, second = desk.say(ASHA, item, S), desk.say(ASHA, item, S)
    assert second.again and second.opinion == first.opinion
    assert len(desk.ledger.entries()) == 1
    with pytest.raises(RefusedError, match="used up"):
        desk.say(BINA, item, D)


def test_four_eyes(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, why_two=("across_states",))])
    assert desk.say(ASHA, desk.take(ASHA), S).settled.status is Status.SECOND
    assert desk.holding() == {}
    assert desk.queue.take(ASHA) is None, "nobody approves an own verdict"
    assert desk.queue.take(BINA) is None, "the second is an approver"
    desk.say(VIKRAM, desk.take(VIKRAM), S)
    assert list(desk.holding().values()) == ["same"]
    assert desk.ledger.entries()[0].who == "asha, vikram"


def test_an_undo_leaves_the_question_with_whoever_is_looking_at_it(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, why_two=("across_states",))])
    first = desk.say(ASHA, desk.take(ASHA), S)
    looking = desk.take(VIKRAM)
    back = desk.verdicts.take_back(ASHA, first.opinion.number)
    assert (back.status, back.leased_by) == (Status.OPEN, "vikram")
    assert desk.queue.take(ASHA) is None
    assert desk.say(VIKRAM, looking, S).settled.status is Status.SECOND, "what they say is not lost"


def test_an_undo_frees_a_question_that_nobody_looks_at(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, why_two=("across_states",))])
    first = desk.say(ASHA, desk.take(ASHA), S)
    expire(desk, desk.take(VIKRAM).number)
    assert desk.verdicts.take_back(ASHA, first.opinion.number).leased_by is None


def test_an_approver_is_no_second_pair_of_eyes_for_the_own_verdict(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, why_two=("juvenile",))])
    desk.say(VIKRAM, desk.take(VIKRAM), S)
    assert desk.queue.take(VIKRAM) is None
    assert desk.queue.take_this(VIKRAM, 1) is None


@pytest.mark.parametrize(
    ("rule", "stratum", "answer", "two"),
    [
        ("link", Stratum.LINKED, D, True),
        ("link", Stratum.LINKED, S, False),
        ("improbable", Stratum.BELOW, S, True),
        ("improbable", Stratum.BELOW, D, False),
        ("uncertain", Stratum.REVIEW, S, False),
    ],
)
def test_what_undoes_the_engine_needs_two(
    tmp_path: Path, rule: str, stratum: Stratum, answer: Answer, two: bool
) -> None:
    desk = Desk.of(tmp_path, [draft(1, rule=rule, stratum=stratum)])
    taken = desk.say(ASHA, desk.take(ASHA), answer)
    assert taken.settled.status is (Status.SECOND if two else Status.DECIDED)
    assert taken.item.why_two == (("override",) if two else ())


def test_a_third_decides_a_disagreement(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, why_two=("juvenile",))])
    desk.say(ASHA, desk.take(ASHA), S)
    assert desk.say(VIKRAM, desk.take(VIKRAM), D).settled.status is Status.THIRD
    assert desk.queue.take(VIKRAM) is None
    third = desk.queue.take(MEENA, Tray.DISAGREEMENTS)
    assert third is not None
    assert desk.say(MEENA, third, D).settled.outcome == "different"
    assert list(desk.holding().values()) == ["different"]


def test_blind_doubles_may_be_judged_by_any_two(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)], ReviewSettings(blind_doubles=1, known_pairs=0))
    assert desk.say(ASHA, desk.take(ASHA), U).settled.status is Status.SECOND
    assert desk.say(BINA, desk.take(BINA), U).settled.outcome == "unsure"
    assert list(desk.holding().values()) == ["unsure"]


def test_undo_reaches_the_ledger(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)])
    taken = desk.say(ASHA, desk.take(ASHA), S)
    with pytest.raises(RefusedError, match="no such verdict"):
        desk.verdicts.take_back(BINA, taken.opinion.number)
    assert desk.verdicts.take_back(ASHA, taken.opinion.number).status is Status.OPEN
    assert desk.holding() == {}
    with pytest.raises(RefusedError):
        desk.verdicts.take_back(ASHA, taken.opinion.number)
    desk.say(ASHA, desk.take(ASHA), D)
    assert list(desk.holding().values()) == ["different"]
    assert desk.audit.verify().faults == []


def test_undo_of_the_third_opens_the_disagreement_again(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, why_two=("juvenile",))])
    desk.say(ASHA, desk.take(ASHA), S)
    desk.say(VIKRAM, desk.take(VIKRAM), D)
    taken = desk.say(MEENA, desk.take(MEENA), D)
    assert desk.verdicts.take_back(MEENA, taken.opinion.number).status is Status.THIRD
    assert desk.holding() == {}


def test_undo_of_the_odd_one_out_leaves_what_two_agree_on(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, why_two=("juvenile",))])
    odd = desk.say(ASHA, desk.take(ASHA), S)
    desk.say(VIKRAM, desk.take(VIKRAM), D)
    desk.say(MEENA, desk.take(MEENA), D)
    assert desk.verdicts.take_back(ASHA, odd.opinion.number).outcome == "different"
    assert list(desk.holding().values()) == ["different"]


def test_an_old_verdict_is_not_taken_back(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)], ReviewSettings(blind_doubles=0, known_pairs=0, undo_minutes=0))
    taken = desk.say(ASHA, desk.take(ASHA), S)
    with pytest.raises(RefusedError, match="too long ago"):
        desk.verdicts.take_back(ASHA, taken.opinion.number)


def test_a_split_becomes_verdicts_on_pairs(tmp_path: Path) -> None:
    records = tuple(f"s:{c}" for c in "abcde")
    split = draft(1, kind=Kind.SPLIT, stratum=Stratum.ATTENTION, records=records, rule="attention:weak_link")
    desk = Desk.of(tmp_path, [split])
    groups = (("s:a", "s:b"), ("s:d", "s:c"))
    item = desk.take(ASHA)
    for wrong in ((("s:a",),), (("s:a",), ("s:a",)), (("s:a",), ("s:x",)), ()):
        with pytest.raises(RefusedError, match="two groups"):
            desk.say(ASHA, item, P, groups=wrong)
    with pytest.raises(RefusedError, match="does not fit"):
        desk.say(ASHA, item, D)
    assert desk.say(ASHA, item, P, groups=groups).settled.status is Status.SECOND
    desk.say(VIKRAM, desk.take(VIKRAM), P, groups=tuple(reversed([tuple(reversed(g)) for g in groups])))
    assert desk.holding() == {
        ("s:a", "s:b"): "same", ("s:c", "s:d"): "same", ("s:a", "s:c"): "different",
    }  # fmt: skip


def test_known_pairs_measure_and_change_nothing(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)], ReviewSettings(blind_doubles=0, known_pairs=0.5))
    add_known(desk.engine, 1, [("k:1", "k:2", S), ("k:3", "k:4", D)], {})
    seen = []
    for account in (ASHA, BINA, VIKRAM):
        for _ in range(3):
            item = desk.queue.take(account)
            if item is None:
                break
            seen.append(item.status)
            desk.say(account, item, S)
    assert Status.KNOWN in seen
    assert set(desk.holding()) == {("s:00001a", "s:00001b")}
    with reading(desk.engine) as connection:
        assert set(connection.scalars(select(ITEM.c.status).where(ITEM.c.answer.is_not(None)))) == {"known"}


def test_states_bound_what_is_handed_out(tmp_path: Path) -> None:
    both, none = states_text(["Delhi", "Haryana"]), states_text([])
    desk = Desk.of(tmp_path, [draft(1, states=both), draft(2, states=none), draft(3, states=states_text(["Delhi"]))])
    assert desk.take(DELHI).number == 3
    assert desk.queue.take_this(DELHI, 1) is None
    assert desk.queue.waiting(DELHI)[Tray.PAIRS] == 1
    item = desk.take(ASHA, 1)
    with pytest.raises(RefusedError):
        desk.verdicts.say(DELHI, Said(1, item.lease or "", S, "document"))


@pytest.mark.parametrize(
    ("answer", "reason", "note", "code"),
    [
        (S, "", "", "reason_missing"),
        (S, "namesake", "", "reason_missing"),
        (D, "other", " ", "note_missing"),
        (U, "too_little", "x" * 3000, "note_long"),
        (P, "relatives", "", "wrong_answer"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, answer: Answer, reason: str, note: str, code: str) -> None:
    desk = Desk.of(tmp_path, [draft(1)])
    item = desk.take(ASHA)
    with pytest.raises(RefusedError) as refused:
        desk.verdicts.say(ASHA, Said(1, item.lease or "", answer, reason, note))
    assert refused.value.code == code
    assert desk.verdicts.on(1) == []


def test_opinions_cannot_be_changed(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1)])
    desk.say(ASHA, desk.take(ASHA), S)
    for change in ("UPDATE opinion SET verdict = 'different'", "DELETE FROM opinion"):
        with pytest.raises(DatabaseError, match="append-only"), changing(desk.engine) as connection:
            connection.execute(text(change))
    with reading(desk.engine) as connection:
        assert connection.scalar(select(OPINION.c.verdict)) == "same"


def test_the_queue_follows_the_snapshot(tmp_path: Path) -> None:
    desk = Desk.of(tmp_path, [draft(1, 1.0), draft(2, 2.0), draft(3, 3.0)])
    desk.say(ASHA, desk.take(ASHA), S)
    done = put(desk.engine, 2, [draft(1, 7.0), draft(4, 4.0)], CALM)
    assert (done.added, done.kept, done.gone) == (1, 1, 1)
    assert [desk.queue.item(n).status for n in (1, 2, 3, 4)] == ["open", "gone", "decided", "open"]  # type: ignore[union-attr]
    first = desk.take(BINA)
    assert (first.number, first.priority, first.snapshot) == (1, 7.0, 2)
