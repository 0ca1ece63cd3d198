"""Which records of several police databases are one person, how sure that is, and why."""
