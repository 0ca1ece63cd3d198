"""Trains the name channel and writes `configs/models/names.npz`.

    python training/names.py --data DIR

DIR holds `transliteration/` (the train files of Google Dakshina, AI4Bharat Aksharantar and the CMU Indian Names Corpus) and `frequency/`
(name tokens with counts). The same data gives the same bytes. What is held back for the benchmark is never read here: Dakshina's dev
words, and the share of the names corpus that `name_data.held_out` picks.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from channel_training import train
from name_data import read_data

from linker.names.channel import SHIPPED


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with transliteration/ and frequency/")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="the model file to write")
    arguments = parser.parse_args()
    began = time.monotonic()
    model = train(read_data(arguments.data))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    model.save(arguments.out)
    size = arguments.out.stat().st_size / 1e6
    print(f"{arguments.out}: {size:.1f} MB in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
