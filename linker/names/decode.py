"""The likeliest spellings of a token in the other script: beam search over the units with the language model of the written script.

A spelling s of a token t is valued by log2 P(s | t) + LM_SHARE * log2 P(s): the channel says what the letters may become, the language
model what people write. Alignments that give the same spelling are added up.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numba
import numpy as np
from numpy.typing import NDArray

from linker.names.char_lm import CharLm, next_bits
from linker.names.forward import Direction
from linker.names.units import DEVANAGARI, LATIN_SYMBOLS, MAX_LENGTH, Tokens, read, write_devanagari

LM_SHARE = 0.3
_WIDEST = 32  # hypotheses kept
_LONGEST_TEXT = 60  # symbols of a written spelling
_BLOCK = 4096


@dataclass(frozen=True)
class Decoder:
    """Writes tokens of the direction's source script in its target script."""

    direction: Direction
    lm: CharLm
    lm_share: float = LM_SHARE

    def best(self, tokens: Sequence[str], n: int = 1) -> list[list[tuple[str, float]]]:
        """Up to n spellings of every token with log2 of their share of all spellings found, best first; none for other scripts."""
        sounds = read(tokens)
        return self.best_of(sounds, self.direction.emissions.rows(sounds), n)

    def best_of(self, sounds: Tokens, rows: NDArray[np.int32], n: int = 1) -> list[list[tuple[str, float]]]:
        """The same of tokens that have been read, with the emission row of every unit."""
        wanted = min(n, _WIDEST)
        emissions = self.direction.emissions
        count = len(sounds.script)
        symbols = np.zeros((count, wanted, _LONGEST_TEXT), np.int8)
        length = np.zeros((count, wanted), np.int16)
        score = np.full((count, wanted), -np.inf, np.float32)
        codes, table = emissions.chunks.codes, self.lm.table()
        source = (sounds.units, sounds.u_start, rows, sounds.script == emissions.source)
        beam = min(_WIDEST, 6 if wanted == 1 else 6 + wanted)

        def run(first: int) -> None:
            settings = (self.lm.order, beam, first, min(count, first + _BLOCK))
            _search(self.direction.tables(), codes, source, table, settings, self.lm_share, symbols, length, score)

        if count <= _BLOCK:  # sooner done than a thread is started
            run(0)
        else:
            with ThreadPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
                list(pool.map(run, range(0, count, _BLOCK)))
        return self._written(symbols, length, score)

    def _written(
        self, symbols: NDArray[np.int8], length: NDArray[np.int16], score: NDArray[np.float32]
    ) -> list[list[tuple[str, float]]]:
        count, wanted = length.shape
        if self.direction.emissions.target == DEVANAGARI:
            flat = [
                write_devanagari(symbols[t, k, : length[t, k]]) if score[t, k] > -np.inf else ""
                for t in range(count)
                for k in range(wanted)
            ]
        else:
            letters = np.frombuffer("".join(c or " " for c in LATIN_SYMBOLS).encode(), np.uint8)
            text = letters[symbols].tobytes().decode()
            lengths = length.ravel().tolist()
            flat = [text[k * _LONGEST_TEXT : k * _LONGEST_TEXT + lengths[k]] for k in range(count * wanted)]
        scores = score.tolist()
        return [
            [(flat[t * wanted + k], scores[t][k]) for k in range(wanted) if scores[t][k] > -np.inf]
            for t in range(count)
        ]


@numba.njit(
    "void(Tuple((i2[:,::1], i2[::1], i8[::1], f4[::1], f4[::1])), i4[::1], Tuple((i1[::1], i8[::1], i4[::1], b1[::1])),"
    "Tuple((i8[::1], f4[::1], f4[::1])), UniTuple(i8, 4), f8, i1[:,:,::1], i2[:,::1], f4[:,::1])",
    cache=True,
    nogil=True,
)
def _search(tables, codes, source, lm, settings, lm_share, out, out_length, out_score):  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915
    allowed, n_allowed, row_start, probability, _ = tables
    units, u_start, rows, wanted = source
    order, beam, first, last = settings
    most = beam * 64
    text = np.zeros((2, beam, _LONGEST_TEXT), np.int8)
    length = np.zeros((2, beam), np.int64)
    history = np.zeros((2, beam), np.int64)
    hashed = np.zeros((2, beam), np.int64)
    channel = np.zeros((2, beam))  # log2 P(text so far | units so far)
    model = np.zeros((2, beam))  # bits of the text so far
    c_parent, c_code = np.zeros(most, np.int64), np.zeros(most, np.int64)
    c_channel, c_model, c_total = np.zeros(most), np.zeros(most), np.zeros(most)
    logarithm = np.empty(allowed.shape[1])
    c_hash, c_history = np.zeros(most, np.int64), np.zeros(most, np.int64)
    for t in range(first, last):
        n = u_start[t + 1] - u_start[t]
        if not wanted[t] or n == 0:
            continue
        now, live = 0, 1
        length[0, 0] = history[0, 0] = hashed[0, 0] = 0
        channel[0, 0] = model[0, 0] = 0.0
        for x in range(u_start[t], u_start[t + 1]):
            u, at = units[x], row_start[rows[x]]
            best_p = 0.0
            for y in range(n_allowed[u]):
                best_p = max(best_p, probability[at + y])
            for y in range(n_allowed[u]):
                logarithm[y] = np.log2(np.float64(probability[at + y]))
            count = 0
            best_total = -1e30
            for h in range(live):
                for y in range(n_allowed[u]):
                    p = probability[at + y]
                    if p < best_p * 2e-3:
                        continue
                    value = channel[now, h] + logarithm[y]
                    if value - lm_share * model[now, h] < best_total - 14.0:
                        continue
                    code = np.int64(codes[allowed[u, y]])
                    c_code[count] = code
                    bits, past, key = model[now, h], history[now, h], hashed[now, h]
                    while code > 0:
                        symbol = code & 63
                        bits += next_bits(past, symbol, order, lm)
                        past = (past << 6 | symbol) & 0x3FFFFFFFFF
                        key = key * 1099511628211 + symbol + 1
                        code >>= 6
                    total = value - lm_share * bits
                    if total < best_total - 14.0:
                        continue
                    best_total = max(best_total, total)
                    c_parent[count], c_channel[count], c_model[count] = h, value, bits
                    c_hash[count], c_history[count], c_total[count] = key, past, total
                    count += 1
            ranked = np.argsort(-c_total[:count], kind="mergesort")
            after = 1 - now
            kept = 0
            for r in range(count):
                c = ranked[r]
                same = -1
                for h in range(kept):
                    if hashed[after, h] == c_hash[c]:
                        same = h
                        break
                if same >= 0:
                    gap = c_channel[c] - channel[after, same]
                    channel[after, same] += np.log2(1.0 + 2.0**gap)
                    continue
                if kept == beam:
                    if r > 3 * beam:
                        break
                    continue
                parent = c_parent[c]
                end = length[now, parent]
                text[after, kept, :end] = text[now, parent, :end]
                code = c_code[c]
                while code > 0 and end < _LONGEST_TEXT:
                    text[after, kept, end] = code & 63
                    end += 1
                    code >>= 6
                length[after, kept], history[after, kept], hashed[after, kept] = end, c_history[c], c_hash[c]
                channel[after, kept], model[after, kept] = c_channel[c], c_model[c]
                kept += 1
            now, live = after, kept
        for h in range(live):
            bits = model[now, h] + next_bits(history[now, h], 0, order, lm)
            c_total[h] = channel[now, h] - lm_share * bits
            if length[now, h] == 0:
                c_total[h] = -1e30
        ranked = np.argsort(-c_total[:live], kind="mergesort")
        total = 0.0
        for h in range(live):
            total += 2.0 ** (c_total[h] - c_total[ranked[0]])
        for r in range(min(live, out.shape[1])):
            h = ranked[r]
            if c_total[h] <= -1e29:
                break
            out[t, r, : length[now, h]] = text[now, h, : length[now, h]]
            out_length[t, r] = length[now, h]
            out_score[t, r] = c_total[h] - c_total[ranked[0]] - np.log2(total)


assert MAX_LENGTH < _LONGEST_TEXT
