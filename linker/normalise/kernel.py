"""Compiled functions whose cache knows every file that is compiled into them.

numba's cache compares only the file in which a function stands. A function that calls compiled functions of other modules, or uses their
constants, would go on running the old ones after those modules change. Here the cache's folder is named after the content of all of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba as nb

from linker.names.kernel_types import uncounted

config: Any = nb.config
Decorator = Callable[[Callable[..., Any]], Any]


def kernel_of(*sources: str) -> Callable[[str], Decorator]:
    """A decorator `kernel(signature)`: compiled, cached, without the interpreter's lock; references to arrays are not counted (see
    `linker.names.kernel_types.uncounted`), so that the functions cannot make arrays.

    `sources` are the files compiled together, that of the decorated functions first.
    """
    digest = hashlib.sha256(b"".join([Path(s).read_bytes() for s in (*sources, __file__)])).hexdigest()[:16]
    folder = Path(sources[0]).parent / "__pycache__"

    def kernel(signature: str) -> Decorator:
        def compiled(function: Callable[..., Any]) -> Any:
            configured = config.CACHE_DIR
            config.CACHE_DIR = str(Path(configured or folder) / f"kernels-{digest}")
            try:
                return uncounted(signature)(function)
            finally:
                config.CACHE_DIR = configured

        return compiled

    return kernel
