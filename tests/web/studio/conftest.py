from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.web.desk import AgentAt
from topay_bot.desk.agents import Role


@pytest.fixture(scope="module")
def editor(client: TestClient) -> TestClient:
    """The server's pages as an editor sees them."""
    return AgentAt(client, None, Role.EDITOR).client
