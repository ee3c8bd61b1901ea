"""Timings and quality figures, for people to run; never part of the tests."""
