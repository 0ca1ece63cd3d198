"""Decisions: append-only, undone by new entries, and what follows from them."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from linker.errors import InputError, WorkspaceError
from linker.identity.clusters import Constraints, cluster
from linker.registry import database
from linker.registry.auditlog import AuditLog
from linker.registry.database import open_registry
from linker.registry.ledger import Entry, EntryKind, Ledger, NewUndo, NewVerdict, Verdict, holding, implied

S, D, U = Verdict.SAME, Verdict.DIFFERENT, Verdict.UNSURE


def say(left: str, right: str, verdict: Verdict) -> NewVerdict:
    return NewVerdict(left, right, verdict, "seen together", "meena")


def state(ledger: Ledger) -> dict[tuple[str, str], Verdict | None]:
    return {pair: entry.verdict for pair, entry in ledger.holding().items()}


def test_a_verdict_is_written_and_superseded(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    [first] = ledger.decide([say("b", "a", S)])
    [second] = ledger.decide([say("a", "b", D)])
    assert (first.left_record, first.right_record, first.supersedes) == ("a", "b", None)
    assert second.supersedes == first.number
    assert state(ledger) == {("a", "b"): D}
    assert len(Ledger(tmp_path).entries()) == 2


def test_undo_restores_and_can_be_undone(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.decide([say("a", "b", S)])
    ledger.decide([say("a", "b", D)])
    ledger.undo(2, "wrong photograph")
    assert state(ledger) == {("a", "b"): S}
    ledger.undo(3, "it was right")
    assert state(ledger) == {("a", "b"): D}
    ledger.undo(1, "first one too")
    assert state(ledger) == {("a", "b"): D}


def test_senseless_entries_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for bad in (say("a", "a", S), NewVerdict("a", "b", S, "  "), NewUndo(9, "why"), NewUndo(9, "")):
        with pytest.raises(InputError):
            ledger.append([say("x", "y", S), bad])
    assert ledger.entries() == []
    ledger.decide([say("a", "b", S)])
    ledger.undo(1, "mistake")
    with pytest.raises(InputError, match="taken back already"):
        ledger.undo(1, "again")


@pytest.mark.parametrize(
    "change",
    ["UPDATE decision SET verdict = 'same'", "DELETE FROM decision", "UPDATE audit SET who = 'x'", "DELETE FROM audit"],
)
def test_the_database_itself_refuses_changes(tmp_path: Path, change: str) -> None:
    Ledger(tmp_path).decide([say("a", "b", D)])
    with pytest.raises(DatabaseError, match="append-only"), open_registry(tmp_path).begin() as connection:
        connection.execute(text(change))


def test_two_writers_take_turns(tmp_path: Path) -> None:
    one, other = Ledger(tmp_path), Ledger(tmp_path)
    for number in range(5):
        one.decide([say(f"a{number}", "z", S)])
        other.decide([say(f"b{number}", "z", S)])
    assert [entry.number for entry in one.entries()] == list(range(1, 11))
    assert AuditLog(tmp_path).verify().faults == []


def test_a_registry_of_a_newer_program_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_registry(tmp_path)
    monkeypatch.setattr(database, "HEAD", "0000")
    with pytest.raises(WorkspaceError, match="newer program"):
        open_registry(tmp_path)


def test_the_newest_migration_is_the_one_expected() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == database.HEAD


def test_migrations_make_the_tables_that_the_code_describes(tmp_path: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from linker.registry.tables import METADATA

    with open_registry(tmp_path).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_a_place_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "registry.sqlite").write_bytes(b"this is no database, and long enough to be read as one" * 40)
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        Ledger(tmp_path)


IMPLIED = [
    # verdicts            present   together     never
    ("ab= bc=", "abc", ["ab", "bc"], []),
    ("ab= bc=", "ac", ["ac"], []),
    ("ab= bc!", "abc", ["ab"], ["ac", "bc"]),
    ("ab= bc!", "ac", [], ["ac"]),
    ("ab= cd= bc!", "ad", [], ["ad"]),
    ("ab!", "ac", [], []),
    ("ab?", "ab", [], []),
    ("ab= bc= ac!", "abc", ["ab", "bc"], ["ac"]),
]


@pytest.mark.parametrize(("verdicts", "present", "together", "never"), IMPLIED)
def test_what_follows_from_verdicts(verdicts: str, present: str, together: list[str], never: list[str]) -> None:
    meaning = {"=": S, "!": D, "?": U}
    entries = [
        Entry(n, EntryKind.VERDICT, v[0], v[1], meaning[v[2]], "x", "", "y", None)
        for n, v in enumerate(verdicts.split(), start=1)
    ]
    must, cannot = implied(entries, pa.array(list(present)))
    assert ["".join(present[i] for i in pair) for pair in must.tolist()] == together
    assert ["".join(present[i] for i in pair) for pair in cannot.tolist()] == never


RECORDS = [f"r{i}" for i in range(7)]
steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(RECORDS), st.sampled_from(RECORDS), st.sampled_from(list(Verdict))),
        st.integers(1, 12),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(steps)
def test_state_is_a_function_of_the_entries_and_undo_restores_it(history: list) -> None:  # type: ignore[type-arg]
    """A random history: the state read back equals the state replayed; undoing everything newest first walks back through all states,
    and the groups that follow from the same state are the same."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder))
        states = [state(ledger)]
        for step in history:
            try:
                if isinstance(step, tuple):
                    ledger.decide([say(*step)])
                else:
                    ledger.undo(step, "second thoughts")
            except InputError:
                continue
            states.append(state(ledger))
        entries = ledger.entries()
        assert holding(reversed(entries)) == ledger.holding()
        assert [e.number for e in entries] == list(range(1, len(states)))
        for at in range(len(entries), 0, -1):
            assert {p: e.verdict for p, e in holding(entries[:at]).items()} == states[at]
            assert _groups(holding(entries[:at])) == _groups(holding(list(reversed(entries[:at]))))
        _undo_from_the_end(ledger, entries, states)
        assert AuditLog(Path(folder)).verify().faults == []


def _undo_from_the_end(ledger: Ledger, entries: list[Entry], states: list[dict]) -> None:  # type: ignore[type-arg]
    for at in range(len(entries), 0, -1):
        ledger.undo(at, "back")
        assert state(ledger) == states[at - 1]
        if at < len(entries):
            break  # further back, entries that an undo took back would have to be skipped


def _groups(holds: dict[tuple[str, str], Entry]) -> list[int]:
    must, cannot = implied(holds.values(), pa.array(RECORDS))
    nothing = np.empty(0, np.int32)
    constraints = Constraints(must_link=must, cannot_link=cannot)
    found = cluster(len(RECORDS), nothing, nothing, nothing.astype(np.float32), nothing.astype(np.int8), constraints)
    assert all(found.label[a] != found.label[b] for a, b in cannot)
    return found.label.tolist()
