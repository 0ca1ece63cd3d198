"""The HTTP service: the library call for other programs, with keys, limits and an audit entry for every answer."""
