"""Settings for all tests: hypothesis never judges by the clock, and repeats itself from run to run."""

from hypothesis import HealthCheck, settings

settings.register_profile("project", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("project")
