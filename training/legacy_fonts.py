"""Trains the detector of legacy-font text: which character trigrams are Kruti Dev, which are English or Romanised Hindi.

    python training/legacy_fonts.py --data DIR

DIR holds `transliteration/hi.translit.sampled.train.tsv` (Google Dakshina v1.0, CC BY-SA 4.0),
`transliteration/aksharantar_hin_sampled_train.csv` (AI4Bharat Aksharantar, CC-BY and CC0),
`transliteration/indian_names_corpus_train.tsv` (CMU Indian Names Corpus, CC-BY 3.0),
`frequency/devanagari_name_tokens_up.csv` (tokens of public election results) and
`frequency/latin_name_tokens_delhi_up.csv` (tokens counted from TCPD). Legacy text is made by encoding the Devanagari side.
Only log ratios of trigrams are written, to configs/models/legacy_fonts.npz; the same input gives the same bytes. A fifth
of the words, chosen by a hash of the word, is held back; their error rates are printed, for names and for all words.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from linker.config.loading import CONFIGS
from linker.names.legacy import encode
from linker.names.legacy.detect import SYMBOLS, UNITS_PER_BIT, LegacyDetector, symbols_of

Words = Counter[str]
ENGLISH = re.findall(
    r"\S+",
    """
    s/o S/o S/O d/o D/o D/O w/o W/o W/O c/o C/o C/O r/o R/o R/O h.no. H.No. H.NO. H.No House HOUSE Gali GALI No. NO. Street Ward WARD
    Sector SECTOR Block BLOCK Vill VILL Vill. Village VILLAGE VPO Post POST PO P.O. PS P.S. PS- P.S.- Thana THANA Tehsil TEHSIL Teh.
    Distt Distt. DISTT DISTT. Dist DIST District DISTRICT near Near NEAR Colony COLONY Nagar NAGAR Vihar VIHAR Enclave ENCLAVE Park
    PARK Mohalla MOHALLA Moh. Road ROAD Sh. SH. Shri SHRI Smt Smt. SMT SMT. Late LATE Mohd Mohd. MOHD MOHD. Md MD Km KM alias urf
    aged about years yrs Mob MOB mobile India INDIA UP U.P. Delhi DELHI Haryana HARYANA and Male MALE Female FEMALE mole cut scar mark
    left right hand cheek forehead tattoo unknown Unknown UNKNOWN NA N/A nil
    """,
)
HINDI = re.findall(
    r"\S+",
    """
    उर्फ पुत्र पुत्री पत्नी पु0 पु० पु. प0 नि0 नि० नि. निवासी सा0 सा० ग्राम ग्रा0 गांव गाँव मोहल्ला मौ0 थाना था0 थाना- जिला जि0 जनपद तहसील तह0 पोस्ट
    वार्ड म0नं0 मकान गली नं0 श्री श्रीमती स्व0 स्व० स्व. मो0 मो० मु0 कु0 उम्र आयु करीब लगभग वर्ष साल मो0नं0 मो०नं० मोबाइल व तथा एवं पुरुष महिला
    अज्ञात नामालूम हाल पता राज0 उ0प्र0 हरि0 दिल्ली
    """,
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=CONFIGS / "models" / "legacy_fonts.npz")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"{arguments.data} is not a folder")
    legacy, plain = _legacy_words(arguments.data), _plain_words(arguments.data)
    ratios = _log_ratios(_kept(legacy, held_back=False), _kept(plain, held_back=False))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(arguments.out, ratios=ratios)
    _report(LegacyDetector(ratios), arguments.data, _kept(legacy, held_back=True), _kept(plain, held_back=True))
    return 0


def _rows(path: Path, delimiter: str) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file, delimiter=delimiter)


def _legacy_words(data: Path) -> Words:
    """Legacy-font words and how much each counts: names by the root of their frequency, so that frequent ones do not drown."""
    words: Words = Counter(dict.fromkeys(HINDI, 300))
    for row in _rows(data / "transliteration" / "hi.translit.sampled.train.tsv", "\t"):
        words[row[1]] += 1
    for row in _rows(data / "transliteration" / "aksharantar_hin_sampled_train.csv", ","):
        words[row[1]] += 1
    for row in _rows(data / "transliteration" / "indian_names_corpus_train.tsv", "\t"):
        words[row[1]] += 2
    for row in _rows(data / "frequency" / "devanagari_name_tokens_up.csv", ","):
        if row[1].isdigit():
            words[row[0]] += math.isqrt(int(row[1])) + 1
    encoded: Words = Counter()
    for word, count in words.items():
        if any("ऀ" <= c <= "ॿ" for c in word):
            encoded[encode(word)] += count
    return encoded


def _plain_words(data: Path) -> Words:
    """Latin words in small letters, in capitals and with a capital first, as names are typed."""
    words: Words = Counter()
    for name in ("hi.translit.sampled.train.tsv", "aksharantar_hin_sampled_train.csv", "indian_names_corpus_train.tsv"):
        for row in _rows(data / "transliteration" / name, "," if name.endswith(".csv") else "\t"):
            words[row[0].lower()] += 1
    for row in _rows(data / "frequency" / "latin_name_tokens_delhi_up.csv", ","):
        if row[2].isdigit():
            words[row[1].lower()] += math.isqrt(int(row[2])) + 1
    spelled: Words = Counter(dict.fromkeys(ENGLISH, 300))
    for word, count in words.items():
        if word.isascii() and word.isalpha():
            for form in (word, word.upper(), word.capitalize()):
                spelled[form] += count
    return spelled


def _kept(words: Words, *, held_back: bool) -> Words:
    """The words to train on, or those held back; field markers are always trained on."""
    markers = {*ENGLISH, *map(encode, HINDI)}
    kept = {
        w: n for w, n in words.items() if (w not in markers and zlib.crc32(w.lower().encode()) % 5 == 0) == held_back
    }
    return Counter(dict(sorted(kept.items())))


def _log_ratios(legacy: Words, plain: Words) -> np.ndarray:
    """log2 P(c | a, b, legacy) / P(c | a, b, plain) for every trigram, in units of the shipped table, as int8."""
    ratio = _log_probabilities(legacy) - _log_probabilities(plain)
    return np.clip(np.rint(ratio * UNITS_PER_BIT), -127, 127).astype(np.int8)


def _log_probabilities(words: Words) -> np.ndarray:
    """Interpolated trigrams with Witten-Bell weights: a context counts as much as it is seen before few different letters."""
    size = len(SYMBOLS)
    counts = np.zeros((size, size, size))
    for word, count in words.items():
        codes = symbols_of(word)
        np.add.at(counts, (codes[:-2], codes[1:-1], codes[2:]), count)
    unigram = (counts.sum((0, 1)) + 0.5) / (counts.sum() + 0.5 * size)
    bigram = _interpolated(counts.sum(0), unigram[None, :])
    return np.log2(_interpolated(counts, bigram[None, :, :]))


def _interpolated(counts: np.ndarray, lower: np.ndarray) -> np.ndarray:
    total = counts.sum(-1, keepdims=True)
    kinds = (counts > 0).sum(-1, keepdims=True)
    return (counts + (kinds + 1) * lower) / (total + kinds + 1)


def _report(detector: LegacyDetector, data: Path, legacy: Words, plain: Words) -> None:
    """Rates per distinct held-back token, without a column's prior."""
    found, wrong = detector.log_odds(pa.array(list(legacy))) > 0, detector.log_odds(pa.array(list(plain))) > 0
    names = {encode(row[0]) for row in _rows(data / "frequency" / "devanagari_name_tokens_up.csv", ",")}
    names |= {row[1].lower() for row in _rows(data / "frequency" / "latin_name_tokens_delhi_up.csv", ",")}
    for row in _rows(data / "transliteration" / "indian_names_corpus_train.tsv", "\t"):
        names |= {row[0].lower(), encode(row[1])}
    legacy_names = np.array([word in names for word in legacy])
    plain_names = np.array([word.lower() in names for word in plain])
    for what, l_kept, p_kept in (("all words", ..., ...), ("names", legacy_names, plain_names)):
        true, false = found[l_kept], wrong[p_kept]
        print(
            f"{what}: {true.mean():.4f} of {true.size} legacy tokens found, {false.mean():.4f} of {false.size} others taken"
        )


if __name__ == "__main__":
    sys.exit(main())
