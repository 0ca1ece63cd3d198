"""A streaming writer for one plain worksheet: text in place, numbers, date cells; the same bytes every time."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

_NS = "http://schemas.openxmlformats.org"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STAMP = (2025, 1, 1, 0, 0, 0)
_CHUNK = 5000
_STYLES = (
    f'{_HEAD}<styleSheet xmlns="{_NS}/spreadsheetml/2006/main"><numFmts count="1"><numFmt numFmtId="164" '
    'formatCode="dd/mm/yyyy"/></numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1">'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" '
    'fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" '
    'applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
_TYPES = (
    f'{_HEAD}<Types xmlns="{_NS}/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override '
    'PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override '
    'PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>'
)
_RELS = (
    f'{_HEAD}<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_NS}/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK_RELS = (
    f'{_HEAD}<Relationships xmlns="{_NS}/package/2006/relationships"><Relationship Id="rId1" '
    f'Type="{_NS}/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
    f'Type="{_NS}/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>'
)


def _letters(number: int) -> str:
    text = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


@dataclass(frozen=True)
class Sheet:
    """A worksheet with a header row."""

    name: str
    header: list[str]

    def write(self, path: Path, columns: list[list[str | int | None]], dates: set[int]) -> None:
        """Write columns; integers in the columns `dates` are Excel day numbers and shown as dates."""
        book = (
            f'{_HEAD}<workbook xmlns="{_NS}/spreadsheetml/2006/main" xmlns:r="{_NS}/officeDocument/2006/relationships">'
            f'<sheets><sheet name="{escape(self.name)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        )
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for name, text in (
                ("[Content_Types].xml", _TYPES),
                ("_rels/.rels", _RELS),
                ("xl/workbook.xml", book),
                ("xl/_rels/workbook.xml.rels", _BOOK_RELS),
                ("xl/styles.xml", _STYLES),
            ):
                archive.writestr(_entry(name), text, zipfile.ZIP_DEFLATED, 1)
            with archive.open(_entry("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as file:
                self._body(file, columns, dates)  # type: ignore[arg-type]

    def _body(self, file: zipfile.ZipExtFile, columns: list[list[str | int | None]], dates: set[int]) -> None:
        count = len(columns[0])
        last = _letters(len(columns) - 1)
        file.write(
            (
                f'{_HEAD}<worksheet xmlns="{_NS}/spreadsheetml/2006/main"><dimension ref="A1:{last}{count + 1}"/><sheetData>'
            ).encode()
        )
        letters = [_letters(i) for i in range(len(columns))]
        head = "".join(
            f'<c r="{c}1" t="inlineStr"><is><t>{escape(h)}</t></is></c>'
            for c, h in zip(letters, self.header, strict=True)
        )
        file.write(f'<row r="1">{head}</row>'.encode())
        for start in range(0, count, _CHUNK):
            stop = min(start + _CHUNK, count)
            blocks = [_cells(letters[i], column[start:stop], start + 2, i in dates) for i, column in enumerate(columns)]
            rows = "".join(
                f'<row r="{start + 2 + offset}">{"".join(cells)}</row>'
                for offset, cells in enumerate(zip(*blocks, strict=True))
            )
            file.write(rows.encode())
        file.write(b"</sheetData></worksheet>")


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def _cells(letter: str, values: list[str | int | None], first: int, date: bool) -> list[str]:
    style = ' s="1"' if date else ""
    out: list[str] = []
    for row, value in enumerate(values, first):
        if value is None or value == "":
            out.append("")
        elif isinstance(value, int):
            out.append(f'<c r="{letter}{row}"{style}><v>{value}</v></c>')
        else:
            text = escape(value) if "&" in value or "<" in value or ">" in value else value
            out.append(f'<c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c>')
    return out
