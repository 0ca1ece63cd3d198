"""On a real snapshot: what is asked, what a verdict changes, and that applying is what a full run would do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from linker.batch.applying import apply
from linker.errors import WorkspaceError
from linker.identity.history import of_identity
from linker.registry.ledger import Ledger, NewVerdict, Verdict
from linker.registry.snapshot import Snapshot, list_runs, open_current
from linker.review.book import Book
from linker.review.building import drafts
from linker.review.effects import effects
from linker.review.evidence.case import pair_case, split_case
from linker.review.items import Answer, Kind, Status, Stratum
from linker.review.office import Office
from linker.review.priority import Stakes
from linker.review.verdicts import Said
from linker.schema import Decision
from tests.generated import extracts, run
from tests.review.desk import ASHA, VIKRAM, workspace


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office.open(workspace(tmp_path))
    assert office.book is not None, "opening it fills the queue"
    return office


def homes(snapshot: Snapshot) -> dict[str, str]:
    table = snapshot.table("crosswalk", ["record_id", "identity_id"])
    return dict(zip(table["record_id"].to_pylist(), table["identity_id"].to_pylist(), strict=True))


def test_everything_that_policy_sent_is_asked_and_samples_besides(office: Office) -> None:
    snapshot = office.book.snapshot
    home = homes(snapshot)
    wanted = {
        (e["record_id_l"], e["record_id_r"])
        for e in snapshot.table("edge").to_pylist()
        if e["decision"] == Decision.REVIEW and home[e["record_id_l"]] != home[e["record_id_r"]]
    }
    found = drafts(snapshot, office.settings, Stakes(), frozenset())
    assert {d.records for d in found if d.stratum is Stratum.REVIEW} == wanted
    linked = [d for d in found if d.stratum is Stratum.LINKED]
    below = [d for d in found if d.stratum is Stratum.BELOW]
    pool = sum(e["decision"] == Decision.LINK for e in snapshot.table("edge").to_pylist())
    assert len(linked) == min(office.settings.random.linked, pool) and below
    assert all(home[d.records[0]] == home[d.records[1]] for d in linked)
    assert 0 < linked[0].sampled <= 1
    assert len({d.subject for d in found}) == len(found)
    again = drafts(snapshot, office.settings, Stakes(), frozenset({linked[0].records}))
    assert {d.subject for d in found} - {d.subject for d in again} == {linked[0].subject}


def test_the_random_pairs_lie_between_the_others(office: Office) -> None:
    found = drafts(office.book.snapshot, office.settings, Stakes(), frozenset())
    ranks = sorted((d.priority for d in found if d.stratum is Stratum.REVIEW), reverse=True)
    drawn = [d.priority for d in found if d.stratum in {Stratum.LINKED, Stratum.BELOW}]
    upper = sum(p >= ranks[len(ranks) // 2] for p in drawn)
    assert 0.25 < upper / len(drawn) < 0.75


def test_the_book_finds_what_the_tables_hold(office: Office) -> None:
    book: Book = office.book
    record = book.snapshot.table("record").to_pylist()
    assert [book.row(r["record_id"]) for r in record[::97]] == list(range(0, len(record), 97))
    assert book.row("nothing") is None
    home = homes(book.snapshot)
    for edge in book.snapshot.table("edge").to_pylist()[::50]:
        left, right = edge["record_id_l"], edge["record_id_r"]
        assert book.edge(right, left) == edge
        assert edge in book.edges_of(right)
    for identity in list(dict.fromkeys(home.values()))[::60]:
        rows = book.members(identity)
        assert {record[r]["record_id"] for r in rows} == {r for r, i in home.items() if i == identity}
        golden = book.golden(identity)
        assert golden is not None and golden["records"] == len(rows)


def test_every_question_can_be_shown(office: Office) -> None:
    steps = office.unmasking.steps("asha")
    kinds = set()
    for number in range(1, 400, 7):
        item = office.queue.item(number)
        if item is None:
            break
        kinds.add(item.kind)
        show = split_case if item.kind is Kind.SPLIT else pair_case
        case = show(office.book, item, office.comparisons, steps)
        assert case is not None
    assert Kind.PAIR in kinds


def test_a_verdict_changes_an_identity(office: Office) -> None:
    before = homes(office.book.snapshot)
    item = office.queue.take(ASHA)
    # One verdict must be enough, which it is not where it would override what the engine did.
    while item is not None and (item.needs > 1 or item.stratum is not Stratum.REVIEW):
        office.verdicts.say(ASHA, Said(item.number, item.lease or "", Answer.UNSURE, "too_little"))
        item = office.queue.take(ASHA)
    assert item is not None
    shown = pair_case(office.book, item, office.comparisons, office.unmasking.steps("asha"))
    assert shown is not None
    office.verdicts.say(ASHA, Said(item.number, item.lease or "", Answer.SAME, "document"))
    done = apply(office.workspace)
    assert done.snapshot is not None and done.effects["joined"] == 1
    after = homes(open_current(office.workspace))
    left, right = item.records
    assert before[left] != before[right] and after[left] == after[right]
    concerned = {r for r, i in before.items() if i in {before[left], before[right]}}
    assert {r for r, i in before.items() if after[r] != i} <= concerned
    # A group that does not come along holds somebody who contradicts one who does; an own link that gives way goes to people.
    edges = {(e["record_id_l"], e["record_id_r"]): e for e in open_current(office.workspace).table("edge").to_pylist()}
    joined = {r for r, i in after.items() if i == after[left]}
    outside = concerned - joined
    for home in {after[r] for r in outside}:
        group = {r for r in outside if after[r] == home}
        between = {pair: e for pair, e in edges.items() if joined & set(pair) and group & set(pair)}
        assert {pair for pair, e in between.items() if e["rule"] == "veto"} & set(shown.clashes), (
            "the page told so before"
        )
        assert all(e["decision"] != Decision.LINK for e in between.values())
    assert shown.after.records == len(concerned)
    assert done.after == done.before - 1 + len({after[r] for r in outside})
    [effect] = [e for e in effects(office.engine) if e.kind == "joined"]
    assert effect.after == (after[left],) and set(effect.before) == {before[left], before[right]}
    assert any("decision" in e.cause or "verdict" in e.cause for e in of_identity(office.workspace, after[left]))
    assert office.book.snapshot.number == 2, "the pages follow the new snapshot"
    assert apply(office.workspace).snapshot is None, "nothing new to apply"


def test_applying_is_what_a_full_run_would_do(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    first = open_current(place)
    edges = first.table("edge").to_pylist()
    home = homes(first)
    asked = [e for e in edges if e["decision"] == Decision.REVIEW and home[e["record_id_l"]] != home[e["record_id_r"]]][
        :6
    ]
    linked = [e for e in edges if e["decision"] == Decision.LINK][:6]
    Ledger(place).decide(
        [NewVerdict(e["record_id_l"], e["record_id_r"], Verdict.SAME, "seen", "asha") for e in asked]
        + [NewVerdict(e["record_id_l"], e["record_id_r"], Verdict.DIFFERENT, "seen", "asha") for e in linked]
    )
    assert apply(place).snapshot is not None
    applied = open_current(place)
    ended = run(place, extracts(persons=500, seed=11))
    assert ended.code == 0, ended.text
    full = open_current(place)
    assert full.number == applied.number + 1
    for table in ("crosswalk", "identity", "edge", "review", "attention", "record", "person"):
        assert full.table(table).equals(applied.table(table)), table
    assert full.table("event").num_rows == 0, "nothing was left to change"


def test_a_verdict_taken_back_gives_the_old_identities_again(tmp_path: Path) -> None:
    place = workspace(tmp_path)
    before = homes(open_current(place))
    edge = next(e for e in open_current(place).table("edge").to_pylist() if e["decision"] == Decision.LINK)
    ledger = Ledger(place)
    [entry] = ledger.decide([NewVerdict(edge["record_id_l"], edge["record_id_r"], Verdict.DIFFERENT, "seen")])
    assert apply(place).effects == {"parted": 1}
    ledger.undo(entry.number, "wrong photograph")
    apply(place)
    assert homes(open_current(place)) == before


@pytest.mark.parametrize(("keep", "whole"), [(1, 1), (12, 12)])
def test_applying_keeps_as_many_snapshots_as_the_run_says(tmp_path: Path, keep: int, whole: int) -> None:
    place = workspace(tmp_path)
    current = open_current(place)
    file = current.path / "settings.json"
    said = json.loads(file.read_text(encoding="utf-8"))
    said["settings"]["keep_snapshots"] = keep
    file.write_text(json.dumps(said), encoding="utf-8")
    edges = [e for e in current.table("edge").to_pylist() if e["decision"] == Decision.LINK]
    ledger = Ledger(place)
    for edge in edges[:11]:
        ledger.decide([NewVerdict(edge["record_id_l"], edge["record_id_r"], Verdict.DIFFERENT, "seen")])
        assert apply(place).snapshot is not None
    assert sum("identity" in run_.tables for run_ in list_runs(place)) == whole


def test_without_a_snapshot_there_is_nothing_to_apply(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no snapshot"):
        apply(tmp_path)


def test_items_of_records_that_are_gone_are_put_aside(office: Office) -> None:
    assert office.book is not None
    item = office.queue.take(VIKRAM)
    assert item is not None
    office.queue.put_aside(item.number)
    gone = office.queue.item(item.number)
    assert gone is not None and gone.status is Status.GONE and gone.lease is None
