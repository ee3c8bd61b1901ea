"""Who a customer is, as the site that embeds the widget vouches for it.

The site signs the customer's id with a secret that only it and this server know:

    identifier_hash = hex(HMAC-SHA256(secret, id))

A browser can pass both on but cannot make them up. Whatever does not prove is refused: nothing is shown then that was
kept for the customer.
"""

from __future__ import annotations

import hashlib
import hmac

from topay_bot.errors import IdentityRefused

MAX_ID_CHARS = 200


def identifier_hash(secret: str, customer: str) -> str:
    """What the site's server sends along with the customer's id: 64 lower-case hexadecimal digits."""
    return hmac.new(secret.encode(), customer.encode(), hashlib.sha256).hexdigest()


def scope_of(secret: str | None, customer: str, given: str) -> str:
    """A name, told to nobody else, under which a browser keeps this customer's conversation.

    Raises IdentityRefused unless `given` is the customer's `identifier_hash`.
    """
    if secret is None:
        raise IdentityRefused("this server proves no identities: the setting 'widget_secret' is not set")
    if not customer or len(customer) > MAX_ID_CHARS or not customer.isprintable():
        raise IdentityRefused(f"the id must be 1 to {MAX_ID_CHARS} printable characters")
    # Compared as bytes: what is given may hold any character.
    if not hmac.compare_digest(identifier_hash(secret, customer).encode(), given.lower().encode("utf-8", "replace")):
        raise IdentityRefused("identifier_hash is not the HMAC-SHA256 of the id under 'widget_secret', in hexadecimal")
    # Another message under the same key than any id can be: ids are printable.
    return hmac.new(secret.encode(), b"scope\n" + customer.encode(), hashlib.sha256).hexdigest()[:32]
