"""The page tells beforehand what a verdict about a record that names no relative does."""

from __future__ import annotations

from pathlib import Path

from benchmarks.generated import ROOT, inputs, write
from linker.batch.applying import apply
from linker.config.run import load_run
from linker.pipeline import run
from linker.registry.ledger import Ledger, NewVerdict, Verdict
from linker.registry.snapshot import Snapshot, open_current
from linker.review.book import Book
from linker.review.evidence.clashes import clashes


def homes(snapshot: Snapshot) -> dict[str, str]:
    table = snapshot.table("crosswalk", ["record_id", "identity_id"])
    return dict(zip(table["record_id"].to_pylist(), table["identity_id"].to_pylist(), strict=True))


def test_a_silent_record_does_not_bring_its_old_group_along(tmp_path: Path) -> None:
    families = write(tmp_path, 420, 3, "households.py", "--households")
    workspace = tmp_path / "workspace"
    snapshot = run(load_run(ROOT / "configs" / "four_states.yaml", inputs(families)), workspace).snapshot
    book, home = Book.open(workspace, snapshot), homes(snapshot)
    held = [e for e in snapshot.table("edge").to_pylist() if e["rule"] == "held_unstated"]
    assert held, "the families hold such records"
    verdicts, told = [], []
    concerned: set[str] = set()
    for edge in held:
        asked = (edge["record_id_l"], edge["record_id_r"])
        of_both = {home[r] for r in asked}
        if concerned & of_both:
            continue
        concerned |= of_both
        told.append((asked, clashes(book, sorted(r for r, i in home.items() if i in of_both), asked)))
        verdicts.append(NewVerdict(*asked, Verdict.SAME, "fingerprints compared", "tester"))
    Ledger(workspace).decide(verdicts)
    done = apply(workspace)
    assert done.snapshot is not None
    after = homes(done.snapshot)
    assert any(pairs for _, pairs in told), "some groups are told to stay apart"
    for asked, pairs in told:
        assert after[asked[0]] == after[asked[1]]
        assert all(after[a] != after[b] for a, b in pairs)
        if not pairs:
            assert len({after[r] for r, i in home.items() if i in {home[q] for q in asked}}) == 1
    assert open_current(workspace).number == 2
