"""Configuration files: read, checked, and blamed by file and line when they are wrong."""
