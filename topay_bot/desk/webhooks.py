"""Notifications as webhooks, signed as Standard Webhooks (standardwebhooks.com) says.

While a secret is being replaced, a request carries a signature of each: a receiver that knows either accepts it.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Sequence
from importlib import metadata

import httpx
from standardwebhooks.webhooks import Webhook

from topay_bot.desk.outbox import Delivery, DeliveryFailed

_TIMEOUT_SECONDS = 10.0  # of each step; a receiver should answer first and work later
_GONE = 410  # "I want no more of these"


def channel_name(url: str) -> str:
    """A webhook's name in the outbox: stays the same when others come or go, and tells nothing of a key in the URL."""
    return f"webhook-{hashlib.sha256(url.encode()).hexdigest()[:8]}"


class WebhookChannel:
    """One receiver. Only 2xx counts as delivered; redirects are not followed."""

    def __init__(self, url: str, secrets: Sequence[str], timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._url = url
        self._signers = [Webhook(secret) for secret in secrets]
        self._client = httpx.Client(
            timeout=timeout_seconds, headers={"User-Agent": f"topay-bot/{metadata.version('topay-bot')}"}
        )

    def send(self, delivery: Delivery) -> None:
        """See outbox.Channel. The id is the row's: it is the same at every try."""
        body = json.dumps(dict(delivery.payload), ensure_ascii=False, separators=(",", ":"))
        at = datetime.datetime.now(datetime.UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signer.sign(delivery.id, at, body) for signer in self._signers),
        }
        try:
            # As a stream: what a receiver says is of no use, however long it is.
            with self._client.stream("POST", self._url, content=body.encode(), headers=headers) as response:
                status = response.status_code
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryFailed(f"no answer: {type(error).__name__}") from error
        if not 200 <= status < 300:
            raise DeliveryFailed(f"answered with {status}", final=status == _GONE)
