"""Legacy fonts: does a word come back whole, and is legacy text told from English?

    python -m benchmarks.legacy_fonts --data DIR

DIR holds the files of training/legacy_fonts.py, the dev sets beside them and TCPD candidates. Round trip: every distinct
Devanagari word, as it is displayed, is encoded in Kruti Dev and decoded again. Detection: words that training/legacy_fonts.py has
not seen (its held-back fifth and the Dakshina and Aksharantar dev sets), without any prior; and cells of candidates' names.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import re
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.results_file import keep
from linker.names.legacy import decode, detect, encode, to_unicode
from linker.names.legacy.detect import shipped_detector
from linker.names.unicode import clean

DEVANAGARI = re.compile(r"[\u0900-\u097f]+")
LATIN = re.compile(r"[A-Za-z]+")
NAMES = "transliteration/indian_names_corpus_train.tsv"
TOKENS_HINDI = "frequency/devanagari_name_tokens_up.csv"
TOKENS_LATIN = "frequency/latin_name_tokens_delhi_up.csv"
UNSEEN = ("transliteration/hi.translit.sampled.dev.tsv", "transliteration/aksharantar_hin_sampled_valid.csv")
CANDIDATES = ("tcpd/Delhi_AE.csv.gz", "tcpd/Uttar_Pradesh_AE.csv.gz")
SHOWN = 40  # failures printed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    absent = [name for name in (NAMES, TOKENS_HINDI, TOKENS_LATIN, *UNSEEN, *CANDIDATES) if not (data / name).is_file()]
    if absent:
        parser.error(f"{data} lacks {', '.join(absent)}")
    figures = {"round_trip": round_trip(data), "tokens": tokens(data), "cells": cells(data)}
    lines = [f"- {group}, {name}: {value}" for group, part in figures.items() for name, value in part.items()]
    print("\n".join(lines))
    keep("legacy_fonts", "python -m benchmarks.legacy_fonts --data DIR", figures, "\n".join(lines))
    return 0


def round_trip(data: Path) -> dict[str, object]:
    words = set(_words(data, (NAMES, TOKENS_HINDI, UNSEEN[0]), DEVANAGARI))
    began = time.process_time()
    lost = sorted(word for word in words if clean(decode(encode(word))) != word)
    seconds = time.process_time() - began
    for word in lost[:SHOWN]:
        print(f"  lost: {word} -> {encode(word)} -> {decode(encode(word))}")
    share = 1 - len(lost) / len(words)
    return {
        "words": len(words),
        "returned": round(share, 4),
        "lost": len(lost),
        "words_per_second": round(len(words) / seconds),
    }


def tokens(data: Path) -> dict[str, object]:
    """Rates per distinct token of two letters or more."""
    names_hindi, names_latin = _names(data, DEVANAGARI), _names(data, LATIN)
    held_legacy = {e for e in map(encode, names_hindi) if zlib.crc32(e.lower().encode()) % 5 == 0}
    held_latin = {w for w in names_latin if zlib.crc32(w.lower().encode()) % 5 == 0}
    general = set(map(encode, _words(data, UNSEEN, DEVANAGARI)))
    return {
        "legacy names found": _taken(held_legacy),
        "English names taken, as capitals": _taken({w.upper() for w in held_latin}),
        "English names taken, Capitalised": _taken({w.capitalize() for w in held_latin}),
        "English names taken, small letters": _taken({w.lower() for w in held_latin}),
        "English names taken, all three": _taken(
            {f(w) for w in held_latin for f in (str.upper, str.capitalize, str.lower)}
        ),
        "legacy general words found": _taken(general),
        "Romanised general words taken": _taken(set(_words(data, UNSEEN, LATIN))),
        "two legacy words found": _taken(_pairs(general)),
        "two Romanised words taken": _taken(_pairs(set(_words(data, UNSEEN, LATIN)))),
    }


def cells(data: Path) -> dict[str, object]:
    """Whole columns with their own prior: candidates' names, and the same with every tenth cell in the legacy font."""
    plain = sorted({name for file in CANDIDATES for name in _candidates(data / file)})
    hindi = sorted(set(map(encode, _names(data, DEVANAGARI))))
    legacy = [" ".join(pair) for pair in zip(hindi[::2], hindi[1::2], strict=False)][: len(plain) // 10]
    alone = detect(pa.array(plain)).legacy
    mixed = detect(pa.array(plain + legacy)).legacy
    began = time.process_time()
    to_unicode(pa.array(plain + legacy))
    seconds = time.process_time() - began
    return {
        "English cells": len(plain),
        "taken in a column without legacy cells": int(alone.sum()),
        "taken in a column with a tenth of legacy cells": int(mixed[: len(plain)].sum()),
        "legacy cells found there": round(float(mixed[len(plain) :].mean()), 4),
        "cells_per_second": round((len(plain) + len(legacy)) / seconds),
    }


def _taken(words: set[str]) -> str:
    kept = sorted(word for word in words if len(word) > 1)
    return f"{np.mean(shipped_detector().log_odds(pa.array(kept)) > 0):.4f} of {len(kept)}"


def _pairs(words: set[str]) -> set[str]:
    kept = sorted(words, key=lambda word: zlib.crc32(word.encode()))
    return {" ".join(pair) for pair in zip(kept[::2], kept[1::2], strict=False)}


def _words(data: Path, files: tuple[str, ...], pattern: re.Pattern[str]) -> Iterator[str]:
    for name in files:
        with (data / name).open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file, delimiter="\t" if name.endswith(".tsv") else ","):
                yield from (clean(cell) for cell in row[:2] if pattern.fullmatch(clean(cell)))


def _names(data: Path, pattern: re.Pattern[str]) -> set[str]:
    return {word for word in _words(data, (NAMES, TOKENS_HINDI, TOKENS_LATIN), pattern) if not word.endswith("Pradesh")}


def _candidates(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from (row["Candidate"] for row in csv.DictReader(file) if row["Candidate"])


if __name__ == "__main__":
    sys.exit(main())
