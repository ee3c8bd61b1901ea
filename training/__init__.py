"""Trains the bundled bilingual encoder; the server never imports this package. `python -m training --help`."""
