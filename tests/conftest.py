"""Settings for every test."""

from hypothesis import HealthCheck, settings

# the clock of a busy CI machine proves nothing about the code; seeds are fixed so that a failure is everybody's
settings.register_profile(
    "rtconform", deadline=None, derandomize=True, max_examples=200, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("rtconform")
