"""Truth tables in the shapes that people bring them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from linker.errors import InputError
from linker.evaluate.truth import locate, read_truth
from linker.schema import CROSSWALK

ROWS = {
    "source": ["delhi", "delhi", "up"],
    "native_id": ["1", "2", "क्र-3"],
    "part": [1, 1, 2],
    "record_id": ["delhi:1", "delhi:2", "up:क्र-3:2"],
    "identity_id": ["a", "a", "b"],
}


@pytest.fixture
def crosswalk() -> pa.Table:
    return CROSSWALK.conform(pa.table(ROWS))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("t.csv", "source,native_id,part,person_id\ndelhi,1,1,P\nup,क्र-3,2,Q\ndelhi,9,1,Q\n"),
        ("bom.csv", "\ufeffsource,native_id,part,person_id\ndelhi,1,1,P\nup,क्र-3,2,Q\ndelhi,9,1,Q\n"),
        ("t.tsv", "Source\tnative_id\tpart\tPID\ndelhi\t1\t1\tP\nup\tक्र-3\t2\tQ\ndelhi\t9\t1\tQ\n"),
        ("quoted.csv", '"source";"native_id";"part";"person_id"\n"delhi";"1";"";"P"\nup;क्र-3;2;Q\ndelhi;9;1;Q\n'),
        ("r.csv", "record_id,pid\ndelhi:1,P\nup:क्र-3:2,Q\nnobody,Q\n"),
        ("n.tsv", "record_id\tpid\n1\tP\nक्र-3\tQ\nnobody\tQ\n"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_finds_the_records(tmp_path: Path, crosswalk: pa.Table, name: str, text: str, packed: bool) -> None:
    path = tmp_path / (name + ".gz" if packed else name)
    content = text.encode()
    path.write_bytes(gzip.compress(content) if packed else content)
    truth = read_truth(path)
    found = {p: r for p, r in zip(truth.person.to_pylist(), locate(truth, crosswalk).tolist(), strict=True) if r >= 0}
    assert found == {"P": 0, "Q": 2}
    assert len(truth) == 3


def test_part_is_one_where_it_is_not_given_and_parquet_is_read(tmp_path: Path, crosswalk: pa.Table) -> None:
    pq.write_table(
        pa.table({"source": ["delhi", "up"], "native_id": ["2", "क्र-3"], "person_id": [7, 8]}), tmp_path / "t.parquet"
    )
    truth = read_truth(tmp_path / "t.parquet")
    assert dict(zip(truth.person.to_pylist(), locate(truth, crosswalk).tolist(), strict=True)) == {"7": 1, "8": -1}


def test_identical_rows_count_once(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("record_id,pid\na,P\na,P\nb,P\n")
    assert len(read_truth(tmp_path / "t.csv")) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"source,native_id,part\nx,1,1\n", "lacks a column for the person"),
        (b"native_id,person_id\n1,P\n", "lacks 'record_id'"),
        (b"record_id,pid\na,P\na,Q\n", "more than one person"),
        (b"record_id,pid\na,P\nb,\n", "row 3"),
        (b"source,native_id,part,pid\na,1,x,P\n", "'part' is not a number"),
        (b"", "cannot be read as a table"),
        (b"record_id,pid\n\xff\xfe,P\n", "cannot be read as a table"),
        (b"record_id,pid\na,b,c,d\n", "cannot be read as a table"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(InputError, match=says):
        read_truth(tmp_path / "t.csv")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        read_truth(tmp_path / "nowhere.csv")
