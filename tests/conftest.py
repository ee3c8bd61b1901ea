"""What holds for all tests."""

from hypothesis import settings

from tests.postgres import postgres

__all__ = ["postgres"]  # a fixture

# No deadline: the first example may load a dictionary, and the machine may be busy.
settings.register_profile("topay", max_examples=100, deadline=None)
settings.load_profile("topay")
