"""The two ends of a batch run: what comes in (admission) and what is told about it (facts)."""
