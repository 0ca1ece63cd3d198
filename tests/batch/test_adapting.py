"""Which records' names stand side by side for certain."""

from __future__ import annotations

import pyarrow as pa

from linker.batch.adapting import adapted_channel, confident_links
from linker.names.channel import Channel
from linker.schema import PERSON


def persons(**columns: list[str | None]) -> pa.Table:
    count = len(next(iter(columns.values())))
    return pa.table(
        {c: pa.array(columns[c], t) if c in columns else pa.nulls(count, t) for c, t in PERSON.columns.items()}
    )


def test_records_with_one_strong_identifier_are_linked_once() -> None:
    person = persons(
        name=["a", "b", "c", "d", "e"],
        aadhaar=["1", "2", "1", None, "1"],
        pan=["p", None, "p", "q", None],
        upi=["u"] * 5,
    )
    left, right = confident_links(person)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2), (0, 4), (2, 4)]


def test_a_number_of_many_is_nobodys() -> None:
    assert not len(confident_links(persons(name=list("abcdefgh"), epic=["x"] * 8))[0])


def test_no_records_and_no_names() -> None:
    channel = Channel.load()
    for person in (persons(name=[]), persons(name=[None, ""], pan=["p", "p"])):
        assert adapted_channel(person, channel).channel is channel
