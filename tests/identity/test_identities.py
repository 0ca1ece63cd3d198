"""Identities over several runs: who survives, what the ids are, what the events say."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.identity import identities
from linker.identity.events import Kind
from linker.identity.identities import Assignment, Past, assign

# What the records of two runs are grouped as, and what becomes of the identities that the first run founded
# (named after their smallest record, upper case; a lower-case name is an identity that the second run founds).
CASES = [
    # first run     second run    identities then     events
    ("abc", "abc", "A=abc", ""),
    ("ab c", "abc", "A=abc", "merged A<C:c"),
    ("abc", "ab c", "A=ab c=c", "created c:c split A>c:c"),
    ("abc de", "abcde", "A=abcde", "merged A<D:de"),
    ("abc de", "abd ce", "A=abd D=ce", "moved A<D:d moved D<A:c"),
    ("ab", "abx", "A=abx", "joined A:x"),
    ("ab", "ab x", "A=ab x=x", "created x:x"),
    ("ab c", "ab", "A=ab", "erased C:c"),
    ("abc", "ab", "A=ab", "erased A:c"),
    ("abcd", "ab cd", "A=ab c=cd", "created c:cd split A>c:cd"),
    ("ab cd", "ac bd", "A=ac C=bd", "moved A<C:c moved C<A:b"),
    ("ab cd ef", "abcdef", "A=abcdef", "merged A<C:cd merged A<E:ef"),
]


def run(grouping: str, previous: pa.Table | None = None, history: Past | None = None) -> Assignment:
    """Groups written as words of one-letter records."""
    home = {record: at for at, word in enumerate(grouping.split()) for record in word}
    records = sorted(home)
    return assign(np.array([home[r] for r in records]), pa.array(records, pa.string()), previous, history)


def past(first: dict[str, int], ended: dict[str, list[str]] | None = None) -> Past:
    """What `history.past` would give."""
    members = [(record, identity) for identity, records in (ended or {}).items() for record in records]
    lost = pa.table(
        {
            "record_id": pa.array([m[0] for m in members], pa.string()),
            "identity_id": pa.array([m[1] for m in members], pa.string()),
        }
    )
    return Past(pa.array(list(first), pa.string()), pa.array(list(first.values()), pa.int64()), lost)


def crosswalk(grouping: str, assigned: Assignment) -> pa.Table:
    return pa.table({"record_id": sorted(grouping.replace(" ", "")), "identity_id": assigned.identity_id})


def names(first: pa.Table) -> dict[str, str]:
    """Ids of the first run by the upper-case letter of their smallest record."""
    found: dict[str, str] = {}
    for record, identity in zip(first["record_id"].to_pylist(), first["identity_id"].to_pylist(), strict=True):
        found.setdefault(identity, record.upper())
    return found


@pytest.mark.parametrize(("before", "after", "expected", "events"), CASES)
def test_cases(before: str, after: str, expected: str, events: str) -> None:
    first = crosswalk(before, run(before))
    assigned = run(after, first)
    second = crosswalk(after, assigned)
    short = names(first)
    members: dict[str, str] = {}
    for record, identity in zip(second["record_id"].to_pylist(), second["identity_id"].to_pylist(), strict=True):
        members[identity] = members.get(identity, "") + record
    for identity, records in members.items():
        short.setdefault(identity, records[0])
    assert sorted(f"{short[i]}={r}" for i, r in members.items()) == sorted(expected.split())
    assert sorted(_told(assigned.events, short)) == sorted(
        f"{a} {b}" for a, b in zip(*[iter(events.split())] * 2, strict=True)
    )


def _told(events: pa.Table, short: dict[str, str]) -> list[str]:
    """'kind identity<other:records' ('>' for a split)."""
    told = []
    for event in events.to_pylist():
        kind = Kind(event["kind"])
        other = "" if kind is Kind.CREATED else "".join(short[o] for o in event["other_identities"])
        sign = {Kind.SPLIT: ">", Kind.MERGED: "<", Kind.MOVED: "<"}.get(kind, "")
        told.append(f"{kind} {short[event['identity_id']]}{sign}{other}:{''.join(event['record_ids'])}")
    return told


def test_ties_go_to_the_older() -> None:
    first = crosswalk("ab cd", run("ab cd"))
    a, c = first["identity_id"][0].as_py(), first["identity_id"][2].as_py()
    history = past({a: 7, c: 3})
    assert set(run("abcd", first, history).identity_id.to_pylist()) == {c}
    assert set(run("abcd", first).identity_id.to_pylist()) == {a}


def test_an_id_in_use_or_retired_is_not_used_again() -> None:
    """Record a founded an identity that lives on without it; a retired id stays retired too."""
    first = crosswalk("abc", run("abc"))
    split = run("a bc", first)
    assert len(set(split.identity_id.to_pylist())) == 2
    assert split.identity_id[1] == first["identity_id"][0]
    retired = past({first["identity_id"][0].as_py(): 1})
    assert run("a", None, retired).identity_id[0] != first["identity_id"][0]


def test_colliding_ids_take_the_next_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    """With ids of one character only, nearly all founders collide: all still get their own."""
    real = identities.identity_ids
    monkeypatch.setattr(identities, "identity_ids", lambda r, g=0: pa.array([i[:3] for i in real(r, g).to_pylist()]))
    assigned = run("a b c d e f g h i j k l m n o p q r s t")
    assert len(set(assigned.identity_id.to_pylist())) == 20


def test_a_merge_that_is_taken_back_gives_back_the_old_id() -> None:
    first = crosswalk("abc de", run("abc de"))
    a, d = first["identity_id"][0].as_py(), first["identity_id"][3].as_py()
    merged = crosswalk("abcde", run("abcde", first))
    assigned = run("abc de", merged, past({a: 1, d: 1}, {d: ["d", "e"]}))
    assert assigned.identity_id.to_pylist() == first["identity_id"].to_pylist()
    told = {e["kind"]: e for e in assigned.events.to_pylist()}
    assert told["revived"]["identity_id"] == d
    assert told["split"]["other_identities"] == [d]


def test_a_record_that_comes_back_has_its_old_id() -> None:
    first = crosswalk("ab c", run("ab c"))
    a, c = first["identity_id"][0].as_py(), first["identity_id"][2].as_py()
    without = crosswalk("ab", run("ab", first))
    assert run("ab c", without, past({a: 1, c: 1}, {c: ["c"]})).identity_id.to_pylist() == [a, a, c]


def test_decisions_are_given_as_the_cause() -> None:
    first = crosswalk("ab c", run("ab c"))
    assigned = assign(np.array([0, 0, 0]), pa.array(list("abc")), first, None, np.array([False, False, True]))
    assert assigned.events["cause"].to_pylist() == ["decision"]


histories = st.lists(st.lists(st.integers(-1, 5), min_size=8, max_size=8), min_size=1, max_size=5)


def _table(labels: list[int]) -> tuple[np.ndarray, pa.Array]:
    present = [i for i, label in enumerate(labels) if label >= 0]
    return np.array([labels[i] for i in present], np.int32), pa.array([f"r{i}" for i in present], pa.string())


@settings(max_examples=150, deadline=None)
@given(histories)
def test_events_rebuild_every_state_and_ids_survive(history: list[list[int]]) -> None:
    """Random arrivals, withdrawals and regroupings: replaying the events gives each run's crosswalk, a repeated run changes nothing, groups
    and identities are one to one, and an identity keeps its id while more than half of its records stay together and alone."""
    previous: pa.Table | None = None
    known: dict[str, int] = {}
    state: dict[str, str] = {}
    ended: dict[str, list[str]] = {}
    for number, labels in enumerate(history):
        label, records = _table(labels)
        ages = past(known, ended)
        assigned = assign(label, records, previous, ages)
        now = dict(zip(records.to_pylist(), assigned.identity_id.to_pylist(), strict=True))
        fresh_ends: set[str] = set()
        for event in assigned.events.to_pylist():
            for record in event["record_ids"]:
                if event["kind"] == "erased":
                    state.pop(record)
                else:
                    state[record] = event["other_identities"][0] if event["kind"] == "split" else event["identity_id"]
            if event["kind"] in {"merged", "erased"}:
                lost = event["other_identities"][0] if event["kind"] == "merged" else event["identity_id"]
                ended[lost] = [*(ended.get(lost, []) if lost in fresh_ends else []), *event["record_ids"]]
                fresh_ends.add(lost)
            if event["kind"] == "created":
                assert event["identity_id"] not in known
                known[event["identity_id"]] = number
        assert state == now
        assert (
            len(set(now.values()))
            == len(set(label.tolist()))
            == len(set(zip(label.tolist(), now.values(), strict=True)))
        )
        _survivors(previous, label, now)
        previous = pa.table({"record_id": records, "identity_id": assigned.identity_id})
        again = assign(label, records, previous, ages)
        assert again.events.num_rows == 0
        assert again.identity_id == assigned.identity_id
        shuffled = assign(label[::-1].copy(), records.take(pa.array(np.arange(len(records))[::-1])), previous, ages)
        assert shuffled.identity_id.to_pylist()[::-1] == assigned.identity_id.to_pylist()


def _survivors(previous: pa.Table | None, label: np.ndarray, now: dict[str, str]) -> None:
    if previous is None:
        return
    was = dict(zip(previous["record_id"].to_pylist(), previous["identity_id"].to_pylist(), strict=True))
    home = dict(zip(now, label.tolist(), strict=True))
    for identity in set(was.values()):
        left = [r for r, i in was.items() if i == identity and r in now]
        if left and len({home[r] for r in left}) == 1:
            rivals = Counter(was[r] for r in now if home[r] == home[left[0]] and r in was)
            if all(rivals[o] < len(left) for o in rivals if o != identity):
                assert now[left[0]] == identity
