"""Name texts to words and tokens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linker.names.canonical import Role, canonical
from linker.names.lexicon import lexicon
from linker.names.words import as_array, pieces, split


def tokens(*names: str) -> list[list[str]]:
    lists = lexicon()
    found = canonical(split(as_array(names), lists.alias_marks), lists)
    return [
        [found.tokens[k] for k in found.ids[a:b]] for a, b in zip(found.offsets[:-1], found.offsets[1:], strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("श्री राकेश कुमार", ["राकेश", "कुमार"]),
        ("Late Sh. Ram Singh ji", ["ram", "singh"]),
        ("R.K.SHARMA", ["r", "k", "sharma"]),
        ("RK Sharma", ["r", "k", "sharma"]),
        ("Om Prakash", ["om", "prakash"]),
        ("एस0 के0 शर्मा", ["s", "k", "शर्मा"]),
        ("मो0 राशिद", ["मोहम्मद", "राशिद"]),
        ("Md Asif", ["mohammad", "asif"]),
        ("कु0 सीता", ["सीता"]),
        ("राकेश कु0", ["राकेश", "कुमार"]),
        ("Smt. Sita Km", ["sita", "kumari"]),
        ("Rakesh Kr", ["rakesh", "kumar"]),
        ("Sk Salim", ["sheikh", "salim"]),
        ("Shri Ram", ["shri", "ram"]),
        ("D'Souza-Khan", ["dsouza", "khan"]),
        ("यशवीरशर्मा", ["यशवीर", "शर्मा"]),
        ("Kuldeepsinghsaini", ["kuldeep", "singh", "saini"]),
        ("Jamal Jamalkhan", ["jamal", "jamal", "khan"]),
        ("Vasudevi", ["vasudevi"]),
        ("Smt", []),
        ("", []),
        ("12 / 34", []),
    ],
)
def test_tokens(name: str, expected: list[str]) -> None:
    assert tokens(name) == [expected]


def test_roles() -> None:
    lists = lexicon()
    found = canonical(
        split(as_array(["Mohd. Rashid Khan", "Mohd Khan", "Ramesh @ Kalu", "R Kumar"]), lists.alias_marks), lists
    )
    roles = [found.role[a:b].tolist() for a, b in zip(found.offsets[:-1], found.offsets[1:], strict=True)]
    assert roles[0] == [Role.PREFIX, Role.HEAD, Role.FILLER]
    assert roles[1] == [Role.HEAD, Role.FILLER], "with nothing but Khan behind it, Mohammad is the given name"
    assert roles[2] == [Role.HEAD, Role.OPTIONAL]
    assert roles[3] == [Role.INITIAL | Role.HEAD, Role.FILLER]


def test_gender_by_title_and_suffix() -> None:
    lists = lexicon()
    names = ["श्रीमती गीता", "गीता देवी", "राकेश कुमार", "कु0 नेहा", "Rakesh", "Kumar"]
    assert canonical(split(as_array(names), lists.alias_marks), lists).gender.tolist() == [2, 2, 1, 2, 0, 0]


@given(st.text(max_size=60))
def test_any_text_is_read(text: str) -> None:
    found = split(as_array([text, "राम"]))
    assert len(found) == 2
    assert found.offsets[-1] == len(found.ids)
    assert all(pieces(p) for p in text.split() if p.isascii() and p.isalpha())


@given(st.lists(st.text(alphabet="ab श्रीकुमो0. ()@", max_size=20), max_size=8))
def test_names_do_not_touch_each_other(names: list[str]) -> None:
    together = tokens(*names)
    assert together == [tokens(name)[0] for name in names]


def test_a_name_of_a_thousand_words_is_cut() -> None:
    assert np.diff(split(as_array(["ab " * 1000])).offsets).tolist() == [24]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=9, max_size=12))
def test_names_are_split_alike_one_by_one_and_as_a_column(names: list[str]) -> None:
    marks = lexicon().alias_marks
    whole = split(as_array(names), marks)
    for i, name in enumerate(names):
        one = split(as_array([name]), marks)
        span = slice(whole.offsets[i], whole.offsets[i + 1])
        assert [one.forms[k] for k in one.ids] == [whole.forms[k] for k in whole.ids[span]]
        assert one.optional.tolist() == whole.optional[span].tolist()
