"""Payments: however often and however fast one is sent, it happens once."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import event

REQUESTS = 8


@pytest.fixture
def order(alice: TestClient) -> dict[str, str]:
    """An order that is not paid yet."""
    return alice.post("/orders", json={"sku": "CUP-1", "quantity": 1}).json()


def pay(client: TestClient, order: dict[str, str], key: str | None, amount: int = 900) -> Response:
    headers = {"Idempotency-Key": key} if key else {}
    path = f"/orders/{order['id']}/payments"
    return client.post(path, json={"amount_cents": amount}, headers=headers)


@pytest.fixture
def together(client: TestClient) -> None:
    """Lets no payment be written before all of them have found that there is none yet."""
    barrier = Barrier(REQUESTS, timeout=10)

    def wait(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO payments"):
            barrier.wait()

    event.listen(client.app.state.engine, "before_cursor_execute", wait)


def recorded(database: Path) -> int:
    with sqlite3.connect(database) as connection:
        (count,) = connection.execute("SELECT count(*) FROM payments").fetchone()
    connection.close()
    return count


def test_a_payment_is_recorded(alice: TestClient, order: dict[str, str], database: Path) -> None:
    answer = pay(alice, order, "k1")
    assert (answer.status_code, answer.json()["amount_cents"]) == (201, 900)
    assert answer.headers["idempotent-replayed"] == "false"
    assert alice.get(f"/orders/{order['id']}").json()["paid"] is True
    assert recorded(database) == 1


def test_sent_again_it_answers_the_same(
    alice: TestClient, order: dict[str, str], database: Path
) -> None:
    first, second = pay(alice, order, "k1"), pay(alice, order, "k1")
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["idempotent-replayed"] == "true"
    assert recorded(database) == 1


@pytest.mark.usefixtures("together")
def test_sent_at_the_same_time_it_happens_once(
    alice: TestClient, order: dict[str, str], database: Path
) -> None:
    with ThreadPoolExecutor(REQUESTS) as pool:
        answers = list(pool.map(lambda _: pay(alice, order, "k1"), range(REQUESTS)))
    assert [answer.status_code for answer in answers] == [201] * REQUESTS
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [answer.headers["idempotent-replayed"] for answer in answers].count("false") == 1
    assert recorded(database) == 1


def test_a_key_cannot_stand_for_another_amount(
    alice: TestClient, order: dict[str, str], database: Path
) -> None:
    pay(alice, order, "k1")
    answer = pay(alice, order, "k1", amount=1)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")
    assert recorded(database) == 1


def test_a_key_cannot_stand_for_another_order(alice: TestClient, order: dict[str, str]) -> None:
    pay(alice, order, "k1")
    other = alice.post("/orders", json={"sku": "CUP-1", "quantity": 1}).json()
    assert pay(alice, other, "k1").json()["code"] == "idempotency-key-reused"


def test_an_order_is_not_paid_twice_with_two_keys(
    alice: TestClient, order: dict[str, str], database: Path
) -> None:
    pay(alice, order, "k1")
    answer = pay(alice, order, "k2")
    assert (answer.status_code, answer.json()["code"]) == (409, "already-paid")
    assert recorded(database) == 1


@pytest.mark.usefixtures("together")
def test_two_keys_at_the_same_time_pay_once(
    alice: TestClient, order: dict[str, str], database: Path
) -> None:
    with ThreadPoolExecutor(REQUESTS) as pool:
        answers = list(pool.map(lambda number: pay(alice, order, f"k{number}"), range(REQUESTS)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * (REQUESTS - 1)
    assert recorded(database) == 1


def test_two_customers_may_choose_the_same_key(
    alice: TestClient, bob: TestClient, order: dict[str, str], database: Path
) -> None:
    others = bob.post("/orders", json={"sku": "CUP-1", "quantity": 1}).json()
    assert pay(alice, order, "k1").status_code == 201
    assert pay(bob, others, "k1").status_code == 201
    assert recorded(database) == 2


def test_a_wrong_amount_pays_nothing(
    alice: TestClient, order: dict[str, str], database: Path
) -> None:
    answer = pay(alice, order, "k1", amount=899)
    assert (answer.status_code, answer.json()["code"]) == (422, "wrong-amount")
    assert recorded(database) == 0


def test_without_a_key_nothing_is_paid(
    alice: TestClient, order: dict[str, str], database: Path
) -> None:
    answer = pay(alice, order, None)
    assert answer.status_code == 422
    assert answer.json()["fields"][0]["field"] == "header.idempotency-key"
    assert recorded(database) == 0


def test_another_customers_order_cannot_be_paid(
    bob: TestClient, order: dict[str, str], database: Path
) -> None:
    assert pay(bob, order, "k1").status_code == 404
    assert recorded(database) == 0
