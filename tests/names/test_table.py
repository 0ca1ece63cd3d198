"""The name table: comparing, keys, display, extension, storage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linker.errors import ModelError
from linker.names.channel import Channel
from linker.names.levels import KeyKind, NameLevel
from linker.names.table import NameTable

NAMES = [
    "राकेश कुमार", "Rakesh Kumar", "Rakesh", "Suresh Kumar", "R.K. Sharma", "Rakesh Kumar Sharma", "Ram Kumar Yadav",
    "Ramkumar Yadav", "राकेश कुमारी", "Mohan Yadav", "Vijender Gupta", "Vijender Kumar", "Smt", "", "Sharma", "Suresh Yadav",
    "ਗੁਰਮੀਤ ਸਿੰਘ", "Anil Sharma", "Guru Bachan", "गुरुबचन",
]  # fmt: skip
AT = {n: k for k, n in enumerate(NAMES)}


@pytest.fixture(scope="module")
def table() -> NameTable:
    return NameTable.build(NAMES)


def level(table: NameTable, left: str, right: str) -> NameLevel:
    found = table.agree(np.array([AT[left]], np.int32), np.array([AT[right]], np.int32))
    return NameLevel(int(found.level[0]))


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Rakesh Kumar", "Rakesh Kumar", NameLevel.EXACT),
        ("राकेश कुमार", "Rakesh Kumar", NameLevel.SAME),
        ("Ram Kumar Yadav", "Ramkumar Yadav", NameLevel.EXACT),  # glued words are taken apart
        ("Guru Bachan", "गुरुबचन", NameLevel.SAME),
        ("Rakesh", "राकेश कुमार", NameLevel.PARTIAL),
        ("R.K. Sharma", "Rakesh Kumar Sharma", NameLevel.INITIALS),
        ("Rakesh Kumar", "Suresh Kumar", NameLevel.GIVEN_CONFLICT),
        ("Mohan Yadav", "Suresh Yadav", NameLevel.GIVEN_CONFLICT),
        ("राकेश कुमार", "राकेश कुमारी", NameLevel.GENDER_CONFLICT),
        ("Vijender Gupta", "Vijender Kumar", NameLevel.FILLERS_DIFFER),
        ("Sharma", "Anil Sharma", NameLevel.SURNAME_ONLY),
        ("Rakesh", "Mohan Yadav", NameLevel.DIFFERENT),
        ("Smt", "Rakesh", NameLevel.UNKNOWN),
        ("", "Rakesh", NameLevel.UNKNOWN),
        ("ਗੁਰਮੀਤ ਸਿੰਘ", "ਗੁਰਮੀਤ ਸਿੰਘ", NameLevel.EXACT),
    ],
)
def test_levels(table: NameTable, left: str, right: str, expected: NameLevel) -> None:
    assert level(table, left, right) == expected
    assert level(table, right, left) == expected


def test_brothers_are_strongly_negative(table: NameTable) -> None:
    found = table.agree(np.array([AT["Rakesh Kumar"]], np.int32), np.array([AT["Suresh Kumar"]], np.int32))
    assert found.weight[0] < -8


def test_missing_names_say_nothing(table: NameTable) -> None:
    found = table.agree(np.array([-1, 0, -1], np.int32), np.array([0, -1, -1], np.int32))
    assert found.weight.tolist() == [0, 0, 0]
    assert found.level.tolist() == [NameLevel.UNKNOWN] * 3


def test_what_the_owner_shares_counts_nothing(table: NameTable) -> None:
    father, owner = AT["Suresh Yadav"], AT["Mohan Yadav"]
    one = np.array([father], np.int32)
    alone = table.agree(one, one).weight[0]
    discounted = table.agree(one, one, np.array([owner], np.int32), np.array([owner], np.int32)).weight[0]
    other = table.agree(one, one, np.array([owner], np.int32), np.array([AT["Rakesh"]], np.int32)).weight[0]
    assert 0 < discounted < alone
    assert other == alone, "the surname must stand in both owners' names"


def test_a_common_name_is_worth_less() -> None:
    names = ["Ram Singh", "Zorawar Bhadauria"]
    table = NameTable.build(names, counts=np.array([500, 1]))
    both = np.arange(2, dtype=np.int32)
    common, rare = table.agree(both, both).weight
    assert rare > common + 5


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(alphabet="abhikmnrsu अआकमरशसनलिीुेा्ं.0 ", max_size=24), min_size=2, max_size=8, unique=True))
def test_agreement_is_symmetric_and_order_free(names: list[str]) -> None:
    table = NameTable.build(names)
    left, right = (a.ravel().astype(np.int32) for a in np.meshgrid(np.arange(len(names)), np.arange(len(names))))
    forth, back = table.agree(left, right), table.agree(right, left)
    assert np.allclose(forth.weight, back.weight, atol=1e-3)
    assert (forth.level == back.level).all()
    assert np.isfinite(forth.weight).all()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.text(max_size=30), min_size=1, max_size=6, unique=True))
def test_any_text_is_compared(names: list[str]) -> None:
    table = NameTable.build(names)
    ids = np.arange(len(names), dtype=np.int32)
    assert len(table.agree(ids, ids[::-1].copy()).weight) == len(names)
    assert len(table.latin()) == len(names)
    assert len(table.devanagari(ids)) == len(names)
    assert (table.keys().bits >= 0).all()


@settings(deadline=None, max_examples=25)
@given(st.lists(st.sampled_from([*NAMES, "Rakeshh Kumaar", "Ram Kumar", "कुमार राकेश"]), min_size=1, max_size=4))
def test_extension_gives_what_building_gives(table: NameTable, more: list[str]) -> None:
    extended = table.extend(more)
    assert len(extended) == len(NAMES) + len(more)
    for k, name in enumerate(more):
        assert extended.text(len(NAMES) + k) == name
        if name not in AT:
            continue
        new, old = np.full(len(NAMES), len(NAMES) + k, np.int32), np.full(len(NAMES), AT[name], np.int32)
        ids = np.arange(len(NAMES), dtype=np.int32)
        a, b = extended.agree(new, ids), table.agree(old, ids)
        assert np.allclose(a.weight, b.weight, atol=1e-3)
        assert (a.level == b.level).all()


def keys_of(table: NameTable, name: int, kinds: tuple[KeyKind, ...]) -> set[int]:
    found = table.keys()
    return set(found.key[(found.name_id == name) & np.isin(found.kind, kinds)].tolist())


@pytest.mark.parametrize(
    ("left", "right"), [("राकेश कुमार", "Rakesh"), ("Ram Kumar Yadav", "Ramkumar Yadav"), ("Rakesh Kumar", "राकेश कुमारी")]
)
def test_names_that_may_be_one_share_a_key(table: NameTable, left: str, right: str) -> None:
    kinds = (KeyKind.STRICT, KeyKind.NEAR)
    assert keys_of(table, AT[left], kinds) & keys_of(table, AT[right], kinds)


@pytest.mark.parametrize(
    ("apart", "joined"),
    [
        ("Noor Hasan", "Noorhasan"),  # h behind r leaves no trace in a skeleton
        ("Zahid Husain", "Zahidhusain"),  # behind d it makes an aspirate
        ("Siraj Hasan", "Sirajhasan"),
        ("Aziz Hasan", "Azizhasan"),  # z is j, but has no aspirate
        ("Ishaq Haq", "Ishaqhaq"),
        ("Anup Husain", "Anuphusain"),
        ("Noor Hasan", "Nurahasan"),
        ("Raja Husain", "Rajahusain"),  # behind a vowel h stays
        ("Zakir Husain Ansari", "Zakirhusainansari"),
        ("नूर हसन", "Noorhasan"),
        ("Ram Mohan", "Rammohan"),
        ("Ram Mohan", "Ramohan"),
    ],
)
def test_a_name_and_its_words_as_one_share_a_key(apart: str, joined: str) -> None:
    pair = NameTable.build([apart, joined])
    kinds = (KeyKind.STRICT, KeyKind.NEAR)
    assert keys_of(pair, 0, kinds) & keys_of(pair, 1, kinds)


def test_keys_of_an_extension(table: NameTable) -> None:
    new = table.extend(["Rakesh Kumar"]).keys(start=len(NAMES))
    assert set(new.name_id.tolist()) == {len(NAMES)}
    assert set(new.key.tolist()) == keys_of(table, AT["Rakesh Kumar"], tuple(KeyKind))


def test_display(table: NameTable) -> None:
    assert table.latin()[AT["राकेश कुमार"]].as_py() == "RAKESH KUMAR"
    assert table.devanagari([AT["Rakesh Kumar"], AT["राकेश कुमार"]])[1] == "राकेश कुमार"
    assert table.gender()[AT["राकेश कुमारी"]] == 2


def test_explanation_adds_up(table: NameTable) -> None:
    for left, right in (
        ("Rakesh Kumar", "Suresh Kumar"),
        ("R.K. Sharma", "Rakesh Kumar Sharma"),
        ("Ram Kumar Yadav", "Ramkumar Yadav"),
    ):
        found = table.explain(AT[left], AT[right])
        assert sum(m.weight for m in found.matches) == pytest.approx(found.weight, abs=0.01)
        assert found.level == level(table, left, right)
        assert found.to_dict()["matches"][0]["hindi"]


def test_rank_puts_complete_agreement_first(table: NameTable) -> None:
    left = np.full(3, AT["Rakesh Kumar Sharma"], np.int32)
    right = np.array([AT["Rakesh Kumar Sharma"], AT["R.K. Sharma"], AT["Anil Sharma"]], np.int32)
    scores = table.rank(left, right)
    assert scores[0] > scores[1] > scores[2]


def test_storage(table: NameTable, tmp_path: Path) -> None:
    table.save(tmp_path)
    stored = NameTable.load(tmp_path)
    ids = np.arange(len(NAMES), dtype=np.int32)
    assert np.array_equal(stored.agree(ids, ids[::-1].copy()).weight, table.agree(ids, ids[::-1].copy()).weight)
    assert stored.latin().equals(table.latin())
    assert np.array_equal(stored.keys().key, table.keys().key)
    assert np.array_equal(stored.keys().bits, table.keys().bits)
    longer, other = stored.extend(["Rakeshwar"]), table.extend(["Rakeshwar"])
    assert np.array_equal(longer.keys(len(NAMES)).bits, other.keys(len(NAMES)).bits)
    last = np.array([len(NAMES)] * len(NAMES), np.int32)
    assert np.array_equal(longer.agree(ids, last).weight, other.agree(ids, last).weight)


def test_storage_is_encoded_anew_for_another_channel(table: NameTable, tmp_path: Path) -> None:
    table.save(tmp_path)
    shipped = Channel.load()
    model = shipped.model
    other = Channel(replace(model, local_lm=(model.lm[1], model.lm[0])))
    assert not np.array_equal(shipped.fingerprint, other.fingerprint)
    for channel in (shipped, other):
        kept = NameTable.load(tmp_path, channel)._base.dictionary
        made = channel.encode(kept.tokens)
        assert np.array_equal(kept.encoded.bits, made.bits)
        assert np.array_equal(kept.encoded.identity, made.identity)
        for direction in made.rows:
            assert np.array_equal(kept.encoded.rows[direction], made.rows[direction])
            assert np.array_equal(kept.encoded.numbers[direction], made.numbers[direction])


def test_new_names_of_known_words_are_weighed_as_ever(table: NameTable, monkeypatch: pytest.MonkeyPatch) -> None:
    known = ["Kumar Rakesh", "Sharma R", "Anil Yadav", "राकेश Yadav", "Guru Kumar Bachan"]
    beside = table.extend([*known, "Rakeshwarji"])  # an unknown word: nothing is kept
    ids = np.arange(len(NAMES), dtype=np.int32)
    for most in (1 << 20, 0):
        monkeypatch.setattr("linker.names.table_parts.MOST_KEPT", most)
        longer = table.extend(known)
        for k in range(len(known)):
            new = np.full(len(NAMES), len(NAMES) + k, np.int32)
            odd = np.append(new, np.int32(len(NAMES) + len(known)))
            there, here = beside.agree(np.append(ids, np.int32(0)), odd), longer.agree(ids, new)
            assert np.array_equal(there.weight[:-1], here.weight)
            assert np.array_equal(there.level[:-1], here.level)


def test_keys_of_some_names(table: NameTable) -> None:
    keys = table.keys()
    for numbers in ([0], [2, 3, 7], list(range(len(NAMES)))):
        some = table.keys_of(np.array(numbers))
        for at, number in enumerate(numbers):
            assert some.key[some.name_id == at].tolist() == keys.key[keys.name_id == number].tolist()
            assert some.bits[some.name_id == at].tolist() == keys.bits[keys.name_id == number].tolist()


def test_a_folder_that_holds_no_table(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="build it again"):
        NameTable.load(tmp_path)
    (tmp_path / "name_version.npy").write_bytes(b"nothing")
    with pytest.raises(ModelError, match="build it again"):
        NameTable.load(tmp_path)


def test_arrow_input_with_nulls() -> None:
    table = NameTable.build(pa.chunked_array([["Rakesh", None], ["राकेश"]]))
    assert len(table) == 3
    assert table.text(1) == ""


def test_no_names() -> None:
    table = NameTable.build([])
    assert len(table) == 0
    assert len(table.keys().key) == 0
    assert len(table.agree(np.zeros(0, np.int32), np.zeros(0, np.int32)).weight) == 0


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("Dev Dayal Singh Gurjar", "Dev Dayal Ram Gurjar", NameLevel.FILLERS_DIFFER),
        ("Vishwaveer Singh Sharma", "Vishwaveer Kumar", NameLevel.FILLERS_DIFFER),
        ("Prem Nath", "Prem Mohan", NameLevel.GIVEN_ONLY),
        ("Suresh Sharma", "Suresh Verma", NameLevel.GIVEN_ONLY),
        ("Ram Lal", "Ram Singh", NameLevel.GIVEN_ONLY),
    ],
)
def test_fillers_that_differ_are_no_brothers(left: str, right: str, level: NameLevel) -> None:
    table = NameTable.build([left, right])
    assert NameLevel(int(table.agree(np.array([0], np.int32), np.array([1], np.int32)).level[0])) == level
