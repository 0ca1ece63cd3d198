"""A `linker` command that kills itself (SIGKILL), at a change of the file system or at a moment.

python tests/killing.py --kills 50 --seed 1     kills every command of tests/test_killed_commands.py so many times, for a night
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.generated import KEY

ROOT = Path(__file__).parents[1]
CHILD = """
import os, signal, sys, threading, time
from linker.cli.main import main
fatal, delay = int(sys.argv[1]), float(sys.argv[2])
sys.argv = ["linker", *sys.argv[3:]]
count, begun = 0, time.monotonic()

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def hook(event, args):
    global count
    changes = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "sqlite3.connect")
    if changes or (event == "open" and str(args[1])[:1] in "wax"):
        count += 1
        if count == fatal:
            die()

sys.addaudithook(hook)
if delay:
    timer = threading.Timer(delay, die)
    timer.daemon = True
    timer.start()
code = 0
try:
    main()
except SystemExit as end:
    code = end.code
print(f"CHANGES {count} SECONDS {time.monotonic() - begun:.3f}", file=sys.stderr)
raise SystemExit(code)
"""


@dataclass(frozen=True)
class Died:
    """How a command ended: `code` -9 where it was killed; if it was not, how many changes it made in how many seconds."""

    code: int
    text: str

    @property
    def changes(self) -> int:
        return int(re.findall(r"CHANGES (\d+)", self.text)[-1])

    @property
    def seconds(self) -> float:
        return float(re.findall(r"SECONDS ([\d.]+)", self.text)[-1])


def killed(arguments: list[str], *, change: int = 0, after: float = 0.0) -> Died:
    """Run `linker` with these arguments; it dies at its `change`-th change of the file system, or `after` so many seconds (0: never)."""
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, str(change), str(after), *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, **KEY, "PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"},
    )  # fmt: skip
    return Died(ended.returncode, ended.stdout + ended.stderr)


if __name__ == "__main__":
    import pytest

    given = dict(zip(sys.argv[1::2], sys.argv[2::2], strict=True))
    os.environ |= {"KILLS": given.get("--kills", "50"), "KILL_SEED": given.get("--seed", "1")}
    raise SystemExit(pytest.main(["-q", str(ROOT / "tests" / "test_killed_commands.py")]))
