"""What some tests need of the machine."""

from __future__ import annotations

import os

import pytest


def require(condition: object, what: str, how_to_install: str) -> None:
    """Skip the test unless the condition holds; with TOPAY_TEST_NO_SKIPS=1 it fails instead."""
    if condition:
        return
    message = f"needs {what}: {how_to_install}"
    if os.environ.get("TOPAY_TEST_NO_SKIPS") == "1":
        pytest.fail(message)
    pytest.skip(message)
