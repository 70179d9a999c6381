"""What comes in and what goes out, as JSON. Input is checked here and nowhere else."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

CURRENCY = "EUR"


class NewOrder(BaseModel):
    """What a customer sends to order something."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sku: Annotated[str, Field(min_length=1, max_length=32, pattern=r"^[A-Z0-9-]+$")]
    quantity: Annotated[int, Field(ge=1, le=100)]
    note: Annotated[str | None, Field(max_length=200)] = None


class OrderOut(BaseModel):
    """An order as its customer sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    sku: str
    quantity: int
    total_cents: int
    currency: str = CURRENCY
    note: str | None
    paid: bool
    created_at: datetime


class OrderPage(BaseModel):
    """A part of the customer's orders, newest first."""

    orders: list[OrderOut]
    limit: int
    offset: int


class NewPayment(BaseModel):
    """What a customer sends to pay an order. The amount shows what they agreed to."""

    model_config = ConfigDict(extra="forbid", strict=True)

    amount_cents: Annotated[int, Field(ge=1, le=100_000_000)]


class PaymentOut(BaseModel):
    """A payment that was recorded."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    order_id: str
    amount_cents: int
    currency: str = CURRENCY
    created_at: datetime


class ProductOut(BaseModel):
    """A product and its price."""

    model_config = ConfigDict(from_attributes=True)

    sku: str
    name: str
    price_cents: int
    currency: str = CURRENCY


class Catalog(BaseModel):
    """Everything that can be ordered."""

    products: list[ProductOut]


class AccountOut(BaseModel):
    """A customer and what they have ordered so far."""

    customer: str
    orders: int
    total_cents: int
    currency: str = CURRENCY
