"""Input: what an order and a payment may look like."""

import pytest
from pydantic import ValidationError

from app.schemas import NewOrder, NewPayment


@pytest.mark.parametrize("quantity", [1, 100])
def test_a_quantity_within_the_limits_is_accepted(quantity: int) -> None:
    assert NewOrder(sku="TEA-1", quantity=quantity).quantity == quantity


@pytest.mark.parametrize("quantity", [0, -1, 101, "1", 1.5, True, None])
def test_any_other_quantity_is_refused(quantity: object) -> None:
    with pytest.raises(ValidationError, match="quantity"):
        NewOrder.model_validate({"sku": "TEA-1", "quantity": quantity})


@pytest.mark.parametrize("sku", ["", "tea-1", "TEA 1", "T" * 33, 7, None])
def test_a_sku_of_another_form_is_refused(sku: object) -> None:
    with pytest.raises(ValidationError, match="sku"):
        NewOrder.model_validate({"sku": sku, "quantity": 1})


def test_an_unknown_member_is_refused() -> None:
    with pytest.raises(ValidationError, match="total_cents"):
        NewOrder.model_validate({"sku": "TEA-1", "quantity": 1, "total_cents": 1})


@pytest.mark.parametrize("amount", [0, -1, 100_000_001, 9.99, "900", None])
def test_an_amount_outside_the_limits_is_refused(amount: object) -> None:
    with pytest.raises(ValidationError, match="amount_cents"):
        NewPayment.model_validate({"amount_cents": amount})
