"""Orders: a customer creates, reads, lists and deletes their own, and never learns of others'."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from app.auth import CurrentCustomer
from app.catalog import PRODUCTS
from app.database import get_session
from app.errors import Problem
from app.models import Order
from app.schemas import NewOrder, OrderOut, OrderPage

router = APIRouter(prefix="/orders", tags=["orders"])

DatabaseSession = Annotated[Session, Depends(get_session)]


@router.post("", status_code=HTTPStatus.CREATED)
def create_order(
    new: NewOrder, customer: CurrentCustomer, session: DatabaseSession, response: Response
) -> OrderOut:
    """Order a product at its present price."""
    if new.sku not in PRODUCTS:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "unknown-product",
            "body.sku names no product",
            "a sku of GET /catalog",
        )
    total = PRODUCTS[new.sku].price_cents * new.quantity
    order = Order(customer=customer, total_cents=total, **new.model_dump())
    session.add(order)
    session.commit()
    response.headers["Location"] = f"/orders/{order.id}"
    return OrderOut.model_validate(order)


@router.get("")
def list_orders(
    customer: CurrentCustomer,
    session: DatabaseSession,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> OrderPage:
    """The customer's orders, newest first."""
    newest_first = orders_of(customer).order_by(Order.created_at.desc(), Order.id)
    orders = session.scalars(newest_first.limit(limit).offset(offset))
    shown = [OrderOut.model_validate(order) for order in orders]
    return OrderPage(orders=shown, limit=limit, offset=offset)


@router.get("/{order_id}")
def read_order(order_id: str, customer: CurrentCustomer, session: DatabaseSession) -> OrderOut:
    """One order of the customer."""
    return OrderOut.model_validate(find_order(session, customer, order_id))


@router.delete("/{order_id}", status_code=HTTPStatus.NO_CONTENT)
def delete_order(order_id: str, customer: CurrentCustomer, session: DatabaseSession) -> None:
    """Take an order away from the customer. The row stays, because payments refer to it."""
    find_order(session, customer, order_id).deleted_at = datetime.now(UTC)
    session.commit()


def orders_of(customer: str) -> Select[Order]:
    """The customer's orders that are not deleted. Every read of orders starts from here."""
    own = select(Order).where(Order.customer == customer, Order.deleted_at.is_(None))
    return own.options(joinedload(Order.payment))


def find_order(session: Session, customer: str, order_id: str) -> Order:
    """The customer's order, or the same 404 answer for one that is another's or does not exist."""
    order = session.scalar(orders_of(customer).where(Order.id == order_id))
    if order is None:
        raise Problem(
            HTTPStatus.NOT_FOUND,
            "no-such-order",
            "no such order",
            "the id of an order that belongs to the customer of the token",
        )
    return order
