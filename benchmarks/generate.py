"""Generate four state extracts with their truth: python benchmarks/generate.py --persons 4000 --seed 7 --out demo/extracts"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.generator.build import Options, generate


def main() -> int:
    """Parse the command line, write the files, print what was written."""
    parser = argparse.ArgumentParser(description=__doc__)
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--persons", type=int, help="people behind the records ")
    size.add_argument("--rows", type=int, help="records over all four sources")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--density", type=float, default=1.32, help="records per person, on average")
    parser.add_argument("--malformed", type=float, default=0.002, help="share of damaged rows added to each source")
    parser.add_argument("--tehsils", type=float, default=0.0, help="share of addresses that state the tehsil")
    args = parser.parse_args()
    started = time.perf_counter()
    written = generate(
        Options(args.out, args.seed, args.persons, args.rows, args.malformed, args.density, args.tehsils)
    )
    for name, rows in written.items():
        print(f"{name:14} {rows:>9,} rows")
    print(f"{'all':14} {sum(written.values()):>9,} rows in {time.perf_counter() - started:.1f} s: {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
