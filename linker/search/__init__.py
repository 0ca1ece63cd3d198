"""One person asked: queries, candidates of a snapshot, results. `linker.open` is the way in."""
