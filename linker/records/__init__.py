"""Source rows → typed rows: readers, mapping, quarantine."""

from linker.records.parallel import read_sources
from linker.records.raw import Limits
from linker.records.reading import SourceRows, read_source

__all__ = ["Limits", "SourceRows", "read_source", "read_sources"]
