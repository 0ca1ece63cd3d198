"""The command line: one file per group of commands."""

import gc

gc.set_threshold(50_000, 20, 20)  # the imports of a command make objects by the hundred thousand, and no garbage
