"""The library call: `import linker`."""

from __future__ import annotations

import json
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import linker
from linker.errors import InputError, WorkspaceError
from linker.normalise.gazetteer import state_key
from linker.schema import Decision
from linker.search import engine
from linker.search.view import View
from tests.generated import extracts, run
from tests.published import workspace_folder, workspace_of

PEOPLE = 1200


@pytest.fixture(scope="module")
def view() -> View:
    return linker.open(workspace_folder(PEOPLE, 11))


@pytest.fixture(scope="module")
def linked() -> tuple[dict[str, object], str]:
    """A record that the batch linked with another, and its identity."""
    snapshot = workspace_of(PEOPLE, 11)
    edge = snapshot.table("edge").filter(pc.field("decision") == int(Decision.LINK)).sort_by([("weight", "descending")])
    record_id = edge["record_id_l"][0].as_py()
    record = snapshot.table("record", filters=pc.field("record_id") == record_id).to_pylist()[0]
    crosswalk = snapshot.table("crosswalk", filters=pc.field("record_id") == record_id)
    return record, crosswalk["identity_id"][0].as_py()


def as_query(record: dict[str, object]) -> dict[str, object]:
    """What an officer may know of a record."""
    known = ("name", "father", "husband", "age", "birth_date", "village", "station", "district", "phone")
    return {k: record[k] for k in known if record.get(k)}


def test_a_search_finds_the_identity_with_its_reasons(view: View, linked: tuple[dict[str, object], str]) -> None:
    record, identity_id = linked
    found = view.search(as_query(record), limit=5)
    best = found[0]
    assert best.identity_id == identity_id
    assert len(best.records) >= 2
    assert best.probability > 0.9
    assert best.weight == pytest.approx(view.search(as_query(record)).hits[0].weight), (
        "the limit changes nothing about a hit"
    )
    assert best.records[0].weight == best.weight
    prior = view.compare(as_query(record), as_query(record)).prior
    assert sum(e.weight for e in best.evidence) + prior == pytest.approx(best.weight)
    assert all(e.english and e.hindi and e.level for e in best.evidence)
    weights = [hit.weight for hit in found]
    assert weights == sorted(weights, reverse=True)
    assert len({hit.identity_id for hit in found}) == len(found) <= 5


def test_the_batch_says_the_same_of_the_same_pair(view: View) -> None:
    """The edge table's weights, found again by asking for one record of each pair."""
    edge = workspace_of(PEOPLE, 11).table("edge").filter(pc.field("weight") > 0).slice(0, 40).to_pylist()
    index = view._index
    person = workspace_of(PEOPLE, 11).table("person")
    for row in edge:
        left, right = index.rows_of([row["record_id_l"], row["record_id_r"]])
        new = index.code(person.slice(int(left), 1))
        scored = index.score(new, pa.array([0], pa.int32()).to_numpy(), pa.array([int(right)], pa.int32()).to_numpy())
        assert scored.weight[0] == pytest.approx(row["weight"], abs=1e-4)
        levels = {name: value[0] for name, value in json.loads(row["levels"]).items()}
        told = {
            c.name: c.levels[code].name
            for c, code in zip(index.scorer.comparisons, scored.vectors[:, 0].tolist(), strict=True)
            if code
        }
        assert told == levels


def test_a_typed_query_in_either_script(view: View) -> None:
    for text in ("Rakesh @ Kalu s/o Ram Singh, 25, Sohna", "राकेश उर्फ कालू पुत्र रामसिंह"):
        found = view.search(text)
        assert found.understood["aliases"]
        assert found.compared > 0
        assert "lead" in found.notice


def test_threshold_and_limit(view: View, linked: tuple[dict[str, object], str]) -> None:
    query = as_query(linked[0])
    assert all(hit.probability >= 0.9 for hit in view.search(query, threshold=0.9))
    assert not view.search({"name": "Qwertz"}, threshold=0.5)
    assert not view.search(query, limit=0)
    assert len(view.search({"name": "राम सिंह"}, limit=3)) == 3


def test_what_is_too_common_is_told(view: View) -> None:
    """A word that stands in very many names is no key by itself: the answer says how many were not looked at."""
    found = view.search({"name": "Kumar"})
    assert re.search(r"\d+ further records bear a word of the name", " ".join(found.partial))
    record = workspace_of(PEOPLE, 11).table("record")
    rare = record.filter(record["father"].is_valid()).to_pylist()[5]
    assert view.search(as_query(rare)).partial == ()


def test_a_budget_keeps_those_whom_most_keys_found(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    record = workspace_of(PEOPLE, 11).table("record").to_pylist()[10]
    whole = view.search(as_query(record))
    monkeypatch.setattr(engine, "BUDGET", 2)
    some = view.search(as_query(record))
    assert some.compared == 2
    assert f"{whole.compared - 2:,} further records share one key" in some.partial
    assert some[0].identity_id == whole[0].identity_id


def test_a_query_with_two_readings_counts_records_once(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bare place may be a village or a station: two pairs with one record are one record that was compared, or left out."""
    asked = "राम सिंह पुत्र राम सिंह, 30, रामपुर"
    whole = view.search(asked).compared
    monkeypatch.setattr(engine, "ALIGNED", 1)
    some = view.search(asked)
    left_out = re.search(r"([0-9,]+) further records agree less", " ".join(some.partial))
    assert left_out
    assert 1 <= some.compared < whole
    assert some.compared + int(left_out[1].replace(",", "")) == whole


def test_states_limit_what_is_looked_at(view: View, linked: tuple[dict[str, object], str]) -> None:
    record, _ = linked
    query = as_query(record)
    states = {m.record.state for hit in view.search(query) for m in hit.records}
    for state in states:
        found = view.search(query, states=[state])
        assert {m.record.state for hit in found for m in hit.records} <= {state}
        for hit in found:
            assert hit.golden is None or {state_key(s) for s in hit.golden["states"]} == {state}
            shown = view.identity(hit.identity_id, states=[state])
            assert {r.state for r in shown.records} == {state}
            assert (shown.golden is None) == bool(shown.hidden_records)
    assert not view.search(query, states=["atlantis"])


def test_results_are_immutable_plain_and_readable(view: View, linked: tuple[dict[str, object], str]) -> None:
    found = view.search(as_query(linked[0]))
    again = json.loads(json.dumps(found.to_dict(), ensure_ascii=False))
    assert again["hits"][0]["identity_id"] == found[0].identity_id
    with pytest.raises(FrozenInstanceError):
        found[0].weight = 1.0
    with pytest.raises(TypeError):
        found[0].records[0].record.fields["name"] = "x"
    assert found[0].identity_id in repr(found)
    assert found[0].identity_id in found._repr_html_()
    assert all(
        reason.english in found._repr_html_()
        for reason in found[0].evidence
        if reason.side == "for" and "'" not in reason.english
    )
    strange = view.compare({"name": "<script>alert(1)</script>"}, {"name": "Rakesh"})
    assert "<script" not in strange._repr_html_()


def test_masking_hides_numbers(view: View) -> None:
    record = workspace_of(PEOPLE, 11).table("record")
    row = record.filter(pc.and_(record["epic"].is_valid(), record["phone"].is_valid())).to_pylist()[0]
    found = view.search({"phone": row["phone"], "name": row["name"]})
    assert row["phone"] in str(found[0].to_dict())
    shown = found._repr_html_() + found[0]._repr_html_()
    assert row["phone"] not in shown and row["epic"] not in shown, "notebooks are stored with what they show"
    found = view.search({"name": row["name"], "epic": row["epic"], "phone": row["phone"]})
    open_text = json.dumps(found.to_dict(), ensure_ascii=False)
    masked = json.dumps(found.masked().to_dict(), ensure_ascii=False)
    assert row["epic"] in open_text
    assert row["epic"] not in masked
    assert row["phone"][-10:] not in masked
    identity = view.identity(found[0].identity_id)
    assert row["epic"] in str(identity.to_dict())
    assert row["epic"] not in str(identity.masked().to_dict())


def test_compare(view: View) -> None:
    same = view.compare(
        {"name": "Rakesh Kumar Yadav", "father": "Ram Singh", "birth_date": "12/05/1990"},
        {"name": "राकेश कुमार यादव", "father": "राम सिंह", "birth_date": "12-05-1990"},
    )
    other = view.compare("Rakesh Kumar s/o Ram Singh, 25", "Suresh Kumar s/o Mohan Lal, 60")
    assert same.weight > other.weight
    assert {e.comparison: e.level for e in same.evidence}["birth"] == "SAME_DATE"
    assert same.probability == pytest.approx(1 / (1 + 2**-same.weight))
    assert other.decision == "no_link"
    turned = view.compare("Suresh Kumar s/o Mohan Lal, 60", "Rakesh Kumar s/o Ram Singh, 25")
    assert turned.weight == pytest.approx(other.weight)


def test_identity_and_crosswalk(view: View, linked: tuple[dict[str, object], str]) -> None:
    record, identity_id = linked
    (entry,) = view.crosswalk(str(record["source"]), str(record["native_id"]))[:1]
    assert entry.identity_id == identity_id
    identity = view.identity(identity_id)
    assert record["record_id"] in {r.record_id for r in identity.records}
    assert identity.golden is not None
    assert identity.golden["identity_id"] == identity_id
    assert view.crosswalk("delhi", "nobody") == ()
    with pytest.raises(WorkspaceError, match="no identity"):
        view.identity("P-000000-000000")
    parts = [r for r in workspace_of(PEOPLE, 11).table("record").to_pylist() if r["part"] == 2]
    both = view.crosswalk(parts[0]["source"], parts[0]["native_id"])
    assert [e.part for e in both][:2] == [1, 2]


def new_rows(view: View) -> list[dict[str, object]]:
    """A known person, a stranger, the stranger again, and nobody."""
    record = workspace_of(PEOPLE, 11).table("record")
    known = record.filter(pc.and_(record["epic"].is_valid(), record["father"].is_valid())).to_pylist()[0]
    fields = ("name", "father", "birth_date", "epic", "district", "village")
    stranger = {
        "name": "Zubinkumar Qwertani",
        "father": "Yzmael Qwertani",
        "birth_date": "03-04-1981",
        "phone": "9815522771",
    }
    return [
        {k: known.get(k) for k in (*fields, "phone")},
        {**dict.fromkeys(fields), **stranger},
        {**dict.fromkeys(fields), **stranger, "name": "Zubin Kumar Qwertani"},
        {**dict.fromkeys((*fields, "phone")), "name": "अज्ञात"},
    ]


def test_resolve_takes_tables_of_every_kind(view: View) -> None:
    rows = new_rows(view)
    table = pa.Table.from_pylist(rows)
    expected = view.resolve(table).table
    assert expected["decision"].to_pylist() == [
        "link",
        expected["decision"][1].as_py(),
        expected["decision"][2].as_py(),
        "no_name",
    ]
    assert expected["record_id"][0].as_py()
    assert expected["other_row"].to_pylist()[1:3] == [2, 1]
    frame = pd.DataFrame(rows)
    for other in (frame, pl.DataFrame(rows), duckdb.sql("select * from frame"), table.to_batches()[0]):
        assert view.resolve(other).table.equals(expected)
    assert view.resolve(frame).counts()["no_name"] == 1
    assert len(view.resolve(frame).to_pandas()) == 4
    assert len(view.resolve(table.slice(0, 0))) == 0


def test_resolve_refuses_what_it_does_not_know(view: View) -> None:
    with pytest.raises(InputError, match="no query has a field 'caste'"):
        view.resolve(pa.table({"name": ["x"], "caste": ["y"]}))
    with pytest.raises(InputError, match="no table"):
        view.resolve([1, 2])


def test_resolving_known_records_says_what_the_batch_decided(view: View) -> None:
    """A record that the batch linked would be linked again: its partner is in its own identity."""
    snapshot = workspace_of(PEOPLE, 11)
    crosswalk = dict(
        zip(*(snapshot.table("crosswalk")[c].to_pylist() for c in ("record_id", "identity_id")), strict=True)
    )
    record = snapshot.table("record").slice(0, 300)
    fields = [
        "name",
        "father",
        "husband",
        "birth_date",
        "age",
        "record_date",
        "epic",
        "phone",
        "village",
        "station",
        "district",
    ]
    found = view.resolve(record.select(fields)).table
    linked = [(r, i) for r, i, d in zip(record["record_id"].to_pylist(), found["identity_id"].to_pylist(),
                                        found["decision"].to_pylist(), strict=True) if d == "link" and i]  # fmt: skip
    assert len(linked) > 100
    assert sum(crosswalk[r] == i for r, i in linked) > 0.97 * len(linked)


def test_a_newer_snapshot_is_taken_up_while_threads_ask(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(workspace_folder(400), tmp_path / "workspace"))
    view = linker.open(copy)
    assert view.snapshot == "000001"
    assert not view.refresh()
    assert run(copy, extracts()).code == 0
    asked = []

    def ask(number: int) -> str:
        asked.append(number)
        return str(view.search({"name": "राकेश कुमार"}).snapshot)

    with ThreadPoolExecutor(4) as pool:
        deadline = time.monotonic() + 60
        names: list[str] = []
        while "000002" not in names and time.monotonic() < deadline:
            names += pool.map(ask, range(20))
    assert set(names) <= {"000001", "000002"}
    assert "000002" in names
    assert view.snapshot == "000002"


def test_nothing_published(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no snapshot"):
        linker.open(tmp_path)


def test_the_batch_by_the_library(tmp_path: Path) -> None:
    from tests.commandline import FILES

    inputs = {name: str(extracts() / file) for name, file in FILES.items()}
    result = linker.run("configs/four_states.yaml", tmp_path, inputs)
    assert result.counts["identities"] > 0
    assert linker.open(tmp_path).snapshot == "000001"
    assert "View" in dir(linker) or linker.View is View
    with pytest.raises(AttributeError, match="no attribute"):
        linker.nothing  # noqa: B018
