"""The search box finds what `linker search` finds, in both scripts, and only what the account may see."""

from __future__ import annotations

import pytest

from linker.names.legacy import decode, encode
from linker.review.office import Office
from linker.search.view import View
from linker.web.searching import Finder
from tests.review.desk import ASHA, DELHI, workspace


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(workspace(tmp_path_factory.mktemp("search")))


def found(office: Office, account: object, asked: str) -> list[str]:
    return [h.identity_id for h in Finder(office.workspace).find(office.book, account, asked).hits]  # type: ignore[arg-type]


def test_it_finds_what_linker_search_finds_in_its_order(office: Office) -> None:
    view = View(office.workspace)
    golden = office.book.snapshot.table("identity").to_pylist()[::60]
    for g in golden:
        asked = f"{g['name_latin']} s/o {g['father'] or ''}, {g['district'] or ''}"
        assert found(office, ASHA, asked) == [h.identity_id for h in view.search(asked, 40).hits]


def test_both_scripts_and_numbers(office: Office) -> None:
    golden = next(
        g for g in office.book.snapshot.table("identity").to_pylist()
        if g["states"] == ["Uttar Pradesh"] and len(g["name_latin"].split()) > 1
    )  # fmt: skip
    record = office.book.record(office.book.members(golden["identity_id"])[0])
    numbers = (golden["identity_id"], golden["identity_id"].lower(), record["record_id"], record["native_id"])
    for asked in (golden["name_latin"].lower(), golden["name_devanagari"], *numbers):
        assert golden["identity_id"] in found(office, ASHA, asked), asked
        hits = Finder(office.workspace).find(office.book, DELHI, asked).hits
        assert all(set(h.states) <= {"Delhi"} for h in hits)


@pytest.mark.parametrize("asked", ["", " ", "x", "(.*[", "%", "' OR 1=1", "\x00\ud800", "9" * 5000])
def test_what_says_nothing_finds_nothing(office: Office, asked: str) -> None:
    assert found(office, ASHA, asked) == []


def test_kruti_dev_finds_what_unicode_finds_and_says_so(office: Office) -> None:
    finder = Finder(office.workspace)
    told = 0
    for g in office.book.snapshot.table("identity").to_pylist()[::40]:
        words = g["name_devanagari"].split()
        if len(words) < 2:
            continue
        typed = finder.find(office.book, ASHA, encode(g["name_devanagari"]))
        plain = finder.find(office.book, ASHA, decode(encode(g["name_devanagari"])))
        assert plain.font is None
        if typed.font is not None:
            told += 1
            assert (typed.font, typed.hits, typed.understood) == ("Kruti Dev", plain.hits, plain.understood)
    assert told >= 5
