"""What every test may ask for: the browser's fixtures, and property tests that say the same each time."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.browser"]

# A run says something of the program, not of the day's luck nor of how busy the machine is.
settings.register_profile(
    "ronda", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ronda")
