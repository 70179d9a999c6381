"""Orders: their whole life, and that nobody but their customer sees them."""

import pytest
from fastapi.testclient import TestClient

TEA = {"sku": "TEA-1", "quantity": 2}


def test_an_order_can_be_created_read_listed_and_deleted(alice: TestClient) -> None:
    created = alice.post("/orders", json=TEA)
    order = created.json()
    path = f"/orders/{order['id']}"
    assert (created.status_code, created.headers["location"]) == (201, path)
    assert (order["sku"], order["quantity"], order["total_cents"]) == ("TEA-1", 2, 1300)
    assert (order["currency"], order["paid"]) == ("EUR", False)

    assert alice.get(path).json() == order
    assert alice.get("/orders").json() == {"orders": [order], "limit": 50, "offset": 0}

    assert alice.delete(path).status_code == 204
    assert alice.get(path).status_code == 404
    assert alice.get("/orders").json()["orders"] == []


def test_the_time_of_an_order_is_in_utc(alice: TestClient) -> None:
    assert alice.post("/orders", json=TEA).json()["created_at"].endswith("Z")


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_customers_order_looks_like_none(
    alice: TestClient, bob: TestClient, method: str
) -> None:
    path = f"/orders/{alice.post('/orders', json=TEA).json()['id']}"
    others, missing = bob.request(method, path), bob.request(method, "/orders/none")
    assert (others.status_code, missing.status_code) == (404, 404)
    assert without_id(others.json()) == without_id(missing.json())
    assert alice.get(path).status_code == 200
    assert bob.get("/orders").json()["orders"] == []


def without_id(body: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in body.items() if key != "request_id"}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/orders"),
        ("POST", "/orders"),
        ("GET", "/orders/1"),
        ("DELETE", "/orders/1"),
        ("POST", "/orders/1/payments"),
        ("GET", "/account"),
    ],
)
@pytest.mark.parametrize("authorization", [None, "Bearer wrong", "Basic YTpi"])
def test_without_a_known_token_nothing_is_answered(
    client: TestClient, method: str, path: str, authorization: str | None
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = client.request(method, path, headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_a_product_that_does_not_exist_cannot_be_ordered(alice: TestClient) -> None:
    answer = alice.post("/orders", json={"sku": "NONE-1", "quantity": 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown-product")
    assert alice.get("/orders").json()["orders"] == []


def test_orders_are_listed_newest_first_in_pages(alice: TestClient) -> None:
    created = [alice.post("/orders", json=TEA).json()["id"] for _ in range(3)]
    first = alice.get("/orders", params={"limit": 2}).json()["orders"]
    second = alice.get("/orders", params={"limit": 2, "offset": 2}).json()["orders"]
    assert [order["id"] for order in first + second] == created[::-1]


def test_a_longer_list_takes_no_more_database_calls(alice: TestClient) -> None:
    def calls() -> str:
        return alice.get("/orders").headers["server-timing"].partition("db")[2]

    alice.post("/orders", json=TEA)
    short = calls()
    for _ in range(5):
        alice.post("/orders", json=TEA)
    assert calls() == short == ';desc="1 calls"'
