"""The search box finds what `linker search` finds, in both scripts, and only what the account may see."""

from __future__ import annotations

import pytest

from linker.review.office import Office
from linker.search.view import View
from linker.web.searching import Finder
from tests.review.desk import ASHA, DELHI, workspace


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office.open(workspace(tmp_path_factory.mktemp("search")))


def found(office: Office, account: object, asked: str) -> list[str]:
    return [h.identity_id for h in Finder(office.workspace).find(office.book, account, asked)[0]]  # type: ignore[arg-type]


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
        hits, _ = Finder(office.workspace).find(office.book, DELHI, asked)
        assert all(set(h.states) <= {"Delhi"} for h in hits)


@pytest.mark.parametrize("asked", ["", " ", "x", "(.*[", "%", "' OR 1=1", "\x00\ud800", "9" * 5000])
def test_what_says_nothing_finds_nothing(office: Office, asked: str) -> None:
    assert found(office, ASHA, asked) == []
