"""What a site vouches for, and what it cannot."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from topay_bot.errors import IdentityRefused
from topay_bot.identity import MAX_ID_CHARS, identifier_hash, scope_of

SECRET = "a secret of at least thirty-two characters"


def test_the_hash_is_the_one_that_other_languages_compute() -> None:
    assert identifier_hash(SECRET, "客户-42") == hmac.digest(SECRET.encode(), "客户-42".encode(), hashlib.sha256).hex()
    # RFC 4231, test case 2: computed by somebody else.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert identifier_hash("Jefe", "what do ya want for nothing?") == expected


def test_a_proven_customer_has_a_scope_of_their_own() -> None:
    scopes = {scope_of(SECRET, name, identifier_hash(SECRET, name)) for name in ("lin", "wang", "Lin")}
    assert len(scopes) == 3
    assert scope_of(SECRET, "lin", identifier_hash(SECRET, "lin").upper()) in scopes
    assert scope_of(SECRET + "2", "lin", identifier_hash(SECRET + "2", "lin")) not in scopes


@pytest.mark.parametrize(
    "given", ["", "0" * 64, identifier_hash(SECRET, "wang"), identifier_hash("x", "lin"), "é", "\ud800x"]
)
def test_anything_but_the_customers_own_hash_is_refused(given: str) -> None:
    with pytest.raises(IdentityRefused) as caught:
        scope_of(SECRET, "lin", given)
    assert identifier_hash(SECRET, "lin") not in str(caught.value)


@pytest.mark.parametrize("customer", ["", "x" * (MAX_ID_CHARS + 1), "a\nb", "a\x00"])
def test_an_id_that_is_none_is_refused_however_signed(customer: str) -> None:
    with pytest.raises(IdentityRefused):
        scope_of(SECRET, customer, identifier_hash(SECRET, customer))


def test_without_a_secret_nobody_is_believed() -> None:
    with pytest.raises(IdentityRefused, match="widget_secret"):
        scope_of(None, "lin", identifier_hash("", "lin"))
