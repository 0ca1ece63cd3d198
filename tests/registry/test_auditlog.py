"""The audit log: whatever is changed, removed, added or moved in it shows."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from linker.registry.auditlog import AuditLog, Head
from linker.registry.database import open_registry
from linker.registry.ledger import Ledger, NewVerdict, Verdict
from linker.registry.redaction import purge

COLUMNS = ("at", "who", "kind", "subject", "detail", "previous", "hash")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A log of twelve entries, two of them decisions."""
    log = AuditLog(tmp_path)
    for number in range(5):
        log.append("view", f"P-{number}", {"why": "सत्यापन", "n": number}, "meena")
    Ledger(tmp_path).decide(
        [NewVerdict("a", "b", Verdict.SAME, "seen"), NewVerdict("c", "d", Verdict.DIFFERENT, "seen")]
    )
    for number in range(5):
        log.append("export", f"out-{number}.csv", who="raj")
    return tmp_path


def unlocked(place: Path):  # type: ignore[no-untyped-def]
    """The database with its guards against changes removed, as someone with access to the file could do."""
    engine = create_engine(f"sqlite:///{place / 'registry.sqlite'}")
    with engine.begin() as connection:
        for table in ("audit", "decision"):
            for change in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{change}"))
    return engine


def test_a_log_as_it_was_written_passes(place: Path) -> None:
    log = AuditLog(place)
    result = log.verify()
    assert result.faults == []
    assert result.head.number == 12
    assert log.verify(Head.parse(str(result.head))).faults == []
    older = log.entries()[6]
    assert log.verify(Head(older["number"], older["hash"])).faults == []


def test_an_empty_log_passes(tmp_path: Path) -> None:
    assert AuditLog(tmp_path).verify() == AuditLog(tmp_path).verify(Head(0, "0" * 64))


@pytest.mark.parametrize("erased", [False, True], ids=["plain", "after_an_erasure"])
def test_ten_thousand_mutations_are_all_found(place: Path, erased: bool) -> None:
    """Single bytes of any value, rows removed, repeated, renumbered or exchanged: each is found, and the log as it was passes."""
    choose = random.Random(11)
    log = AuditLog(place)
    if erased:
        purge(open_registry(place), 1, {"a": "erased:1.1"}, ["out-3", "सत्यापन"], {})
        assert sum(e["subject"] == "(erased)" for e in log.entries()) == 6  # five views in Hindi, one export
    rows = log.entries()
    assert sum(_mutated(rows, choose, log) for _ in range(10_000)) == 10_000
    assert log.verify().faults == []


def _mutated(rows: list[dict[str, object]], choose: random.Random, log: AuditLog) -> bool:
    """Whether `check` finds a random change to the entries."""
    changed = [dict(row) for row in rows]
    at = choose.randrange(len(changed))
    kind = choose.choice(("byte", "byte", "byte", "remove", "repeat", "exchange", "renumber"))
    if kind == "byte":
        column = choose.choice(COLUMNS)
        content = bytearray(str(changed[at][column]).encode())
        place = choose.randrange(len(content))
        content[place] ^= choose.randrange(1, 128)
        changed[at][column] = content.decode("utf-8", "surrogateescape")
    elif kind == "remove":
        del changed[at]
    elif kind == "repeat":
        changed.append({**changed[at], "number": len(changed) + 1})
    elif kind == "exchange":
        other = (at + choose.randrange(1, len(changed))) % len(changed)
        one, two = changed[at]["number"], changed[other]["number"]
        changed[at]["number"], changed[other]["number"] = two, one
        changed.sort(key=lambda row: int(str(row["number"])))
    else:
        changed[at]["number"] = int(str(changed[at]["number"])) + choose.choice((-1, 1)) * choose.randrange(1, 50)
        changed.sort(key=lambda row: int(str(row["number"])))
    return bool(log.check(changed).faults)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit SET who = 'nobody' WHERE number = 3",
        "DELETE FROM audit WHERE number = 4",
        "DELETE FROM audit WHERE number = 12",
        "DELETE FROM audit",
        "UPDATE audit SET number = number + 1 WHERE number = 12",
        "UPDATE decision SET verdict = 'different' WHERE number = 1",
        "UPDATE decision SET why = 'seem' WHERE number = 2",
        "DELETE FROM decision WHERE number = 2",
        "INSERT INTO decision SELECT 3, kind, 'x', 'y', verdict, who, at, why, supersedes FROM decision WHERE number = 1",
    ],
)
def test_changes_in_the_database_are_found(place: Path, change: str) -> None:
    with unlocked(place).begin() as connection:
        connection.execute(text(change))
    assert AuditLog(place).verify().faults


def test_a_log_rewritten_as_a_whole_shows_against_the_kept_head(
    place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    kept = AuditLog(place).verify().head
    other = tmp_path_factory.mktemp("forged")
    forged = AuditLog(other)
    for number in range(12):
        forged.append("view", f"P-{number}")
    assert forged.verify().faults == []
    assert forged.verify(kept).faults


def test_byte_changes_in_the_file_are_found_or_change_nothing(place: Path) -> None:
    """Random bytes of the SQLite file: either the log is found faulty or unreadable, or every entry reads as before."""
    choose = random.Random(5)
    file = place / "registry.sqlite"
    sound, before = file.read_bytes(), AuditLog(place).entries()
    for _ in range(150):
        content = bytearray(sound)
        content[choose.randrange(len(content))] ^= choose.randrange(1, 256)
        file.write_bytes(bytes(content))
        try:
            log = AuditLog(place)
            faulty, after = bool(log.verify().faults), log.entries()
        except Exception:  # a damaged database may fail in any way; it does not pass for sound
            continue
        assert faulty or after == before
    file.write_bytes(sound)
    assert AuditLog(place).verify().faults == []


def test_the_log_names_no_records(place: Path) -> None:
    for entry in AuditLog(place).entries():
        if entry["kind"] == "decision":
            assert set(entry["detail"]) & set('{}"') and '"a"' not in entry["detail"]


def test_only_a_purge_may_blank_and_only_blank(place: Path) -> None:
    """Blanking an entry without a purge, or writing something else into a blanked one, shows."""
    log = AuditLog(place)
    with unlocked(place).begin() as connection:
        connection.execute(text("UPDATE audit SET subject = '(erased)', detail = '{\"erasure\": 1}' WHERE number = 3"))
    assert log.verify().faults == ["entry 3 was changed"]


def test_a_redacted_decision_is_still_what_was_decided(place: Path) -> None:
    purge(open_registry(place), 1, {"a": "erased:1.1"}, [], {})
    log, ledger = AuditLog(place), Ledger(place)
    assert log.verify().faults == []
    [first, second] = ledger.entries()
    assert {first.left_record, first.right_record} == {"erased:1.1", "b"}
    assert (first.verdict, first.why, second.why) == (Verdict.SAME, "(erased)", "seen")
    with unlocked(place).begin() as connection:
        connection.execute(text("UPDATE decision SET verdict = 'different' WHERE number = 1"))
    assert log.verify().faults == ["decision 1 was changed"]
    assert b"seen" in (place / "registry.sqlite").read_bytes()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"number": "x", "hash": "y"}', b"\xff\xfe", b"null"])
def test_a_noted_head_that_cannot_be_read_is_told(place: Path, content: bytes) -> None:
    (place / "audit-head.json").write_bytes(content)
    assert AuditLog(place).verify().faults == ["the head noted beside the log (audit-head.json) cannot be read"]


@pytest.mark.parametrize("value", [None, b"\xff", 7, 1.5])
def test_a_row_of_other_types_is_told(place: Path, value: object) -> None:
    """As someone may write them into a database whose guards he has removed."""
    log = AuditLog(place)
    entries = log.entries()
    for field in ("kind", "subject", "detail", "who", "at"):
        changed = [*entries[:3], entries[3] | {field: value}, *entries[4:]]
        assert "entry 4 was changed" in log.check(changed).faults
