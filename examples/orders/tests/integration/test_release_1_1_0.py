"""Release 1.1.0: orders have notes, the list has an index, and release 1.0.0 can go on working."""

import sqlite3
from contextlib import closing
from pathlib import Path

from fastapi.testclient import TestClient

# The statement with which release 1.0.0 writes an order.
INSERT_OF_1_0_0 = """
INSERT INTO orders (id, customer, sku, quantity, total_cents, created_at, deleted_at)
VALUES ('old', 'alice', 'TEA-1', 1, 650, '2026-01-01 00:00:00.000000', NULL)
"""


def test_a_note_is_kept(alice: TestClient) -> None:
    order = alice.post("/orders", json={"sku": "TEA-1", "quantity": 1, "note": "ring twice"}).json()
    assert alice.get(f"/orders/{order['id']}").json()["note"] == "ring twice"


def test_an_order_needs_no_note(alice: TestClient) -> None:
    assert alice.post("/orders", json={"sku": "TEA-1", "quantity": 1}).json()["note"] is None


def test_release_1_0_0_can_write_to_this_schema(alice: TestClient, database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute(INSERT_OF_1_0_0)
        connection.commit()
    assert alice.get("/orders/old").json()["note"] is None


def test_the_list_of_a_customer_is_read_through_the_index(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM orders WHERE customer = 'alice' ORDER BY created_at"
        ).fetchall()
    assert "USING INDEX orders_of_customer" in plan[0][3]
