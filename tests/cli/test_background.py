"""Work in the background lets others go first."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from linker.cli.background import NICENESS
from tests.published import workspace_folder

PROGRAM = """
import os, sys
before = os.nice(0)
sys.argv = ["linker", *sys.argv[1:]]
try:
    from linker.cli.main import main
    main()
except SystemExit:
    pass
print(before, os.nice(0))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no niceness")
@pytest.mark.parametrize(("options", "lowered"), [(["--background"], NICENESS), ([], 0)])
def test_a_command_steps_back_only_when_told(options: list[str], lowered: int) -> None:
    command = [sys.executable, "-c", PROGRAM, "index", "--workspace", str(workspace_folder(400)), *options]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    before, after = said.stdout.splitlines()[-1].split()
    assert int(after) - int(before) == lowered, said.stderr
