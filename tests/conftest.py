"""What holds for all tests."""

from hypothesis import settings

from tests.history import history, missed_root
from tests.postgres import postgres

__all__ = ["history", "missed_root", "postgres"]  # fixtures

# No deadline: the first example may load a dictionary, and the machine may be busy.
settings.register_profile("topay", max_examples=100, deadline=None)
settings.load_profile("topay")
