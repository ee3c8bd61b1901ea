"""The routes behind the widget: who may load, frame and read what."""

from __future__ import annotations

import gzip
import time
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.waiting import wait_until
from tests.web.conftest import MakeClient
from tests.web.desk import AgentAt
from tests.web.talk import is_problem
from topay_bot.identity import identifier_hash
from topay_bot.web.customer.schemas import IdentityGiven, SuggestionsGiven

SHOP = "https://shop.example"
SECRET = "0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def listed(make_client: MakeClient) -> TestClient:
    return make_client(widget_sites=[SHOP, "http://localhost:8001"], widget_secret=SECRET)


SCRIPTS = ("/widget.js", "/widget/panel.js", "/widget/style.js")


@pytest.mark.parametrize("script", SCRIPTS)
def test_any_page_may_load_the_script_and_never_waits_for_a_newer_one(client: TestClient, script: str) -> None:
    response = client.get(script)
    assert response.headers["content-type"].startswith("text/javascript")
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["cross-origin-resource-policy"] == "cross-origin"
    assert "stale-while-revalidate" in response.headers["cache-control"]
    assert response.headers["content-encoding"] == "gzip"
    plain = client.get(script, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == response.content


def test_all_that_comes_before_it_is_opened_is_small(listed: TestClient) -> None:
    parts = [listed.get(script).content for script in SCRIPTS]
    parts.append(listed.get("/widget/boot", params={"site": SHOP}).content)
    assert sum(len(gzip.compress(part)) for part in parts) < 30_000


def test_there_are_no_other_scripts(client: TestClient) -> None:
    for name in ("nothing", "boot", "..%2Fwidget", "chat%2Fmain"):
        assert client.get(f"/widget/{name}.js").status_code == 404


def test_a_listed_site_is_told_what_to_show(listed: TestClient) -> None:
    response = listed.get("/widget/boot", params={"site": SHOP, "lang": "en"}, headers={"Origin": SHOP})
    assert response.headers["access-control-allow-origin"] == SHOP
    assert response.json()["language"] == "en"
    assert response.json()["contacts"]["phone"] == "400-123-0000"
    chinese = listed.get("/widget/boot", params={"site": SHOP}, headers={"Accept-Language": "zh-CN"}).json()
    assert chinese["language"] == "zh"
    assert chinese["texts"].keys() == response.json()["texts"].keys()


@pytest.mark.parametrize(
    "site", ["https://other.example", "https://shop.example.evil", "http://shop.example", "null", ""]
)
def test_any_other_site_is_told_nothing(listed: TestClient, site: str) -> None:
    response = listed.get("/widget/boot", params={"site": site}, headers={"Origin": site})
    is_problem(response, 403, "site-not-listed")
    assert "access-control-allow-origin" not in response.headers


def test_a_site_that_names_another_gets_an_answer_its_browser_does_not_give_it(listed: TestClient) -> None:
    response = listed.get("/widget/boot", params={"site": SHOP}, headers={"Origin": "https://other.example"})
    assert response.headers["access-control-allow-origin"] == SHOP


def test_only_listed_sites_may_frame_the_chat_and_only_as_widget(listed: TestClient, client: TestClient) -> None:
    def ancestors(response: object) -> str:
        policy: str = response.headers["content-security-policy"]  # type: ignore[attr-defined]
        return policy.split("frame-ancestors ")[1]

    assert ancestors(listed.get("/widget")) == f"{SHOP} http://localhost:8001"
    assert "default-src 'none'" in listed.get("/widget").headers["content-security-policy"]
    assert ancestors(listed.get("/")) == "'none'"
    assert ancestors(client.get("/widget")) == "'none'"  # without a list nobody


def test_identity(listed: TestClient, client: TestClient) -> None:
    def claim(client: TestClient, customer: str, given: str) -> object:
        return client.post("/v1/identity", json={"id": customer, "identifier_hash": given})

    lin = claim(listed, "lin", identifier_hash(SECRET, "lin"))
    scope = IdentityGiven.model_validate(lin.json()).scope  # type: ignore[attr-defined]
    assert (
        scope
        != IdentityGiven.model_validate(
            claim(listed, "wang", identifier_hash(SECRET, "wang")).json()  # type: ignore[attr-defined]
        ).scope
    )
    is_problem(claim(listed, "lin", identifier_hash(SECRET, "wang")), 403, "identity-refused")
    is_problem(claim(client, "lin", identifier_hash(SECRET, "lin")), 403, "identity-refused")


def test_agents_see_who_a_proven_customer_is(listed: TestClient) -> None:
    def begin(given: str) -> Any:
        proof = {"id": "customer-1024", "identifier_hash": given}
        return listed.post("/v1/conversations", json={"lang": "zh", "customer": proof})

    is_problem(begin(identifier_hash(SECRET, "customer-1025")), 403, "identity-refused")
    talk = begin(identifier_hash(SECRET, "customer-1024")).json()
    listed.post(f"/v1/conversations/{talk['id']}/handoff", headers={"Authorization": f"Bearer {talk['token']}"})
    li = AgentAt(listed)
    assert li.read(talk["id"])["customer"] == "customer-1024"
    assert [found["id"] for found in li.listed("all", q="customer-1024")["items"]] == [talk["id"]]
    assert li.listed("all", q="customer-102")["items"] == []


def test_suggestions(client: TestClient, make_client: MakeClient, sample: object, tmp_path: object) -> None:
    def suggest(q: str, lang: str = "zh") -> list[dict[str, str]]:
        response = client.get("/v1/suggest", params={"q": q, "lang": lang})
        assert response.status_code == 200, response.text
        SuggestionsGiven.model_validate(response.json())
        found: list[dict[str, str]] = response.json()["suggestions"]
        return found

    wait_until(lambda: suggest("退款") != [])  # made in the background
    assert {"article": "refund-how-long", "text": "退款多久到账", "language": "zh"} in suggest("退款")
    assert suggest("how long does a ref", "en")[0]["article"] == "refund-how-long"
    assert suggest("") == suggest("天上的云") == []
    is_problem(client.get("/v1/suggest", params={"q": "x" * 201}), 422, "invalid-request")
    without = make_client(index=tmp_path)
    assert without.get("/v1/suggest", params={"q": "退款"}).json() == {"suggestions": []}


def test_a_suggestion_takes_a_few_milliseconds(client: TestClient) -> None:
    wait_until(lambda: client.get("/v1/suggest", params={"q": "退款"}).json()["suggestions"] != [])
    best = min(_seconds(client) for _ in range(20))
    assert best < 0.05


def _seconds(client: TestClient) -> float:
    begin = time.perf_counter()
    client.get("/v1/suggest", params={"q": "退款"})
    return time.perf_counter() - begin
