"""An archive in which two readers could find different things is read by none."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from linker.archives import UNREADABLE, ends, refuse_ambiguous
from linker.config.source import SourceConfig
from linker.errors import InputError
from linker.records import read_source
from linker.registry.trace import traces
from tests.records.layouts import write_excel


def archive(comment: bytes = b"", **members: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, text in members.items():
            written.writestr(name, text)
        written.comment = comment
    return file.getvalue()


def in_comment(hidden: bytes, shown: bytes) -> bytes:
    """`shown` behind `hidden`, with its directory, and the end record of `hidden` once more as a comment."""
    end = hidden.rfind(b"PK\x05\x06")
    both = bytearray(hidden + shown)
    both[-2:] = (22).to_bytes(2, "little")
    return bytes(both) + hidden[end : end + 22]


ONE, OTHER = archive(a="Ram Lal " * 50), archive(b="Sita Devi " * 50)
DOUBLE = {
    "one behind the other": ONE + OTHER,
    "in a comment": in_comment(ONE, OTHER),
    "with a stranger's comment": ONE + archive(ONE, b="x"),
}


@pytest.mark.parametrize("content", DOUBLE.values(), ids=DOUBLE)
def test_two_directories(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(content)
    with pytest.raises(zipfile.BadZipFile, match="two lists of its contents"):
        refuse_ambiguous(file)


@pytest.mark.parametrize(
    "content",
    [
        ONE,
        archive(b"a remark", a="x"),
        b"#!/bin/sh\n" + ONE,
        ONE + b"\n",
        archive(a="PK\5\6" * 50),
        archive(),
        b"PK\5\6",
    ],
    ids=["plain", "comment", "something before it", "something behind it", "the sign itself", "empty", "cut short"],
)
def test_one_directory(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(content)
    refuse_ambiguous(file)
    assert len(ends(content)) <= 1


def test_large_archives_say_twice_where_their_directory_begins(tmp_path: Path) -> None:
    """The second place may not differ from the first."""
    begin, end = ONE.find(b"PK\x01\x02"), ONE.rfind(b"PK\x05\x06")
    large = (
        b"PK\x06\x06"
        + (44).to_bytes(8, "little")
        + bytes(28)
        + (end - begin).to_bytes(8, "little")
        + begin.to_bytes(8, "little")
    )
    locator = b"PK\x06\x07" + bytes(4) + end.to_bytes(8, "little") + b"\x01\0\0\0"
    honest = ONE[:end] + large + locator + ONE[end:]
    assert set().union(*ends(honest).values()) == {begin}
    shift = len(OTHER)
    lying = (
        OTHER
        + ONE[:end]
        + large
        + locator.replace(end.to_bytes(8, "little"), (end + shift).to_bytes(8, "little"))
        + ONE[end:]
    )
    assert len(set().union(*ends(lying).values())) > 1


def test_an_end_that_only_some_readers_find(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_bytes(ONE + bytes(70_000))
    with pytest.raises(zipfile.BadZipFile, match="something stands behind its end"):
        refuse_ambiguous(file)


@pytest.mark.parametrize("order", [("honest", "other"), ("other", "honest")])
def test_a_workbook_inside_another_one_is_refused(tmp_path: Path, order: tuple[str, str]) -> None:
    for name, person in (("honest", "RAM"), ("other", "SITA")):
        write_excel(tmp_path / f"{name}.xlsx", ["id", "name"], [{"id": "1", "name": person}])
    both = tmp_path / "both.xlsx"
    both.write_bytes(b"".join((tmp_path / f"{name}.xlsx").read_bytes() for name in order))
    fields = {"name": "name"}
    source = SourceConfig.model_validate(
        {"name": "test", "state": "Delhi", "format": "excel", "native_id": "id", "script": "latin", "fields": fields}
    )
    with pytest.raises(InputError, match="two lists of its contents"):
        read_source(source, both)


def test_a_trace_is_found_by_either_directory_and_behind_a_damaged_part(tmp_path: Path) -> None:
    for name, content in DOUBLE.items():
        (tmp_path / f"{name}.zip").write_bytes(content)
    assert {t.file for t in traces(tmp_path, ["Ram Lal"])} == {f"{name}.zip" for name in DOUBLE}
    damaged = bytearray(archive(a="x" * 500, b="Gita " * 50))
    damaged[35:38] = b"\xff" * 3
    (tmp_path / "damaged.zip").write_bytes(damaged)
    assert [(t.file, t.place) for t in traces(tmp_path, ["Gita"])] == [("damaged.zip", "b")]


def test_names_that_are_no_text(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    content = archive(**{"नाम": "x"})
    file.write_bytes(content.replace("न".encode(), b"\xff\xff\xff"))
    with pytest.raises(UNREADABLE):
        zipfile.ZipFile(file)
