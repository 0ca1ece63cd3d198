"""The model file: one npz with the counts of all directions, the language models and the calibration, the same bytes every time.

The shipped file is rounded: counts to steps of a tenth of an octave, bits to half precision. The channel that a run adapted to its names
is kept beside the snapshot as it was, so that whoever compares with the snapshot's names weighs like the run.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linker.errors import ModelError
from linker.names.char_lm import CharLm
from linker.names.emissions import Chunks, Counts
from linker.names.units import DEVANAGARI, LATIN

VERSION = 1

DIRECTIONS = {
    "dl": (DEVANAGARI, LATIN),
    "ld": (LATIN, DEVANAGARI),
    "ll": (LATIN, LATIN),
    "dd": (DEVANAGARI, DEVANAGARI),
}
"""The directions of a model: name → (script read, script written)."""

_SCRIPTS, _LOCAL = ("latin", "devanagari"), ("local_latin", "local_devanagari")
"""What language models are called in the file."""

ADAPTED = "name_channel.npz"
"""The file of a snapshot, and of a folder with a name table, that holds the channel if it is not the shipped one."""


@dataclass(frozen=True)
class ChannelModel:
    """All that training finds out.

    `counts` by direction; `lm` by script; `calibration` [combination, (slope, shift)] from raw to calibrated bits, combinations in the
    order Latin-Latin, Devanagari-Devanagari, across scripts. `local_lm`, by script, is of the names at hand
    (`linker.names.adaptation`).
    """

    counts: dict[str, Counts]
    lm: tuple[CharLm, CharLm]
    calibration: NDArray[np.float64]
    local_lm: tuple[CharLm, CharLm] | None = None

    def packed(self, exact: bool = False) -> bytes:
        """The model file's content. `exact`: nothing is rounded."""
        arrays: dict[str, NDArray[Any]] = {"version": np.array([VERSION]), "calibration": self.calibration}
        for name, counts in self.counts.items():
            arrays |= {
                f"{name}_codes": counts.chunks.codes,
                f"{name}_allowed": counts.allowed,
                f"{name}_n_allowed": counts.n_allowed,
                f"{name}_keys": np.diff(counts.keys, prepend=0),
                f"{name}_strength": np.array([counts.strength]),
                f"{name}_floor": counts.floor,
                **({f"{name}_exact": counts.count} if exact else _rounded(name, counts)),
            }
        models = [*zip(_SCRIPTS, self.lm, strict=True), *zip(_LOCAL, self.local_lm or (), strict=False)]
        bits = np.float32 if exact else np.float16
        for name, lm in models:
            arrays |= {
                f"{name}_order": np.array([lm.order]),
                f"{name}_grams": np.diff(lm.grams, prepend=0),
                f"{name}_bits": lm.bits.astype(bits),
                f"{name}_contexts": np.diff(lm.contexts, prepend=0),
                f"{name}_backoff": lm.backoff.astype(bits),
            }
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **arrays)
        return file.getvalue()

    def save(self, path: Path) -> None:
        """Writes the model file, rounded."""
        path.write_bytes(self.packed())

    @classmethod
    def load(cls, path: Path) -> ChannelModel:
        """Reads a model file.

        Raises:
            ModelError: there is none at `path`, or it is not one of this version.
        """
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            if int(arrays["version"][0]) != VERSION:
                raise KeyError("version")
            counts = {name: _counts(arrays, name, *scripts) for name, scripts in DIRECTIONS.items()}
            lm = (_lm(arrays, _SCRIPTS[0]), _lm(arrays, _SCRIPTS[1]))
            local = (_lm(arrays, _LOCAL[0]), _lm(arrays, _LOCAL[1])) if f"{_LOCAL[0]}_order" in arrays else None
        except FileNotFoundError:
            raise ModelError(
                "no name model", where=str(path), do="run training/names.py, or give another path"
            ) from None
        except (KeyError, ValueError, OSError, EOFError) as error:
            raise ModelError(f"not a usable name model: {error}", where=str(path), do="run training/names.py") from None
        return cls(counts, lm, arrays["calibration"], local)


def _rounded(name: str, counts: Counts) -> dict[str, NDArray[Any]]:
    """The counts in steps, those that are worth keeping."""
    quantised = counts.quantised()
    full = np.flatnonzero(quantised)
    return {f"{name}_gap": _gaps(full), f"{name}_count": quantised[full]}


def _gaps(places: NDArray[np.int64]) -> NDArray[np.uint16]:
    """Distances between places as 16-bit numbers; a distance of 65535 or more is written as several."""
    gaps = np.diff(places, prepend=0)
    many = gaps // 65535
    out = np.zeros(len(gaps) + int(many.sum()), np.uint16)
    at = np.arange(len(gaps)) + np.cumsum(many)
    out[:] = 65535
    out[at] = gaps % 65535
    return out


def _places(gaps: NDArray[np.uint16]) -> NDArray[np.int64]:
    places: NDArray[np.int64] = np.cumsum(gaps.astype(np.int64))[gaps != 65535]
    return places


def _counts(arrays: dict[str, NDArray[Any]], name: str, source: int, target: int) -> Counts:
    keys = np.cumsum(arrays[f"{name}_keys"])
    n_allowed = arrays[f"{name}_n_allowed"]
    count = arrays.get(f"{name}_exact", np.zeros(int(n_allowed[(keys >> 36) & 63].astype(np.int64).sum())))
    if f"{name}_gap" in arrays:
        count[_places(arrays[f"{name}_gap"])] = Counts.from_quantised(arrays[f"{name}_count"])
    chunks = Chunks(arrays[f"{name}_codes"])
    strength = float(arrays[f"{name}_strength"][0])
    return Counts(
        source, target, chunks, arrays[f"{name}_allowed"], n_allowed, keys, count, strength, arrays[f"{name}_floor"]
    )


def _lm(arrays: dict[str, NDArray[Any]], name: str) -> CharLm:
    return CharLm(
        int(arrays[f"{name}_order"][0]),
        np.cumsum(arrays[f"{name}_grams"]),
        arrays[f"{name}_bits"].astype(np.float32),
        np.cumsum(arrays[f"{name}_contexts"]),
        arrays[f"{name}_backoff"].astype(np.float32),
    )
