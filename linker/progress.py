"""How long work tells what it is doing. Stages report here; the command line draws it, a service may ignore it."""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Protocol

import pyarrow as pa


class Observer(Protocol):
    """Told when a stage begins and ends, how far it is, and what is worth noting."""

    def begin(self, stage: str) -> None: ...
    def step(self, done: int, total: int) -> None: ...
    def end(self, stage: str, seconds: float, note: str) -> None: ...


class Silent:
    """An observer that does nothing."""

    def begin(self, stage: str) -> None: ...
    def step(self, done: int, total: int) -> None: ...
    def end(self, stage: str, seconds: float, note: str) -> None: ...


class Stopwatch:
    """Times the stages of one run. `note` set inside a stage is what the observer hears at its end."""

    def __init__(self, observer: Observer) -> None:
        self.observer = observer
        self.seconds: dict[str, float] = {}
        self.note = ""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.note = ""
        self.observer.begin(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started
        self.observer.end(name, self.seconds[name], self.note)


if sys.platform == "win32":

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of the Windows API."""

        _fields_: ClassVar = [
            ("size", ctypes.c_uint32), ("faults", ctypes.c_uint32), ("peak", ctypes.c_size_t), ("others", ctypes.c_size_t * 7),
        ]  # fmt: skip

    def peak_bytes() -> int:
        """The most memory that this process has held so far (working set)."""
        counters = _Counters(size=ctypes.sizeof(_Counters))
        told = ctypes.windll.kernel32.K32GetProcessMemoryInfo
        told.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint32]
        told(ctypes.c_void_p(-1), ctypes.byref(counters), counters.size)  # -1 is this process
        return int(counters.peak)

else:
    import resource

    def peak_bytes() -> int:
        """The most memory that this process has held so far (resident set)."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024


@contextmanager
def collected_seldom() -> Iterator[None]:
    """For the time of a batch, cyclic garbage is looked for less often, and never among what is there already (modules, compiled kernels):
    a batch makes objects by the hundred thousand, hardly ever in cycles, and `give_back` looks for these between its stages."""
    threshold = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, 20, 10)
    try:
        yield
    finally:
        gc.set_threshold(*threshold)
        gc.unfreeze()


def give_back() -> None:
    """Let the operating system have the memory that was freed but is kept for later, where the C library can do that."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # not every C library has it
        if trim is not None:
            trim(0)
