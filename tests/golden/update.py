"""Write what the golden case gives now over what is expected. Run it after a change that is meant to change results:

    python tests/golden/update.py

then read the difference (`git diff tests/golden/expected`) line by line: every line of it is a claim that the new result is right.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.golden.golden import EXPECTED, make, stages


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = stages(make(Path(folder)))
    EXPECTED.mkdir(exist_ok=True)
    for old in EXPECTED.glob("*.yaml"):
        if old.stem not in found:
            old.unlink()
    for name, text in found.items():
        path = EXPECTED / f"{name}.yaml"
        changed = not path.exists() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8", newline="\n")
        print(
            f"{'changed' if changed else 'same   '}  {path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}"
        )


if __name__ == "__main__":
    main()
