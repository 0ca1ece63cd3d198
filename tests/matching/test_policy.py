"""Settings that would let two people be merged too easily are refused; vetoes keep apart whom no key found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from linker.config.loading import load
from linker.config.matching import Veto
from linker.config.policy import Policy
from linker.errors import ConfigError
from linker.matching.policy import exclusive_pairs, vetoed
from tests.matching.people import columns_of, day

UNSAFE = [
    ("costs: {false_merge: 10, missed_link: 5}", "4 times"),
    ("costs: {false_merge: 5, missed_link: 0.2, review: 1}", "at least 0.9"),
    ("rules: {independent: []}", "name and relation alone must never link"),
    ("rules: {independent: [birth], independent_minimum: 0.5}", "would let name and relation alone link"),
    ("rules: {independent: [birth]}\nlink_probability: 1.5", "less than 1"),
    ("rules: {independent: [birth]}\nlink_treshold: 0.99", "unknown setting"),
]


@pytest.mark.parametrize(("text", "message"), UNSAFE)
def test_unsafe_settings_are_refused(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text if "rules" in text else text + "\nrules: {independent: [birth]}", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load(file, Policy)


VETO = Veto(name="co_accused", fields=("fir",), when="same", reason="listed once")


def test_a_veto_keeps_apart_pairs_that_no_key_found() -> None:
    people = [
        {"name": n, "fir": f} for n, f in (("A", "1"), ("B", "1"), ("C", "2"), ("D", None), ("E", "1"), ("F", None))
    ]
    columns = columns_of(people)
    left, right = exclusive_pairs(columns, [VETO])
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 1), (0, 4), (1, 4)]
    some = np.array([0, 0, 3], dtype=np.int32), np.array([1, 2, 5], dtype=np.int32)
    assert vetoed(columns, [VETO], *some).tolist() == [True, False, False]


EXTRA = ("extra.died", "extra.from", "extra.to", "extra.place")
DIED = Veto(name="dead", fields=("extra.died",), when="died", reason="r")
HELD = Veto(name="held", fields=EXTRA[1:], when="custody", reason="r")
IMPOSSIBLE = [
    # veto, one record (died, held from, to, place, record's day), the other, vetoed?
    (DIED, ("2020-05-01", "", "", "", "2019-01-01"), ("", "", "", "", "2021-02-03"), True),
    (DIED, ("1.5.2020", "", "", "", "2019-01-01"), ("", "", "", "", "2020-05-07"), False),  # dates may be days off
    (DIED, ("2020", "", "", "", "2019-01-01"), ("", "", "", "", "2021-02-03"), False),  # a year is no day
    (DIED, ("2020-05-01", "", "", "", "2019-01-01"), ("", "", "", "", "2018-02-03"), False),
    (DIED, ("2020-05-01", "", "", "", "2019-01-01"), ("2020-05-01", "", "", "", "2021-02-03"), False),  # both say it
    (HELD, ("", "2020-01-01", "2020-12-31", "tihar", "2020-01-01"), ("", "01-06-2020", "2021-06-01", "agra", "2020-06-01"), True),
    (HELD, ("", "2020-01-01", "2020-12-31", "tihar", "2020-01-01"), ("", "2020-06-01", "2021-06-01", "tihar", "2020-06-01"), False),
    (HELD, ("", "2020-01-01", "2020-06-04", "tihar", "2020-01-01"), ("", "2020-06-01", "2021-06-01", "agra", "2020-06-01"), False),
    (HELD, ("", "2020-01-01", "", "tihar", "2020-01-01"), ("", "2020-06-01", "2021-06-01", "agra", "2020-06-01"), False),
]  # fmt: skip


@pytest.mark.parametrize(("veto", "one", "other", "expected"), IMPOSSIBLE)
def test_nobody_is_seen_after_death_or_held_in_two_places(
    veto: Veto, one: tuple[str, ...], other: tuple[str, ...], expected: bool
) -> None:
    people = [
        {**{name: text or None for name, text in zip(EXTRA, told, strict=False)}, "record_day": day(told[4])}
        for told in (one, other)
    ]
    columns = columns_of(people, EXTRA)
    for left, right in ((0, 1), (1, 0)):
        found = vetoed(columns, [veto], np.array([left], np.int32), np.array([right], np.int32))
        assert found.tolist() == [expected]


def test_a_veto_by_time_states_its_columns() -> None:
    with pytest.raises(ValueError, match="needs 3 fields"):
        Veto(name="held", fields=("extra.from",), when="custody", reason="r")
