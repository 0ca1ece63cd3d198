"""Why records are one person, as pages tell it: the links that hold them, and groups that link as wholes."""

from __future__ import annotations

import pyarrow.compute as pc
import pytest

from linker.matching.figures import FIGURES
from linker.review.office import Office
from linker.schema import Decision
from linker.web.holding import holding, joined, joined_across
from linker.web.words import Teller
from tests.web.site import Browser, office


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office(tmp_path_factory.mktemp("site"), people=(1500, 7))


@pytest.fixture(scope="module")
def pooled(opened: Office) -> tuple[str, str]:
    """Two records whose link groups made."""
    edge = opened.book.snapshot.table("edge")
    found = edge.filter(pc.equal(edge["rule"], "pooled")).to_pylist()
    assert found
    return found[0]["record_id_l"], found[0]["record_id_r"]


@pytest.fixture(scope="module")
def members(opened: Office, pooled: tuple[str, str]) -> list[str]:
    book = opened.book
    row = book.row(pooled[0])
    assert row is not None
    return [book.record(r)["record_id"] for r in book.members(book.identity_of(row))]


def edge(left: str, right: str, weight: float, decision: Decision = Decision.LINK) -> dict[str, object]:
    return {"record_id_l": left, "record_id_r": right, "weight": weight, "decision": decision, "levels": "{}"}


def test_the_strongest_links_hold_records_together() -> None:
    edges = [
        edge("a", "b", 9.0), edge("b", "c", 8.0), edge("a", "c", 7.0), edge("c", "d", 6.0), edge("d", "e", 20.0, Decision.REVIEW),
    ]  # fmt: skip
    letters = dict(zip("abcde", "ABCDE", strict=True))
    assert [pair[:2] for pair in holding(edges, letters, {})] == [("C", "D"), ("B", "C"), ("A", "B")]
    assert holding([], letters, {}) == []


@pytest.mark.parametrize("language", ["en", "hi"])
def test_groups_tell_every_figure_in_words(opened: Office, members: list[str], language: str) -> None:
    teller = Teller(language)
    letters = {r: chr(65 + k) for k, r in enumerate(members)}
    links = joined(opened.book, opened.book.edges_among(members), letters, teller)
    assert links
    for link in links:
        assert len(link.figures) == len(FIGURES)
        assert link.left and link.right and not set(link.left.split(", ")) & set(link.right.split(", "))
        sizes = [f.strength for f in link.figures]
        assert sizes == sorted(sizes, reverse=True)
        assert teller("figure.best") in {f.text for f in link.figures}


def test_a_question_names_the_groups_of_its_two_records(opened: Office, pooled: tuple[str, str]) -> None:
    (link,) = joined_across(opened.book, pooled, Teller("en"))
    (turned,) = joined_across(opened.book, (pooled[1], pooled[0]), Teller("en"))
    assert (link.left[0], link.right[0]) == ("A", "B")
    assert (turned.left[1:], turned.right[1:]) == (link.right[1:], link.left[1:])
    assert link.figures == turned.figures


def test_other_pairs_have_no_groups_to_name(opened: Office) -> None:
    table = opened.book.snapshot.table("edge")
    one = table.filter(pc.equal(table["rule"], "link")).to_pylist()[0]
    assert joined_across(opened.book, (one["record_id_l"], one["record_id_r"]), Teller("en")) == []
    assert joined_across(opened.book, ("x:1", "x:2"), Teller("en")) == []


def test_the_page_of_an_identity_says_why_in_both_languages_and_without_weights(
    opened: Office, pooled: tuple[str, str]
) -> None:
    row = opened.book.row(pooled[0])
    assert row is not None
    browser = Browser(opened)
    browser.sign_in("asha")
    for language in ("en", "hi"):
        browser.cookies.set("linker_language", language)
        page = browser.get(f"/identities/{opened.book.identity_of(row)}").text
        teller = Teller(language)
        assert all(teller(key) in page for key in ("identity.why", "figure.title", "figure.best"))
        assert "bits" not in page and "बिट" not in page
