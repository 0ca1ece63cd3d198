"""The report holds what it promises, shows nothing it must not, and asks nobody for anything."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from linker.evaluate.report import render, write_report
from linker.evaluate.report_input import ReportInput, SourceCount
from linker.schema import CROSSWALK, EDGE, IDENTITY, QUARANTINE, RECORD
from tests.evaluate.sample_run import sample_run

VOID = {"meta", "br"}
SCRIPT = "<script>alert('नाम')</script>"


class Reader(HTMLParser):
    """Checks that tags nest, and gathers text and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


@pytest.fixture(scope="module")
def run() -> ReportInput:
    return sample_run()


@pytest.fixture(scope="module")
def html(run: ReportInput) -> str:
    return render(run)


def test_says_what_a_reader_must_know(html: str) -> None:
    text = " ".join(" ".join(read(html).text).split())
    for words in (
        "A lead, not an identification.",
        "It adds up.",
        "स्व0 रामसिंह",
        "no name at all",
        "Delhi",
        "one identifier, but people who contradict each other",
        "found by name, phone",
    ):
        assert words in text
    assert text.count("What to do:") >= 10


def test_every_section_can_be_reached_and_every_target_exists(html: str) -> None:
    attributes = read(html).attributes
    targets = {value for name, value in attributes if name == "id"}
    links = {str(value)[1:] for name, value in attributes if name == "href"}
    assert links == targets


def test_works_offline_and_runs_nothing(html: str) -> None:
    reader = read(html)
    assert not reader.tags & {"script", "img", "link", "iframe", "object", "form"}
    assert not [a for a in reader.attributes if a[0] in {"src", "onclick", "onload"}]
    assert not re.search(r"https?:|@import|url\(", html)


def test_masks_phones_and_identifiers(html: str) -> None:
    assert "98765 43210" not in html
    assert "9876543210" not in html
    assert "ABCDE1234F" not in html
    assert "234567890123" not in html
    assert "XXXXXX234F" in html
    assert not re.search(r"(?<![\w.])\d{12}(?![\w.])", " ".join(read(html).text))


def test_hostile_text_is_shown_not_run(run: ReportInput) -> None:
    record = run.tables.record
    hostile = record.set_column(record.column_names.index("name"), "name", [[SCRIPT] * len(record)])
    sources = [SourceCount(SCRIPT, SCRIPT, SCRIPT, 1, 1, 0, 0, 1)]
    html = render(dataclasses.replace(run, sources=sources, tables=dataclasses.replace(run.tables, record=hostile)))
    reader = read(html)
    assert "script" not in reader.tags
    assert SCRIPT in "".join(reader.text)


def test_the_same_run_gives_the_same_report(run: ReportInput, html: str) -> None:
    assert render(run) == html


def test_rows_that_do_not_add_up_are_flagged(run: ReportInput) -> None:
    lost = [dataclasses.replace(run.sources[0], rows=10**6), *run.sources[1:]]
    assert "It does not add up" in render(dataclasses.replace(run, sources=lost))


def test_a_weight_against_common_sense_is_flagged(run: ReportInput, html: str) -> None:
    assert "Against common sense" not in html
    levels = run.matching.model.levels
    better = {name: dataclasses.replace(p, m=0.9) if name == "CONFLICT" else p for name, p in levels["sex"].items()}
    model = dataclasses.replace(run.matching.model, levels={**levels, "sex": better})
    changed = dataclasses.replace(run, matching=dataclasses.replace(run.matching, model=model))
    assert "Against common sense: sex &ldquo;conflict&rdquo;." in render(changed)


def test_a_run_without_links_still_has_a_report(run: ReportInput) -> None:
    tables = dataclasses.replace(
        run.tables,
        record=RECORD.empty(),
        crosswalk=CROSSWALK.empty(),
        identity=IDENTITY.empty(),
        edge=EDGE.empty(),
        quarantine=QUARANTINE.empty(),
    )
    matching = dataclasses.replace(run.matching, candidate_pairs=0, key_counts=[], histogram=np.zeros(3, np.int64))
    empty = dataclasses.replace(run, sources=[], findings=[], tables=tables, matching=matching)
    text = " ".join(read(render(empty)).text)
    assert "No row had to be set aside." in text
    assert "There is no pair to show." in text


def test_is_written_whole(run: ReportInput, html: str, tmp_path: Path) -> None:
    write_report(tmp_path / "report.html", run)
    assert (tmp_path / "report.html").read_text("utf-8") == html
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
