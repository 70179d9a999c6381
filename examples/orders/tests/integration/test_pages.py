"""Pages: what caches may keep, and what they must not."""

import pytest
from fastapi.testclient import TestClient


@pytest.mark.parametrize("path", ["/catalog", "/products/TEA-1"])
def test_a_public_page_may_be_cached_and_revalidated(client: TestClient, path: str) -> None:
    first = client.get(path)
    assert first.headers["cache-control"] == "public, max-age=300"
    for sent in (first.headers["etag"], f'W/{first.headers["etag"]}, "other"', "*"):
        again = client.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]


def test_a_client_with_an_older_copy_gets_the_page(client: TestClient) -> None:
    assert client.get("/catalog", headers={"If-None-Match": '"old"'}).status_code == 200


def test_two_pages_have_two_tags(client: TestClient) -> None:
    tags = {client.get(f"/products/{sku}").headers["etag"] for sku in ("TEA-1", "CUP-1")}
    assert len(tags) == 2


def test_a_product_of_the_catalog_can_be_read(client: TestClient) -> None:
    product = client.get("/products/TEA-1").json()
    assert product in client.get("/catalog").json()["products"]
    assert product["price_cents"] == 650


def test_an_unknown_product_is_not_cached(client: TestClient) -> None:
    answer = client.get("/products/NONE-1")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


def test_an_account_is_the_customers_own_and_never_stored(
    alice: TestClient, bob: TestClient
) -> None:
    alice.post("/orders", json={"sku": "TEA-1", "quantity": 2})
    answer = alice.get("/account")
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["vary"] == "Authorization"
    assert answer.json() == {
        "customer": "alice",
        "orders": 1,
        "total_cents": 1300,
        "currency": "EUR",
    }
    assert bob.get("/account").json()["orders"] == 0


@pytest.mark.parametrize("path", ["/nothing", "/orders/", "/health/", "/.env", "/docs"])
def test_an_unknown_path_is_a_404_in_json(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
